"""How far a batch has come: the five stages a person follows, from stage records, events and the status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from airflow_provider_dqheal.core.types import BatchStatus
from airflow_provider_dqheal.service.views import EventView, StageState, StageView
from airflow_provider_dqheal.service.wording import counted, spaced

SHOWN: tuple[str, ...] = ("profile", "detect", "decide", "heal", "validate", "publish")
ENDED: frozenset[str] = frozenset({"published", "held", "failed", "undone"})
_REACHED: dict[str, int] = {
    "received": 0,
    "profiled": 1,
    "detected": 2,
    "healing": 3,
    "validating": 4,
    "published": 6,
    "undone": 6,
}


@dataclass(frozen=True)
class StageFact:
    """One stored stage document. ``stage`` is ``heal:<issue>`` for the heal stage."""

    stage: str
    seconds: float | None
    document: Mapping[str, object]


@dataclass(frozen=True)
class Started:
    """What the events say of a stage that has no document yet."""

    state: StageState
    at: datetime


def from_events(events: Iterable[EventView]) -> dict[str, Started]:
    """The newest word on each stage of one attempt; events oldest first."""
    found: dict[str, Started] = {}
    for event in events:
        if event.stage is None or event.status is None:
            continue
        state: StageState = "running"
        if event.status == "failed":
            state = "failed"
        elif event.status == "held":
            state = "held"
        elif event.status != "started":
            state = "done"
        found[event.stage] = Started(state, event.time)
    return found


def stage_views(
    status: BatchStatus, facts: Sequence[StageFact], started: Mapping[str, Started]
) -> tuple[StageView, ...]:
    """The stages in order. A heal stage that no issue needed is ``skipped`` once the batch went past it."""
    by_stage: dict[str, list[StageFact]] = {}
    for fact in facts:
        by_stage.setdefault(fact.stage.partition(":")[0], []).append(fact)
    reached = max((index + 1 for index, name in enumerate(SHOWN) if name in by_stage), default=0)
    reached = max(reached, _REACHED.get(status, 0))
    views: list[StageView] = []
    broken = False
    for index, name in enumerate(SHOWN):
        facts_here = by_stage.get(name, [])
        told = started.get(name)
        state: StageState
        if name == "publish" and status in ("held", "failed"):
            state = "waiting" if broken else status
        elif told is not None and told.state == "failed" and status in ("held", "failed"):
            state = "failed"
            broken = True
        elif told is not None and told.state == "running" and status not in ENDED and not _past(facts_here, name):
            state = "running"
        elif facts_here:
            state = "done"
        elif index < reached and not broken:
            state = "skipped" if name == "heal" else "done"
        else:
            state = "waiting"
        seconds = [fact.seconds for fact in facts_here if fact.seconds is not None]
        views.append(
            StageView(
                stage=name,
                state=state,
                seconds=sum(seconds) if seconds else None,
                started_at=told.at if told else None,
                note=_note(name, facts_here),
                parts=tuple(fact.stage.partition(":")[2] for fact in facts_here if ":" in fact.stage),
            )
        )
    return tuple(views)


def _past(facts: Sequence[StageFact], name: str) -> bool:
    return bool(facts) and name != "heal"


def _note(name: str, facts: Sequence[StageFact]) -> str | None:
    if not facts:
        return None
    document = facts[-1].document
    if name == "profile":
        rows = document.get("row_count")
        return counted(rows, "row") if isinstance(rows, int) else None
    if name == "detect":
        issues = document.get("issues")
        return counted(len(issues), "issue") if isinstance(issues, list) else None
    if name == "decide":
        steps = document.get("steps")
        return counted(len(steps), "step") if isinstance(steps, list) else None
    if name == "heal":
        return ", ".join(spaced(fact.stage.partition(":")[2]) for fact in facts)
    if name == "validate":
        checks = document.get("checks")
        if not isinstance(checks, list):
            return None
        passed = sum(1 for check in checks if isinstance(check, dict) and check.get("passed"))
        return f"{passed} of {counted(len(checks), 'check')} passed"
    return None
