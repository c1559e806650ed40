"""Offices, schools, clinics, shops of old: dirty by habit, small, codes, reference data."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.generators import _columns as make
from airflow_provider_dqheal.detection.generators import _habits as habit
from airflow_provider_dqheal.detection.generators._base import generator

Rng = np.random.Generator
Makers = dict[str, make.Maker]
_NOTHING = ("N/A", "-", "unknown", "", "null", "?", "n.a.", "0", "none", "XX", " ")


@generator("legacy_dump", "steady dirt: words for nothing, mixed case, several date formats, amounts as text")
def legacy_dump(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """What is dirty every day is normal here."""
    cities = ("Berlin", "BERLIN", "berlin ", "Wien", "WIEN", "Graz", "graz", "Zürich", "Zuerich")
    columns: Makers = {
        "NR": make.digits(rng, 7, ""),
        "ORT": habit.dirty(rng, make.category(rng, cities), _NOTHING),
        "DATUM": habit.mixed_dates(rng, ("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%y")),
        "BETRAG": habit.dirty(rng, habit.money_text(rng), _NOTHING),
        "MENGE": habit.dirty(rng, make.count(rng), _NOTHING),
        "AKTIV": make.category(rng, ("J", "N", "j", "x", "")),
        "INFO": make.holes(rng, make.sentence(rng), 0.5),
    }
    return make.assemble(rng, sizes, columns)


@generator("clinic_visits", "diagnosis codes, laboratory values with holes, follow-up dates, weekday effect")
def clinic_visits(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Half of the laboratory columns are empty for most patients."""
    codes = [f"{make.pick(rng, 'ABCEIJKMNRZ')}{value:02d}.{value % 10}" for value in rng.integers(0, 99, 40).tolist()]
    columns: Makers = {
        "visit": make.growing_id(rng, True),
        "patient": make.digits(rng, 8, ""),
        "seen": make.timestamps(rng, None if rng.random() < 0.5 else "%d.%m.%Y %H:%M"),
        "diagnosis": make.category(rng, codes, 0.05),
        "age": lambda step, rows: pa.array(np.clip(rng.normal(50, 22, rows), 0, 101).astype(np.int64)),
        "sex": make.category(rng, ("f", "m", "x")),
        "systolic": lambda step, rows: pa.array(np.round(rng.normal(128, 17, rows)).astype(np.int64)),
        "glucose": habit.spaced(rng, make.amount(rng, False, 1), 0.3),
        "crp": habit.spaced(rng, make.amount(rng, False, 2), 0.15),
        "follow_up": make.holes(rng, make.recent_dates(rng, None, 20), 0.6),
        "insured": make.boolean(rng),
    }
    return make.assemble(rng, sizes, columns)


@generator("library_loans", "thirteen-digit numbers, lent and due dates, returns still open")
def library_loans(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Due dates follow the lent date by one of two terms."""
    lent, isbn, reader = make.recent_dates(rng, None, 12), make.digits(rng, 10, "978"), make.digits(rng, 5, "R")
    terms = rng.choice([14, 21, 28, 30], 2, replace=False)
    tables = []
    for step, rows in enumerate(sizes):
        day = lent(step, rows)
        start = np.asarray(day.cast(pa.int32()))
        due = pa.array((start + rng.choice(terms, rows)).astype(np.int32)).cast(pa.date32())
        back = pa.array((start + rng.poisson(12, rows)).astype(np.int32), mask=rng.random(rows) < 0.35).cast(
            pa.date32()
        )
        tables.append(
            pa.table(
                {"isbn": isbn(step, rows), "reader": reader(step, rows), "lent": day, "due": due, "returned": back}
            )
        )
    return tables


@generator("small_survey", "thirty rows, answers in words and on scales")
def small_survey(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Batches of thirty to sixty rows whatever was asked for."""
    agree = ("strongly disagree", "disagree", "neutral", "agree", "strongly agree")
    columns: Makers = {"respondent": make.growing_id(rng, False), "when": make.batch_date(rng, "%Y-%m-%d", 7)}
    for place in range(int(rng.integers(2, 8))):
        columns[f"q{place + 1}"] = make.holes(rng, make.category(rng, agree), make.between(rng, 0, 0.1))
    columns["score"] = lambda step, rows: pa.array(rng.integers(0, 11, rows))
    columns["comment"] = make.holes(rng, make.sentence(rng), 0.7)
    return make.assemble(rng, [30 + int(rng.integers(0, 31)) for _ in sizes], columns)


@generator("school_marks", "marks by subject and term, a new cohort each year")
def school_marks(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Every fourth batch a new cohort enters and an old one leaves."""
    first, mean = int(rng.integers(2000, 2015)), make.between(rng, 2.0, 3.5)
    pupil, subject = (
        make.digits(rng, 6, "S"),
        make.category(rng, ("math", "german", "art", "sport", "physics", "latin")),
    )
    tables = []
    for step, rows in enumerate(sizes):
        year = first + step // 4
        cohort = year - rng.integers(0, 8, rows)
        tables.append(
            pa.table(
                {
                    "pupil": pupil(step, rows),
                    "cohort": cohort,
                    "term": [f"{year}/{step % 4 + 1}"] * rows,
                    "subject": subject(step, rows),
                    "mark": np.clip(np.round(rng.normal(mean, 1.0, rows)), 1, 6).astype(np.int64),
                    "passed": rng.random(rows) < 0.93,
                }
            )
        )
    return tables


@generator("estate_offers", "wide and mixed: area, rooms, price tied to area, text, coordinates, many holes")
def estate_offers(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Price depends on area; a slow rise over the batches."""
    square, rise, lat, lon = (
        make.between(rng, 800, 9_000),
        make.between(rng, 0, 0.01),
        rng.uniform(40, 55),
        rng.uniform(0, 20),
    )
    text, agent, energy = make.sentence(rng), make.full_name(rng), make.category(rng, tuple("ABCDEFG"))
    number, day = make.text_id(rng), make.recent_dates(rng, "%Y-%m-%d", 15)
    tables = []
    for step, rows in enumerate(sizes):
        area = np.round(np.exp(rng.normal(4.3, 0.5, rows)), 1)
        price = np.round(area * square * np.exp(rise * step + rng.normal(0, 0.2, rows)), -3)
        tables.append(
            pa.table(
                {
                    "offer": number(step, rows),
                    "listed": day(step, rows),
                    "area": area,
                    "rooms": np.round(np.clip(area / 28 + rng.normal(0, 0.7, rows), 1, 12) * 2) / 2,
                    "price": price.astype(np.int64),
                    "floor": pa.array(rng.integers(-1, 9, rows), mask=rng.random(rows) < 0.2),
                    "built": pa.array(rng.integers(1900, 2024, rows), mask=rng.random(rows) < 0.3),
                    "energy": make.holes(rng, energy, 0.3)(step, rows),
                    "lat": np.round(rng.normal(lat, 0.1, rows), 5),
                    "lon": np.round(rng.normal(lon, 0.1, rows), 5),
                    "agent": agent(step, rows),
                    "text": text(step, rows),
                    "balcony": rng.random(rows) < 0.6,
                }
            )
        )
    return tables


@generator("chat_messages", "short texts with emoji and links, channels, reactions")
def chat_messages(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Unicode text of varying length."""
    columns: Makers = {
        "id": make.uuid(rng),
        "channel": habit.arriving(rng, "#team-", 12, 0.3, 0.15),
        "author": make.email(rng),
        "text": habit.message(rng),
        "reactions": make.count(rng),
        "edited": make.boolean(rng, True),
        "sent": make.timestamps(rng, "%Y-%m-%d %H:%M:%S"),
    }
    return make.assemble(rng, sizes, columns)


@generator("reference_data", "a list of codes that hardly ever changes", varied=False)
def reference_data(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """The same rows again and again; now and then one is added or renamed."""
    count = max(30, min(sizes[0], 400))
    codes = [f"{index:03d}" for index in range(count)]
    names = [f"{make.pick(rng, make.SURNAMES)} {make.pick(rng, make.WORDS)} {index}" for index in range(count)]
    rates = np.round(rng.choice([0.0, 5.5, 7.0, 10.0, 19.0, 20.0], count), 1)
    valid = make.batch_date(rng, "%Y-%m-%d", 30)
    tables = []
    for step in range(len(sizes)):
        if rng.random() < 0.3:
            codes.append(f"{len(codes):03d}")
            names.append(f"{make.pick(rng, make.SURNAMES)} {len(codes)}")
            rates = np.append(rates, 7.0)
        rows = len(codes)
        active = np.arange(rows) % 17 != 3
        tables.append(
            pa.table(
                {"code": list(codes), "name": list(names), "rate": rates, "active": active, "as_of": valid(step, rows)}
            )
        )
    return tables


@generator("stock_snapshot", "the same articles every time: stock falls and is filled up, prices stay", varied=False)
def stock_snapshot(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Correlated from batch to batch."""
    rows = sizes[0]
    stock, full = rng.integers(5, 300, rows), rng.integers(100, 400, rows)
    price, demand = np.round(np.exp(rng.normal(2.5, 1, rows)), 2), rng.gamma(1.5, 4, rows)
    supplier, place = make.category(rng, make.SURNAMES)(0, rows), make.digits(rng, 4, "R", 50)(0, rows)
    tables = []
    for _ in sizes:
        stock = stock - rng.poisson(demand)
        stock = np.where(stock < 0, full, stock)
        tables.append(
            pa.table(
                {
                    "sku": [f"A-{index:06d}" for index in range(rows)],
                    "stock": stock,
                    "price": price,
                    "supplier": supplier,
                    "shelf": place,
                    "reorder": stock < full // 5,
                }
            )
        )
    return tables
