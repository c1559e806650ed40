"""Customers, contacts, tickets and other tables about people (all invented)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.generators import _columns as make
from airflow_provider_dqheal.detection.generators._base import generator

Rng = np.random.Generator


@generator("customers", "names, e-mail, phone, postcode with leading zeros, birth date")
def customers(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Contact data with steady holes."""
    columns: dict[str, make.Maker] = {
        "customer_id": make.growing_id(rng),
        "name": make.full_name(rng),
        "email": make.holes(rng, make.email(rng)),
        "phone": make.holes(rng, make.phone(rng)),
        "zip": make.digits(rng, 5),
        "born": make.recent_dates(rng, make.pick(rng, ("%Y-%m-%d", "%d.%m.%Y")), 12_000),
        "newsletter": make.boolean(rng, True),
    }
    return make.assemble(rng, sizes, columns)


@generator("contacts", "a narrow list: e-mail and phone only")
def contacts(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Two or three text columns."""
    columns: dict[str, make.Maker] = {"email": make.email(rng), "phone": make.phone(rng)}
    if rng.random() < 0.5:
        columns["source"] = make.category(rng, ("web", "fair", "partner", "import"))
    return make.assemble(rng, sizes, columns)


@generator("tickets", "support tickets: free text, priority, hours to close")
def tickets(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Free text beside a few categories and a skewed duration."""
    columns: dict[str, make.Maker] = {
        "ticket": make.text_id(rng),
        "opened": make.timestamps(rng),
        "priority": make.category(rng, ("low", "normal", "high", "urgent")),
        "text": make.sentence(rng),
        "hours": make.holes(rng, make.amount(rng, False, 1), make.between(rng, 0.0, 0.3)),
        "agent": make.category(rng, make.NAMES),
    }
    return make.assemble(rng, sizes, columns)


@generator("reviews", "stars, review text, helpful votes")
def reviews(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Ordinal stars with a fixed mix and many zero votes."""
    stars = rng.dirichlet([1, 1, 2, 4, 6])
    columns: dict[str, make.Maker] = {
        "review_id": make.uuid(rng),
        "stars": lambda step, rows: pa.array(1 + rng.choice(5, rows, p=stars), pa.int64()),
        "text": make.holes(rng, make.sentence(rng), 0.1),
        "votes": make.count(rng),
        "verified": make.boolean(rng),
    }
    return make.assemble(rng, sizes, columns)


@generator("survey", "answers on scales, many columns, some skipped")
def survey(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Eight to thirty Likert columns that share one latent attitude."""
    questions = int(rng.integers(8, 31))
    load, level = rng.uniform(0, 1.2, questions), rng.normal(3, 0.6, questions)
    skip = rng.uniform(0, 0.15, questions)
    day = make.batch_date(rng, None, 7)
    tables = []
    for step, rows in enumerate(sizes):
        latent = rng.normal(size=rows)
        columns = {"wave": day(step, rows)}
        for place in range(questions):
            answers = np.clip(np.round(level[place] + load[place] * latent + rng.normal(0, 0.9, rows)), 1, 5)
            columns[f"q{place + 1:02d}"] = pa.array(answers.astype(np.int64), mask=rng.random(rows) < skip[place])
        tables.append(pa.table(columns))
    return tables


@generator("employees", "a snapshot of the same people with pay, grade and hire date", varied=False)
def employees(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """The same keys in every batch; pay rises once in a while."""
    rows = sizes[0]
    grade = rng.integers(1, 9, rows)
    pay = np.round((25_000 + 9_000 * grade) * np.exp(rng.normal(0, 0.1, rows)), -2)
    names, hired = make.full_name(rng)(0, rows), make.recent_dates(rng, None, 2_000)(0, rows)
    tables = []
    for _ in sizes:
        raised = rng.random(rows) < 0.03
        pay = np.where(raised, np.round(pay * 1.03, -2), pay)
        tables.append(
            pa.table({"employee": np.arange(rows) + 1_000, "name": names, "grade": grade, "pay": pay, "hired": hired})
        )
    return tables


@generator("patients", "laboratory values in their units by test")
def patients(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Long form: the scale of ``value`` depends on ``test``."""
    tests = ("glucose", "sodium", "potassium", "hemoglobin", "creatinine")
    units = ("mg/dL", "mmol/L", "mmol/L", "g/dL", "mg/dL")
    level, spread = (95, 140, 4.2, 14, 0.9), (15, 3, 0.4, 1.5, 0.2)
    patient, day = make.digits(rng, 7, "P"), make.batch_date(rng)
    weights = rng.dirichlet(np.full(5, 3.0))
    tables = []
    for step, rows in enumerate(sizes):
        kind = rng.choice(5, rows, p=weights).tolist()
        values = [round(float(rng.normal(level[index], spread[index])), 1) for index in kind]
        tables.append(
            pa.table(
                {
                    "patient": patient(step, rows),
                    "test": [tests[index] for index in kind],
                    "value": values,
                    "unit": [units[index] for index in kind],
                    "taken": day(step, rows),
                }
            )
        )
    return tables


@generator("addresses", "street, city in a region in a country: a hierarchy of categories")
def addresses(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """City decides region, region decides country; the postcode's first digits belong to the city."""
    cities = [
        f"{make.pick(rng, make.SURNAMES)}{suffix}" for suffix in ("ville", "burg", "ton", "stad", " City", "heim")
    ]
    weights = rng.dirichlet(np.ones(len(cities)))
    tables = []
    for rows in sizes:
        city = rng.choice(len(cities), rows, p=weights).tolist()
        number = rng.integers(0, 1_000, rows).tolist()
        tables.append(
            pa.table(
                {
                    "street": [f"{make.pick(rng, make.SURNAMES)} street {value % 200 + 1}" for value in number],
                    "zip": [f"0{index}{value:03d}" for index, value in zip(city, number, strict=True)],
                    "city": [cities[index] for index in city],
                    "region": [f"R{index // 2}" for index in city],
                    "country": [make.COUNTRIES[index // 4] for index in city],
                }
            )
        )
    return tables
