"""The results of a measurement as tables of text: what the command prints and what the model card holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airflow_provider_dqheal.core.types import ISSUE_ORDER

Result = Mapping[str, Any]


@dataclass(frozen=True)
class Lines:
    """A table: ``title``, the names of its ``columns``, its ``rows``, and a ``note`` below."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


_HEADLINES = (
    ("macro_f1", "macro-F1"),
    ("exact_set", "exact set of issues"),
    ("auc", "batch AUC"),
    ("recall_at_1", "recall at 1 % false alarms"),
    ("recall_at_5", "recall at 5 % false alarms"),
    ("any_recall", "faulty batches found"),
    ("recall_high", "recall, high severity"),
    ("recall_medium", "recall, medium severity"),
    ("recall_low", "recall, low severity"),
    ("column_f1", "column attribution F1"),
    ("false_alarms_ordered", "false alarms, clean in time order"),
    ("false_alarms_shuffled", "false alarms, clean shuffled"),
)
_METHOD = (
    ("macro_f1", "macro-F1"),
    ("false_alarms_ordered", "false alarms, time order"),
    ("false_alarms_shuffled", "false alarms, shuffled"),
    ("auc", "AUC"),
    ("recall_at_1", "recall at 1 %"),
    ("recall_at_5", "recall at 5 %"),
    ("exact_set", "exact set"),
    ("column_f1", "column F1"),
)
_NEEDS_NAMES = frozenset(("macro_f1", "exact_set", "column_f1"))
_SHORT = {
    "schema_drift": "schema",
    "type_mismatch": "type",
    "missing_data": "missing",
    "outliers": "outliers",
    "distribution_shift": "shift",
}


def lines(result: Result) -> list[Lines]:
    """Every table that the result has figures for."""
    found: list[Lines] = []
    if "tables_left_out" in result:
        found += [_headline(result), _issues(result["tables_left_out"]), _promises(result["tables_left_out"])]
        found += [_reliability(result["tables_left_out"]), _ablation(result["tables_left_out"]["ablation"])]
    if len(result.get("by_seed", {}).get("seeds", ())) > 1:
        found.append(_by_seed(result["by_seed"]))
    if "faults_left_out" in result:
        found.append(_unseen(result["faults_left_out"]))
    if "yardsticks" in result:
        found += _yardsticks(result["yardsticks"])
    if "architectures" in result:
        found.append(_architectures(result["architectures"]))
    if "tables_left_out" in result:
        found.append(_weakest(result))
    for name, title in (
        ("false_alarms", "Loudest false alarms"),
        ("missed", "Missed at high severity"),
        ("misnamed", "Found at high severity, misnamed"),
    ):
        if result.get("examples", {}).get(name):
            found.append(_examples(title, result["examples"][name]))
    return found


def number(value: float | None, digits: int = 3) -> str:
    """A figure, or a dash where there is none."""
    return "-" if value is None else f"{value:.{digits}f}"


def percent(value: float | None) -> str:
    """A rate in percent."""
    return "-" if value is None else f"{100 * value:.1f} %"


def with_interval(of: Result, name: str) -> str:
    """A figure and its interval."""
    spread = of.get(f"{name}_interval")
    return number(of.get(name)) + (f" [{number(spread[0])}, {number(spread[1])}]" if spread else "")


def _headline(result: Result) -> Lines:
    parts = [result["tables_left_out"]]
    columns = ["figure", "all history lengths"]
    if "history_of_eight" in result:
        parts.append(result["history_of_eight"])
        columns.append("eight batches of history")
    rows = [[title, *(with_interval(part, name) for part in parts)] for name, title in _HEADLINES]
    rows.append(["undecidable batches found", *(number(part["undecidable_any_recall"]) for part in parts)])
    rows.append(
        ["batches: faulty / clean in time order / clean shuffled / undecidable"]
        + [f"{p['faulty']} / {p['clean_ordered']} / {p['clean_shuffled']} / {p['undecidable']}" for p in parts]
    )
    rows.append(["tables", *(str(part["tables"]) for part in parts)])
    rows.append(["milliseconds a batch, training included", *(number(p["milliseconds_a_batch"], 1) for p in parts)])
    seeds = "one seed" if result["seeds"] == 1 else f"{result['seeds']} seeds"
    return Lines(
        f"Tables left out, {percent(result['promised_rate'])} promised, {seeds}{_drawn_with(parts[0])}",
        columns,
        rows,
        "95 % intervals by bootstrap over tables. Undecidable batches are left out of all other lines. Column "
        "attribution is over all issue types but schema drift, whose columns are an exact difference.",
    )


def _by_seed(part: Result) -> Lines:
    titles, names = dict((*_HEADLINES, *_METHOD)), list(part["seeds"][0])
    return Lines(
        f"Every seed: other splits of the tables, other networks{_drawn_with(part)}",
        ("seed", *(titles[name] for name in names)),
        [[str(seed), *(number(of[name]) for name in names)] for seed, of in enumerate(part["seeds"])],
    )


def _issues(part: Result) -> Lines:
    rows = [
        [name, *(number(part["issues"][name][figure]) for figure in ("precision", "recall", "f1"))]
        for name in ISSUE_ORDER
    ]
    return Lines("By issue type, tables left out", ("issue", "precision", "recall", "F1"), rows)


def _promises(part: Result) -> Lines:
    lengths = sorted({int(k) for found in part["promised_and_observed_by_history"].values() for k in found})
    rows = []
    for rate, observed in part["promised_and_observed"].items():
        spread = part["promised_and_observed_intervals"].get(rate)
        by_length = part["promised_and_observed_by_history"][rate]
        rows.append(
            [
                percent(float(rate)),
                percent(observed) + (f" [{percent(spread[0])}, {percent(spread[1])}]" if spread else ""),
                *(percent(by_length.get(str(length))) for length in lengths),
                percent(part["tables_above_promise"][rate]),
            ]
        )
    return Lines(
        "Promised and observed false alarms, clean batches in time order",
        ("promised", "observed", *(f"history {length}" for length in lengths), "tables above"),
        rows,
        "Tables above: share of tables with at least five clean batches whose lower 95 % bound is above the promise.",
    )


def _reliability(part: Result) -> Lines:
    rows = [
        [percent(one["stated"]), percent(one["observed"]), str(one["batches"])]
        for one in part["reliability"]["any"]["bins"]
    ]
    errors = ", ".join(f"{name} {percent(found['error'])}" for name, found in part["reliability"].items())
    return Lines(
        'Reliability of "something is wrong"',
        ("stated", "observed", "batches"),
        rows,
        f"Expected calibration error: {errors}.",
    )


def _method(title: str, of: Result, names_issues: bool = True) -> list[str]:
    return [
        title,
        *("-" if name in _NEEDS_NAMES and not names_issues else with_interval(of, name) for name, _ in _METHOD),
    ]


def _ablation(parts: Result) -> Lines:
    titles = {
        "facts": "facts only",
        "ensemble": "ensemble only",
        "scored": "both",
        "both": "both, and what is beyond all that is clean (shipped)",
    }
    return Lines(
        "Ablation: each part calibrated by itself to the same promise",
        ("part", *(title for _, title in _METHOD)),
        [_method(title, parts[name]) for name, title in titles.items()],
        "The strengths of the facts are among the features of the ensemble; here they cannot fire by themselves.",
    )


def _unseen(part: Result) -> Lines:
    rows = [
        ["all", str(part["batches"]), with_interval(part, "any_recall"), with_interval(part, "right_issue")],
        *(
            [name, str(found["batches"]), number(found["any"]), number(found["right_issue"])]
            for name, found in part["issues"].items()
        ),
        *(
            [f"{name} severity", "", number(found["any"]), number(found["right_issue"])]
            for name, found in part["by_severity"].items()
        ),
    ]
    return Lines(
        f"Fault families and tables left out together{_drawn_with(part)}",
        ("faults", "batches", "something is wrong", "the right issue"),
        rows,
        f"False alarms on clean batches of the same tables: {with_interval(part, 'false_alarms_ordered')}; recall at "
        f"5 % false alarms: {with_interval(part, 'recall_at_5')}.",
    )


def _yardsticks(parts: Result) -> list[Lines]:
    methods = Lines(
        f"Yardsticks on the same {next(iter(parts.values()))['batches']} batches",
        ("method", *(title for _, title in _METHOD), "ms a batch"),
        [
            [*_method(of["title"], of, of["names_issues"]), number(of["milliseconds_a_batch"], 1)]
            for of in parts.values()
        ],
        "Each in its automatic mode. dqheal's milliseconds include its share of training; the yardsticks' leave out "
        "reading the batch. Sources: " + "; ".join(of["source"] for of in parts.values() if "source" in of) + ".",
    )
    issues = Lines(
        "Yardsticks by issue type: F1 (precision, recall)",
        ("method", *(_SHORT[name] for name in ISSUE_ORDER), "recall high / medium / low"),
        [
            [
                of["title"],
                *(
                    f"{number(of['issues'][name]['f1'], 2)} ({number(of['issues'][name]['precision'], 2)}, "
                    f"{number(of['issues'][name]['recall'], 2)})"
                    for name in ISSUE_ORDER
                ),
                " / ".join(number(of[f"recall_{name}"], 2) for name in ("high", "medium", "low")),
            ]
            for of in parts.values()
            if of["names_issues"]
        ],
    )
    return [methods, issues]


def _architectures(parts: Result) -> Lines:
    of_all = _drawn_with(next(iter(parts.values())))
    return Lines(
        f"Architectures on the same features, facts, self-test and calibration{of_all}",
        ("architecture", *(title for _, title in _METHOD), "seconds"),
        [[*_method(of["title"], of), number(of["seconds"], 0)] for of in parts.values()],
        "Seconds of training and scoring, all folds and seeds; the two networks of the ensemble are trained together.",
    )


def _drawn_with(part: Result) -> str:
    """How many episodes and networks a model the figures are from, where the results say so."""
    if "episodes" not in part:
        return ""
    networks = "one network" if part["members"] == 1 else f"{part['members']} networks"
    return f" ({part['episodes']:,} episodes, {networks} a model)"


def _weakest(result: Result) -> Lines:
    rows = [
        [where, one["family"], str(one["batches"]), number(one["any"], 2), number(one["right_issue"], 2)]
        for where, part in (("tables", "tables_left_out"), ("tables and faults", "faults_left_out"))
        if part in result
        for one in result[part]["weakest_families"]
    ]
    return Lines(
        "The fault families found least often",
        ("left out", "family", "batches", "something is wrong", "the right issue"),
        rows,
    )


def _examples(title: str, found: Sequence[Result]) -> Lines:
    return Lines(
        title,
        ("table", "history", "fault", "columns", "said", "probability"),
        [
            [
                one["table"],
                str(one["history"]),
                one["fault"] or "none",
                ", ".join(one["columns"]),
                ", ".join(one["said"]) or "nothing",
                number(one["probability"], 2),
            ]
            for one in found
        ],
    )
