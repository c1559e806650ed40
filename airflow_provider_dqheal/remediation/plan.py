"""Plans the repair of one batch: which strategies act, in which order, and what only a person can decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from traceback import format_exception

import pyarrow as pa
import structlog

from airflow_provider_dqheal.core.errors import DQHealError
from airflow_provider_dqheal.core.policy import Policy
from airflow_provider_dqheal.core.types import (
    ISSUE_ORDER,
    BatchRef,
    Evidence,
    Issue,
    RemediationPlan,
    Step,
    Verdict,
)
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.remediation._base import REMAINDER, REPAIR, Context, Strategy, ordered, registry
from airflow_provider_dqheal.remediation.history import TableHistory, numbers_of
from airflow_provider_dqheal.remediation.kernels.transforms import Spread
from airflow_provider_dqheal.remediation.working import Working

RELATED: dict[str, tuple[str, ...]] = {
    "outliers": ("distribution_shift", "missing_data", "type_mismatch", "schema_drift"),
    "distribution_shift": ("outliers", "missing_data", "type_mismatch", "schema_drift"),
    "missing_data": ("type_mismatch", "schema_drift", "outliers", "distribution_shift"),
    "type_mismatch": ("schema_drift", "missing_data", "outliers", "distribution_shift"),
    "schema_drift": ("type_mismatch", "missing_data", "outliers", "distribution_shift"),
}
"""Which other issue types' steps can be the explanation of an issue on the same column."""

_UNSHOWN = 0.5
"""Strength of evidence that only gives the words to what the ensemble estimates."""


def plan(
    raw: pa.Table,
    profile: Profile,
    baseline: Baseline,
    verdict: Verdict,
    policy: Policy,
    batch: BatchRef,
    redetect: Callable[[pa.Table], Verdict] | None = None,
) -> RemediationPlan:
    """Plans the steps for a judged batch.

    Repairs come first. What they leave is judged again before rows are set aside or the batch is held: an issue that
    was only named beside the one that was healed is gone then, and one that it hid is seen. So are the rows that stay
    when some were set aside, once.

    Args:
        raw: the batch in its raw representation and order.
        profile: the batch's profile.
        baseline: the accepted history.
        verdict: what the detector said; repairs on cell evidence do not need an issue in it.
        policy: modes, ceilings and budgets.
        batch: which batch this is.
        redetect: judges a repaired table in raw representation; without it the first verdict stands.

    Returns:
        A pure value. An empty plan (no step, nothing to hold for, nothing found) leaves the batch as it is.
    """
    held: list[str] = []
    if verdict.status != "scored":
        held.append(verdict.reason or f"the batch could not be judged ({verdict.status})")
    if len(set(raw.column_names)) != raw.num_columns:
        held.append("the batch has two columns of one name; name them apart at the source")
    if policy.mode == "off" or held:
        return RemediationPlan(
            dataset=batch.dataset,
            batch_id=batch.batch_id,
            attempt=batch.attempt,
            mode=policy.mode,
            hold_reasons=tuple(held),
        )
    draft = _Draft(Context(Working.start(raw), TableHistory.of(baseline), baseline, profile, verdict, policy, batch))
    draft.plan(REPAIR)
    repairs = list(draft.steps)
    if repairs and redetect is not None:
        draft.judge(redetect)
    stands = draft.context.verdict is verdict
    draft.plan(REMAINDER)
    cleared = False
    if len(draft.steps) > len(repairs) and redetect is not None:
        cleared = draft.judge(redetect)
        if not cleared:
            draft.plan(REMAINDER)  # a row that is set aside may have hidden another
    final, steps = draft.context, draft.steps
    held = draft.held + _over_budget(final.working, steps, policy) + _incomplete(final)
    first = replace(final, verdict=verdict, first=None)
    if not stands:
        held += _left(first, repairs)
    elif not cleared:
        held += _unexplained(first, steps)
    else:
        held += _lingering(verdict, final.verdict)
    held += [
        f"policy shadow for {issue}: {sum(step.issue == issue for step in steps)} steps planned, none is applied"
        for issue in dict.fromkeys(step.issue for step in steps)
        if policy.mode == "auto" and policy.issue(issue).mode == "shadow"
    ]
    return RemediationPlan(
        dataset=batch.dataset,
        batch_id=batch.batch_id,
        attempt=batch.attempt,
        steps=tuple(sorted(steps, key=_heal_rank)),
        hold_reasons=tuple(dict.fromkeys(held)),
        found=_found(steps, verdict, final.working),
        mode=policy.mode,
    )


class _Draft:
    """The plan as it grows: the batch as its steps leave it, and what was said of that last."""

    def __init__(self, context: Context) -> None:
        self.context = replace(context, first=context.verdict)
        self.steps: list[Step] = []
        self.held: list[str] = []

    def judge(self, redetect: Callable[[pa.Table], Verdict]) -> bool:
        """Asks the detector again, and goes on with what it says; whether what is left is clean."""
        again = redetect(self.context.working.table)
        if again.status != "scored":
            return False
        self.context = replace(self.context, verdict=again)
        return not again.issues

    def plan(self, phase: int) -> None:
        """Lets the strategies of a phase propose their steps, each on what the ones before it leave."""
        policy = self.context.policy
        for strategy in ordered(registry.values(), ISSUE_ORDER):
            if strategy.phase == phase and policy.issue(strategy.heals).mode != "off":
                self._ask(strategy)

    def _ask(self, strategy: Strategy) -> None:
        context = replace(self.context)  # what is remembered of cells is of one table
        try:
            proposed, reasons = strategy.propose(context), strategy.holds(context)
        except Exception as error:  # a strategy that fails holds the batch, the others still tell what they found
            self.held.append(_failed(strategy, context.batch, error))
            return
        self.held += reasons
        for step in proposed:
            refusal = _refusal(strategy, step, context.policy)
            if refusal is not None:
                self.held.append(refusal)
                continue
            try:
                self._take(strategy, _unique(step, self.steps))
            except DQHealError as error:
                self.held.append(str(error))
            except Exception as error:
                self.held.append(_failed(strategy, context.batch, error))

    def _take(self, strategy: Strategy, step: Step) -> None:
        """Carries a step out on the draft; one that changes nothing is none."""
        before = self.context.working
        after = strategy.apply(before, step)
        if after.table is before.table and after.quarantine.num_rows == before.quarantine.num_rows:
            return
        self.context = replace(self.context, working=after)
        self.steps.append(step)


def _failed(strategy: Strategy, batch: BatchRef, error: Exception) -> str:
    where = "".join(format_exception(error))
    structlog.get_logger().error("strategy_failed", strategy=strategy.name, batch=batch.key, exception=where)
    return (
        f"strategy {strategy.name} failed on this batch ({type(error).__name__}), the log says where; nothing was "
        f"changed. Report it, or set the policy's mode of {strategy.heals} to off"
    )


def _heal_rank(step: Step) -> int:
    return ISSUE_ORDER.index(step.issue) if step.issue in ISSUE_ORDER else len(ISSUE_ORDER)


def _unique(step: Step, steps: list[Step]) -> Step:
    taken = sum(other.step_id == step.step_id or other.step_id.startswith(f"{step.step_id}~") for other in steps)
    return step.model_copy(update={"step_id": f"{step.step_id}~{taken}"}) if taken else step


def _refusal(strategy: Strategy, step: Step, policy: Policy) -> str | None:
    """Why the policy does not let a step through, None when it does."""
    where = f"{strategy.name} on {', '.join(step.columns) or 'the table'}"
    if not policy.issue(step.issue).allows(step.rung):
        return (
            f"{where}: {step.reason}; it needs rung {step.rung!r} and the policy stops at "
            f"{policy.issue(step.issue).ceiling!r}"
        )
    guarded = set(policy.protected) | set(policy.keys)
    if guarded & set(step.columns) and (strategy.cellwise or step.rung == "imputation"):
        return f"{where}: {step.reason}; the column is protected, so a person decides"
    return None


def _over_budget(working: Working, steps: list[Step], policy: Policy) -> list[str]:
    reasons = []
    rows = max(1, working.raw.num_rows)
    share = working.lost_rows / rows
    if share > policy.budgets.batch_quarantined_rows:
        reasons.append(
            f"{working.lost_rows:,} of {rows:,} rows would be quarantined, the budget is "
            f"{policy.budgets.batch_quarantined_rows:.0%}; correct the source or raise the budget"
        )
    cellwise = {step.step_id for step in steps if step.max_changed_fraction < 1.0}
    counted = sum(step_id in cellwise for step_id in working.ledger["step_id"].to_pylist()) if cellwise else 0
    cells = rows * max(1, working.raw.num_columns)
    if counted / cells > policy.budgets.batch_cells:
        reasons.append(
            f"{counted:,} of {cells:,} cells would be repaired singly, the budget is {policy.budgets.batch_cells:.0%}"
        )
    return reasons


def _unexplained(context: Context, steps: list[Step]) -> list[str]:
    """One reason for every acted-on issue that no step of its own or a related type touches."""
    reasons = []
    for issue in context.verdict.issues:
        concerned = _concerned(context, issue)
        kinds = (issue.type, *RELATED.get(issue.type, ISSUE_ORDER))
        touching = [
            step
            for step in steps
            if step.issue in kinds and (not concerned or not step.columns or concerned & set(step.columns))
        ]
        touched = concerned & {column for step in touching for column in step.columns}
        alone = context.verdict.alarms_alone(issue.type)
        # What no step touched is left to the detector, which judges the healed batch by itself.
        asked = touched or (concerned if alone or not steps else set())
        moved = [] if issue.type != "distribution_shift" else _still_moved(context, asked)
        if touching and not moved:
            continue
        shown = any(evidence.score > _UNSHOWN for evidence in issue.evidence)
        if steps and not moved and not (shown and alone):
            continue  # named beside another that was healed, or without a measurement: what is left is judged again
        where = f" in {', '.join(issue.columns)}" if issue.columns else ""
        advice = (
            "no exact transformation explains it; accept the batch as the new baseline, or correct the source"
            if issue.type == "distribution_shift"
            else "no repair has one explanation; correct the source, or accept the batch as it is"
        )
        reasons.append(f"{issue.type}{where}: {issue.sentence.rstrip('.')}; {advice}")
    return reasons


def _lingering(first: Verdict, last: Verdict) -> list[str]:
    """One reason for every shift that only fell below the alarm when rows were set aside, and is watched still."""
    watched = {column for issue in last.watch if issue.type == "distribution_shift" for column in issue.concerned}
    return [
        f"distribution_shift in {', '.join(issue.columns)}: {issue.sentence.rstrip('.')}; the rows that were set aside "
        "do not explain it; accept the batch as the new baseline, or correct the source"
        for issue in first.issues
        if issue.type == "distribution_shift" and watched & set(issue.concerned)
    ]


def _left(context: Context, repairs: list[Step]) -> list[str]:
    """One reason for every shift that a repair was to undo and has not; all else is told by the second verdict.

    The repair of single cells undoes no shift, and of another order or name none is said to.
    """
    touched = {column for step in repairs if step.issue == "distribution_shift" for column in step.columns}
    return [
        f"distribution_shift in {', '.join(moved)}: repaired values are still unlike the history; correct the source"
        for issue in context.verdict.issues
        if issue.type == "distribution_shift" and (moved := _still_moved(context, touched & _concerned(context, issue)))
    ]


def _concerned(context: Context, issue: Issue) -> set[str]:
    """The issue's columns, under the names that they came with and those that they have now."""
    return {*context.concerned(issue), *issue.concerned}


def _still_moved(context: Context, concerned: set[str]) -> list[str]:
    """Numeric columns of these that are still not like the history after all steps."""
    moved = []
    for name, history, cells in context.columns():
        if name in concerned and history.is_numeric and not history.is_key:
            values, spread = numbers_of(cells.counter), Spread(history)
            if len(spread.batches) > 1 and len(values) and spread.distance(values) > 2 * spread.tolerance(len(values)):
                moved.append(name)
    return moved


def _incomplete(context: Context) -> list[str]:
    """Accepted columns that the batch lacks after all steps."""
    table = context.working.table
    reasons = []
    for column in context.history.schema.columns:
        if column.name not in table.column_names:
            if column.name in context.baseline.optional:
                continue
            reasons.append(f"column {column.name!r} is missing and nothing in the batch can be taken for it")
        elif dict(context.working.origins).get(column.name, "") is None and table.num_rows:
            empty = table.column(column.name).null_count == table.num_rows
            fractions = context.history.columns[column.name].missing_fractions
            usual = len(fractions) > 0 and fractions.max() > 0.99
            if empty and not usual and not column.nullable:
                reasons.append(
                    f"column {column.name!r} is gone and was never missing in the history; "
                    "send the column, or declare it nullable"
                )
    return reasons


def _found(steps: Iterable[Step], verdict: Verdict, working: Working) -> tuple[Issue, ...]:
    """Low-severity issues for what cell evidence opened without an alarm of that type."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        if verdict.issue(step.issue) is None:
            found.setdefault(step.issue, []).append(step)
    lines = working.ledger["step_id"].to_pylist()
    return tuple(
        Issue(
            type=type,
            score=max(step.confidence for step in opened),
            severity="low",
            columns=tuple(dict.fromkeys(column for step in opened for column in step.columns)),
            evidence=tuple(
                Evidence(
                    metric="cells",
                    column=step.columns[0] if step.columns else None,
                    observed=float(lines.count(step.step_id)),
                    score=step.confidence,
                    sentence=step.reason,
                )
                for step in opened
            ),
        )
        for type, opened in found.items()
    )
