"""How alike the names of two columns are, and what tells two names apart however alike they look."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NUMBER = re.compile(r"\d+")
_IDEOGRAPHS = 0x2E80
_SKELETON = re.compile(r"(?<!^)[aeiou]")
SYNONYMS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "quantity qty count cnt number num", "amount total sum value totalamount", "price unitprice",
        "date day eventdate dt", "time timestamp ts datetime eventtime", "customer client buyer customerid clientid",
        "country nation countrycode", "city town", "zip postcode postalcode zipcode", "phone telephone tel phonenumber",
        "email mail emailaddress", "sex gender", "id identifier key", "status state", "type kind category class",
        "product item article sku", "name title label fullname", "address street", "salary wage pay income",
        "start begin from startdate", "end finish to enddate", "weight mass", "description desc text", "user account",
        "department dept", "region area", "lat latitude", "lon lng longitude", "temperature temp", "employee staff",
    )
)  # fmt: skip
"""Words that name the same thing, as plain names."""

OPPOSED: tuple[dict[str, str], ...] = tuple(
    {word: words for words in group.split() for word in words.split(",")}
    for group in (
        "min,minimum max,maximum mean,avg,average median sum count,cnt std,stddev", "start,begin end,finish,stop",
        "from to", "first last", "given family", "home away", "in out", "inbound outbound", "open close high low",
        "left right", "upper lower", "top bottom", "old new", "before after", "previous,prev next current",
        "lat,latitude lon,lng,longitude", "buy sell", "bid ask", "debit credit", "gross net", "income expense,expenses",
        "import,imports export,exports", "male,males,men female,females,women", "north south east west",
        "primary secondary tertiary", "year,yearly month,monthly week,weekly day,daily hour,hourly minute second",
        "billing shipping", "source,src target,destination,dest", "sender receiver,recipient", "price cost",
        "actual planned budget forecast", "width height length depth", "created updated,modified deleted",
        "true false", "win,wins loss,losses", "positive negative", "parent child",
    )
)  # fmt: skip
"""Words that name different things, however alike the rest of a name is; those joined by a comma name the same one."""


def plain_name(name: str) -> str:
    """Lower case, letters (of any script, without accents) and digits only.

    >>> plain_name(" Unit-Price "), plain_name("unitPrice"), plain_name("Größe"), plain_name("人口 (万人)")
    ('unitprice', 'unitprice', 'grosse', '人口万人')
    """
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", name.casefold()))


def name_likeness(left: str, right: str) -> float:
    """0 to 1: spelling, shared words, and one name as an abbreviation of the other; 0 where they are told apart."""
    a, b = plain_name(left), plain_name(right)
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    if are_told_apart(left, right):
        return 0.0
    ratio = SequenceMatcher(None, a, b).ratio()
    words_a, words_b = ({word.lower() for word in _WORD.findall(text)} for text in (left, right))
    shared = len(words_a & words_b) / max(1, min(len(words_a), len(words_b)))
    short, long = sorted((a, b), key=len)
    contained = 0.85 if len(short) >= 3 and short in long else 0.0
    if _SKELETON.sub("", a) == _SKELETON.sub("", b) or any(a in group and b in group for group in SYNONYMS):
        return 0.85
    letters = iter(long)
    abbreviation = 0.7 if len(short) >= 3 and short[0] == long[0] and all(ch in letters for ch in short) else 0.0
    return max(ratio, 0.8 * shared, contained, abbreviation)


def are_counted(names: Sequence[str]) -> bool:
    """Whether names only count the columns, as a reader does that finds no header.

    >>> are_counted(["column_0", "column_1"]), are_counted(["0", "1", "2"]), are_counted(["q1", "q2", "total"])
    (True, True, False)
    """
    stems = {_NUMBER.sub("", name) for name in names}
    numbers = [_NUMBER.findall(name) for name in names]
    if len(stems) != 1 or any(len(found) != 1 for found in numbers):
        return False
    counts = [int(found[0]) for found in numbers]
    return counts[0] in (0, 1) and counts == list(range(counts[0], counts[0] + len(counts)))


def are_told_apart(left: str, right: str) -> bool:
    """Whether two names say that they are of two things: by other numbers, letters, opposites or ideographs.

    >>> are_told_apart("budget_2023", "budget_2024"), are_told_apart("sensor_a", "sensor_b")
    (True, True)
    >>> are_told_apart("buyPrice", "sell_price"), are_told_apart("出口总额", "进口总额")
    (True, True)
    >>> are_told_apart("price", "price_v2"), are_told_apart("customer", "custmer"), are_told_apart("addr1", "address_1")
    (False, False, False)
    """
    ours, theirs = ({word.lower() for word in _WORD.findall(name)} for name in (left, right))
    numbers = [set(map(int, _NUMBER.findall(name))) for name in (left, right)]
    if all(numbers) and numbers[0] != numbers[1]:
        return True
    mine, others = ours - theirs, theirs - ours
    letters = all(len(words) == 1 and len(next(iter(words))) == 1 for words in (mine, others))
    opposed = any(_parted(group, mine, others) for group in OPPOSED)
    signs = [{sign for sign in plain_name(name) if ord(sign) >= _IDEOGRAPHS} for name in (left, right)]
    return letters or opposed or bool(signs[0] - signs[1] and signs[1] - signs[0])


def _parted(group: dict[str, str], ours: set[str], theirs: set[str]) -> bool:
    """Whether words of two names are different ones of a group."""
    found = [{group[word] for word in words & group.keys()} for words in (ours, theirs)]
    return all(found) and not found[0] & found[1]
