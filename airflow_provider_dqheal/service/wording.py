"""Status events in words: what a person reads in the feed. Counts and names only, never values of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from airflow_provider_dqheal.core.events import StatusEvent
from airflow_provider_dqheal.service.views import EventView

Tone = Literal["neutral", "good", "warn", "bad", "active"]

_STARTED = {
    "receive": "Receiving",
    "profile": "Profiling",
    "detect": "Judging against the history",
    "decide": "Planning the remediation",
    "heal": "Healing",
    "validate": "Validating",
    "publish": "Publishing",
    "undo": "Undoing",
}
_MAX_TEXT = 300


def event_view(seq: int, event: StatusEvent) -> EventView:
    """The event as the feed shows it."""
    data = event.data
    stage, status = data.get("stage"), data.get("status")
    text, tone = _words(str(stage or ""), str(status or ""), data, event)
    return EventView(
        seq=seq,
        id=event.id,
        type=event.type,
        time=event.time,
        dataset=_text(data.get("dataset")),
        batch_id=_text(data.get("batch_id")),
        attempt=data.get("attempt") if isinstance(data.get("attempt"), int) else None,
        stage=_text(stage),
        status=_text(status),
        text=text[:_MAX_TEXT],
        tone=tone,
    )


def _text(value: object) -> str | None:
    return value[:200] if isinstance(value, str) else None


def _words(stage: str, status: str, data: Mapping[str, Any], event: StatusEvent) -> tuple[str, Tone]:
    part = f" {spaced(data['issue'])}" if isinstance(data.get("issue"), str) else ""
    reason = f": {data['reason']}" if isinstance(data.get("reason"), str) else ""
    if status == "started":
        return f"{_STARTED.get(stage, spaced(stage).capitalize())}{part}", "active"
    if status == "failed":
        return f"{spaced(stage).capitalize()} failed{reason}", "bad"
    if status == "held":
        return f"Held{reason}", "warn"
    if status == "published":
        return _published(data), "good"
    if status == "undone":
        return "Undone: the raw batch is published again", "warn"
    if (stage, status) in _BY_PERSON:
        return _BY_PERSON[stage, status].format_map(_Known(data)), "neutral"
    done = _DONE.get(stage)
    if done is not None and status == "done":
        return done(data)
    if not stage:
        return event.type.removeprefix("dqheal.").replace(".", " "), "neutral"
    return f"{spaced(stage).capitalize()}{part} {spaced(status)}{reason}", "neutral"


def _published(data: Mapping[str, Any]) -> str:
    rows = data.get("rows_published")
    text = "Published" if rows is None else f"Published {counted(rows, 'row')}"
    extras = [
        f"{counted(data[key], noun)} {verb}"
        for key, noun, verb in (("healed_cells", "cell", "healed"), ("quarantined_rows", "row", "set aside"))
        if data.get(key)
    ]
    return ", ".join([text, *extras])


def _received(data: Mapping[str, Any]) -> tuple[str, Tone]:
    return "Received", "neutral"


def _profiled(data: Mapping[str, Any]) -> tuple[str, Tone]:
    rows, columns = data.get("row_count"), data.get("columns")
    if rows is None or not isinstance(columns, int):
        return "Profiled", "neutral"
    return f"Profiled {counted(rows, 'row')}, {counted(columns, 'column')}", "neutral"


def _detected(data: Mapping[str, Any]) -> tuple[str, Tone]:
    issues = [issue for issue in data.get("issues") or () if isinstance(issue, dict)]
    if issues:
        return "Found " + ", ".join(_issue(issue) for issue in issues), "warn"
    if data.get("verdict") not in (None, "scored"):
        return f"Not judged: {spaced(str(data['verdict']))}", "warn"
    return "Nothing unusual found", "good"


def _issue(issue: Mapping[str, Any]) -> str:
    columns = [str(name) for name in issue.get("columns") or ()]
    more = f" and {len(columns) - 2} more" if len(columns) > 2 else ""
    return spaced(str(issue.get("type", "issue"))) + (f" in {', '.join(columns[:2])}{more}" if columns else "")


def _decided(data: Mapping[str, Any]) -> tuple[str, Tone]:
    steps, holds = data.get("steps") or (), data.get("hold_reasons") or ()
    planned = f"Planned {counted(len(steps), 'step')}" if steps else "No step planned"
    return (f"{planned}; to be held: {holds[0]}", "warn") if holds else (planned, "neutral")


def _healed(data: Mapping[str, Any]) -> tuple[str, Tone]:
    name = spaced(str(data.get("issue", "batch")))
    if data.get("refused"):
        return f"Healing {name} refused: {data['refused']}", "warn"
    cells, rows = data.get("cells_changed"), data.get("rows_quarantined")
    aside = f", {counted(rows, 'row')} set aside" if rows else ""
    return f"Healed {name}: {counted(cells or 0, 'cell')} changed{aside}", "neutral"


def _validated(data: Mapping[str, Any]) -> tuple[str, Tone]:
    if data.get("passed"):
        return "Validated: better than before", "good"
    failed = ", ".join(spaced(str(name)) for name in (data.get("failed") or ())[:3])
    return f"Not validated{': ' + failed if failed else ''}", "warn"


_DONE = {
    "receive": _received,
    "profile": _profiled,
    "detect": _detected,
    "decide": _decided,
    "heal": _healed,
    "validate": _validated,
}


_BY_PERSON: dict[tuple[str, str], str] = {
    ("approval", "waiting"): "Waiting for approval of the steps for {issue}",
    ("approval", "approved"): "Steps for {issue} approved by {by}",
    ("approval", "rejected"): "Steps for {issue} rejected by {by}",
    ("approval", "expired"): "Nobody decided about the steps for {issue} in time",
    ("feedback", "expected"): "Called expected by {by}: learned",
    ("feedback", "incident"): "Called an incident by {by}: not learned from",
    ("quarantine", "fixed"): "A row in quarantine was fixed by {by}",
    ("quarantine", "readmitted"): "{rows} rows re-admitted from quarantine by {by}",
    ("accept", "schema"): "Schema version {version} accepted by {by}",
    ("undo", "step_undone"): "Step {step} undone by {by}",
}


class _Known(dict[str, Any]):
    """What an event tells; what it does not is a person or a number that is not known."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        if isinstance(data.get("issue"), str):
            self["issue"] = spaced(data["issue"])

    def __missing__(self, key: str) -> str:
        return "somebody" if key == "by" else "some"


def spaced(name: str) -> str:
    """A snake_case name in words."""
    return name.replace("_", " ")


def counted(number: object, noun: str) -> str:
    """A count with its noun: ``1 row``, ``2,000 rows``."""
    if not isinstance(number, int):
        return f"{noun}s"
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
