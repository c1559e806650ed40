"""Faults of single cells: written in another way, slipped, misspelt, or missing in disguise."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import numpy as np

from airflow_provider_dqheal.remediation.bench.fault import Fault, fault
from airflow_provider_dqheal.remediation.bench.rewrite import other_date, rewrite
from airflow_provider_dqheal.remediation.bench.view import Look, View, some

Rng = np.random.Generator


def _decimal(look: Look) -> bool:
    return look.places > 0


@fault("currency", "cells")
def currency(view: View, rng: Rng) -> Fault:
    """Numbers with a currency."""
    form = str(rng.choice(["€{}", "$ {}", "{} EUR", "USD {}", "£{}", "{}€"]))
    return rewrite(view, view.pick(rng, "number"), rng, form.format)


@fault("thousands", "cells")
def thousands(view: View, rng: Rng) -> Fault:
    """Numbers grouped by thousands with a decimal point kept."""
    look = view.pick(rng, "number", fits=lambda one: bool(np.nanmax(np.abs(one.numbers)) >= 1000))
    mark = str(rng.choice([",", " ", "'"]))

    def group(text: str) -> str:
        whole, dot, rest = text.partition(".")
        return f"{int(whole):,}".replace(",", mark) + dot + rest if whole.lstrip("-").isdigit() else text

    return rewrite(view, look, rng, group)


@fault("decimal_comma", "cells")
def decimal_comma(view: View, rng: Rng) -> Fault:
    """Part of a column with a decimal comma."""
    return rewrite(view, view.pick(rng, "number", fits=_decimal), rng, lambda text: text.replace(".", ","))


@fault("percent", "cells")
def percent(view: View, rng: Rng) -> Fault:
    """Shares written as percentages."""

    def is_share(one: Look) -> bool:
        return one.places > 0 and float(np.nanmin(one.numbers)) >= 0 and float(np.nanmax(one.numbers)) <= 1

    look = view.pick(rng, "number", fits=is_share)
    return rewrite(view, look, rng, lambda text: f"{format(Decimal(text) * 100, 'f')}%")


@fault("unit_suffix", "cells")
def unit_suffix(view: View, rng: Rng) -> Fault:
    """Numbers with a unit."""
    unit = str(rng.choice([" kg", "kg", " km", "cm", " ms", " h", "lbs", " pcs", " °C", "kWh"]))
    return rewrite(view, view.pick(rng, "number"), rng, lambda text: text + unit)


@fault("exponent", "cells")
def exponent(view: View, rng: Rng) -> Fault:
    """Numbers in exponent form that lose no digit."""
    look = view.pick(rng, "number")

    def write(text: str) -> str:
        digits = max(0, len(text.lstrip("-0.").replace(".", "")) - 1)
        written = f"{float(text):.{digits}e}"
        return written if float(written) == float(text) else text

    return rewrite(view, look, rng, write)


@fault("quoted", "cells")
def quoted(view: View, rng: Rng) -> Fault:
    """Literal quotes or brackets."""
    form = str(rng.choice(['"{}"', "'{}'", '="{}"', "[{}]"]))
    return rewrite(view, view.pick(rng, "number", "date", "bool"), rng, form.format)


@fault("trailing_junk", "cells")
def trailing_junk(view: View, rng: Rng) -> Fault:
    """Stray marks beside numbers."""
    form = str(rng.choice(["{}*", "{};", "{}#", "{}\\", "~{}", "{} (est.)"]))
    return rewrite(view, view.pick(rng, "number"), rng, form.format)


@fault("padding", "cells")
def padding(view: View, rng: Rng) -> Fault:
    """Blanks around values."""
    form = str(rng.choice([" {}", "{} ", "\t{}", "{}\u00a0", "  {}  "]))
    return rewrite(view, view.pick(rng, "number", "date", "bool", "category"), rng, form.format)


@fault("date_format", "cells")
def date_format(view: View, rng: Rng) -> Fault:
    """Part of the dates in another format."""
    return other_date(view, rng, None)


@fault("date_midnight", "cells")
def date_midnight(view: View, rng: Rng) -> Fault:
    """Dates with a midnight."""
    look = view.pick(rng, "date", fits=lambda one: "%H" not in str(one.form))
    tail = str(rng.choice([" 00:00:00", "T00:00:00Z", "T00:00:00"]))
    known = str(look.form)
    return rewrite(view, look, rng, lambda text: datetime.strptime(text, known).strftime("%Y-%m-%d") + tail)


@fault("boolean_spelling", "cells")
def boolean_spelling(view: View, rng: Rng) -> Fault:
    """Booleans in another spelling."""
    look = view.pick(rng, "bool", fits=lambda one: len({one.texts[row] for row in one.present}) == 2)
    false, true = (("no", "yes"), ("N", "Y"), ("FALSE", "TRUE"), ("f", "t"))[int(rng.integers(4))]
    truthy = {"true", "yes", "y", "t", "1"}
    return rewrite(view, look, rng, lambda text: true if text.lower() in truthy else false)


@fault("category_case", "cells")
def category_case(view: View, rng: Rng) -> Fault:
    """Categories in another case or with blanks; the history never writes them so."""
    look = view.pick(rng, "category", fits=lambda one: _folded_once(view, one))
    change = (str.upper, str.lower, str.title, str.swapcase)[int(rng.integers(4))]
    return rewrite(view, look, rng, change)


def _folded_once(view: View, look: Look) -> bool:
    known = {text for text in view.past(look.name) if text}
    letters = all(any(ch.isalpha() for ch in text) and len(text) >= 3 for text in known)
    return letters and len(known) > 1 and len({text.casefold() for text in known}) == len(known)


@fault("category_typo", "cells")
def category_typo(view: View, rng: Rng) -> Fault:
    """One typing error in longer category names."""
    look = view.pick(rng, "category", fits=lambda one: _told_apart(view, one))

    def slip(text: str) -> str:
        if len(text) < 6:
            return text
        at = int(rng.integers(1, len(text) - 1))
        kind = int(rng.integers(4))
        return (
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
            text[:at] + chr(97 + int(rng.integers(26))) + text[at + 1 :],
        )[kind]

    return rewrite(view, look, rng, slip, float(rng.choice([0.01, 0.03])))


def _told_apart(view: View, look: Look) -> bool:
    known = {text for text in view.past(look.name) if text}
    return (
        2 <= len(known) <= 40
        and all(text.replace(" ", "").isalpha() for text in known)
        and (sum(len(text) >= 6 for text in known) >= 2)
    )


@fault("broken_encoding", "cells")
def broken_encoding(view: View, rng: Rng) -> Fault:
    """UTF-8 read as Latin-1."""
    look = view.pick(rng, "category", fits=lambda one: any(not text.isascii() for text in one.texts if text))

    def break_(text: str) -> str:
        return text if text.isascii() else text.encode().decode("latin-1")

    return rewrite(view, look, rng, break_, 1.0)


@fault("disguised_missing", "cells")
def disguised_missing(view: View, rng: Rng) -> Fault:
    """Words for "missing" in columns of numbers and dates; what is wanted is an empty cell."""
    look = view.pick(rng, "number", "date", "bool")
    word = str(rng.choice(["N/A", "-", "NULL", "nan", "?", "none", "unknown", "n.a."]))
    texts, gone = list(look.texts), list(look.texts)
    for row in some(rng, look.present, float(rng.choice([0.01, 0.03]))):
        texts[row], gone[row] = word, None
    return Fault(view.put(look.name, texts), wanted=view.put(look.name, gone))


@fault("sentinel", "cells")
def sentinel(view: View, rng: Rng) -> Fault:
    """Numbers that stand for "missing", far outside the history."""
    look = view.pick(rng, "number", fits=lambda one: bool(len(view.past_numbers(one.name))))
    known = view.past_numbers(look.name)
    width = max(float(known[-1] - known[0]), abs(float(known[-1])), 1.0)
    words = [word for word in ("-999", "9999", "-9999", "999999") if not _near(float(word), known, width)]
    if not words:
        raise LookupError("every sentinel could be a value")
    word = words[int(rng.integers(len(words)))]
    texts, gone = list(look.texts), list(look.texts)
    for row in some(rng, look.present, float(rng.choice([0.01, 0.03, 0.1]))):
        texts[row], gone[row] = word, None
    return Fault(view.put(look.name, texts), wanted=view.put(look.name, gone))


def _near(value: float, known: np.ndarray, width: float) -> bool:
    return bool(known[0] - 2 * width <= value <= known[-1] + 2 * width)
