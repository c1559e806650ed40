"""What the demo found, beside what it planted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_provider_dqheal.core.types import RemediationPlan, Verdict
from airflow_provider_dqheal.storage.records import BatchRecord
from airflow_provider_dqheal.storage.store import Store

ENDED = ("published", "held", "failed", "undone")
HEADER = (
    "batch", "planted", "found", "columns blamed", "healed cells", "quarantined", "status", "validated", "seconds",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """One batch of the report."""

    batch_id: str
    planted: tuple[str, ...]
    record: BatchRecord | None
    columns: dict[str, list[str]]
    seconds: dict[str, float]
    validated: bool | None

    @property
    def found(self) -> list[str]:
        """Issue types that were acted on."""
        return list(self.record.issues) if self.record else []

    @property
    def ended(self) -> bool:
        """Whether the batch reached a final status."""
        return self.record is not None and self.record.status in ENDED

    @property
    def right(self) -> bool:
        """A planted fault was found and decided; a clean batch was published untouched."""
        if self.record is None or not self.ended:
            return False
        if self.planted:
            return set(self.planted) <= set(self.found) and self.record.status in ("published", "held")
        untouched = not self.found and not self.record.healed_cells and not self.record.quarantined_rows
        return untouched and self.record.status == "published"

    def as_json(self) -> dict[str, Any]:
        """The line of the report."""
        record = self.record
        return {
            "batch_id": self.batch_id,
            "planted": list(self.planted),
            "found": self.found,
            "columns": self.columns,
            "healed_cells": (record.healed_cells or 0) if record else 0,
            "quarantined_rows": (record.quarantined_rows or 0) if record else 0,
            "rows_in": (record.rows_in or 0) if record else 0,
            "rows_published": (record.rows_published or 0) if record else 0,
            "status": record.status if record else "received",
            "seconds": self.seconds,
        }

    def as_row(self) -> tuple[Any, ...]:
        """The line of the printed table."""
        blamed = "; ".join(f"{issue}: {', '.join(names)}" for issue, names in self.columns.items())
        line = self.as_json()
        return (
            self.batch_id,
            ", ".join(self.planted) or "-",
            ", ".join(self.found) or "-",
            blamed or "-",
            line["healed_cells"],
            line["quarantined_rows"],
            line["status"] + ("" if self.right else "  <- not as planted"),
            {True: "yes", False: "no", None: "-"}[self.validated],
            " ".join(f"{stage} {seconds:.1f}" for stage, seconds in self.seconds.items()),
        )


def outcome(store: Store, dataset: str, batch_id: str, planted: tuple[str, ...]) -> Outcome:
    """Reads how a batch stands from the store."""
    record = store.batch(dataset, batch_id)
    columns: dict[str, list[str]] = {}
    seconds: dict[str, float] = {}
    validated: bool | None = None
    for stage in store.stages(record.ref) if record else ():
        name = stage.stage.partition(":")[0]
        seconds[name] = round(seconds.get(name, 0.0) + (stage.seconds or 0.0), 2)
        if name == "detect":
            issues = Verdict.model_validate(stage.document).issues
        elif name == "decide":
            issues = RemediationPlan.model_validate(stage.document).found
        else:
            issues = ()
            if name == "validate":
                validated = bool(stage.document["passed"])
        for issue in issues:
            columns.setdefault(issue.type, list(issue.columns))
    return Outcome(batch_id, planted, record, columns, seconds, validated)


def write_report(outcomes: list[Outcome], ok: bool, path: Path | None) -> dict[str, Any]:
    """The report as a JSON document, written to ``path`` when there is one."""
    document = {"batches": [one.as_json() for one in outcomes], "ok": ok}
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return document
