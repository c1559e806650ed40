"""Commands on faults: inject one into a copy of a batch, replay a history with faults in it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airflow_provider_dqheal.cli.output import JsonOption, print_json, print_record, print_table, say

if TYPE_CHECKING:
    from airflow_provider_dqheal.core.types import BatchRef
    from airflow_provider_dqheal.detection.backtest import Backtest, Share

Seed = Annotated[int, typer.Option(help="Equal seeds give equal faults.", min=0)]
Format = Annotated[str | None, typer.Option("--format", help="csv, jsonl, parquet or orc; default: by the extension.")]
Delimiter = Annotated[str | None, typer.Option(help="Field delimiter of CSV files.")]


def add_to(app: typer.Typer) -> None:
    """Registers these commands."""
    for command in (inject, backtest):
        app.command()(command)


def _ref(path: str, dataset: str, format: str | None, delimiter: str | None) -> BatchRef:
    from airflow_provider_dqheal.profiling.sources import as_batch_ref

    ref = as_batch_ref(path, dataset, None, format)
    return ref.model_copy(update={"options": {**ref.options, "delimiter": delimiter}}) if delimiter else ref


def _listing(issue: str | None, as_json: bool) -> None:
    from airflow_provider_dqheal.detection.corruptions import families

    found = families(issue)
    if as_json:
        print_json(
            [{key: getattr(one, key) for key in ("name", "issue", "group", "description", "source")} for one in found]
        )
        return
    rows = sorted((one.issue, one.name, one.description, one.source) for one in found)
    print_table(f"{len(rows)} families of faults", ("issue", "family", "what goes wrong", "source"), rows)


def _severity(name: str) -> Any:
    from airflow_provider_dqheal.core.errors import ConfigError
    from airflow_provider_dqheal.detection.corruptions import SEVERITIES

    if name not in SEVERITIES:
        raise ConfigError(f"severity {name!r} is unknown, expected {', '.join(SEVERITIES)}")
    return name


def inject(
    path: Annotated[str | None, typer.Argument(help="The batch: a file or a folder; it is only read.")] = None,
    fault: Annotated[str | None, typer.Option(help="A family of faults; `--list` shows them.")] = None,
    issue: Annotated[str | None, typer.Option(help="An issue type: a family of it that applies is drawn.")] = None,
    severity: Annotated[str, typer.Option(help="low, medium or high.")] = "medium",
    columns: Annotated[str | None, typer.Option(help="Columns that may be hit, separated by commas.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; its extension names the format.")] = None,
    history: Annotated[
        list[str] | None, typer.Option(help="An earlier accepted batch; repeat it, oldest first.")
    ] = None,
    seed: Seed = 0,
    show: Annotated[bool, typer.Option("--list", help="List the families with description and source.")] = False,
    format: Format = None,
    delimiter: Delimiter = None,
    as_json: JsonOption = False,
) -> None:
    """Write a copy of a batch with a fault in it, and say what is wrong with it."""
    from airflow_provider_dqheal.core.config import load_settings
    from airflow_provider_dqheal.core.errors import ConfigError
    from airflow_provider_dqheal.pipeline.inject import inject_batch

    if show:
        _listing(issue, as_json)
        return
    if path is None or out is None or (fault is None) == (issue is None):
        raise ConfigError(
            "inject: give PATH, --out and one of --fault and --issue; `dqheal inject --list` shows faults"
        )
    bad = inject_batch(
        _ref(path, "inject", format, delimiter),
        out,
        str(fault or issue),
        _severity(severity),
        seed,
        [_ref(one, "inject", format, delimiter) for one in history or []],
        [name.strip() for name in columns.split(",")] if columns else None,
        load_settings().allowed_roots,
    )
    record = {
        "out": str(out),
        "family": bad.family,
        "issues": {name: list(names) for name, names in bad.columns.items()},
        "tolerated": sorted(bad.tolerated),
        "severity": bad.severity,
        "rows": bad.table.num_rows,
        "changed_cells": None if bad.cells is None else bad.cells.num_rows,
        "undecidable": bad.hard if history else None,
        "inverse": bad.inverse,
        "params": dict(bad.params),
    }
    print_record(f"{out}: {bad.family}", record, as_json)


def backtest(
    target: Annotated[
        list[str], typer.Argument(metavar="DATASET|PATH...", help="A learned data set, or batches, oldest first.")
    ],
    fault: Annotated[list[str] | None, typer.Option(help="Only this family; may be repeated.")] = None,
    issue: Annotated[list[str] | None, typer.Option(help="Only this issue type; may be repeated.")] = None,
    severity: Annotated[list[str] | None, typer.Option(help="Only this severity; may be repeated.")] = None,
    last: Annotated[int, typer.Option(help="Judge only so many of the newest batches.", min=1)] = 30,
    each: Annotated[int, typer.Option(help="Faults of each kind and severity a batch.", min=1)] = 1,
    seed: Seed = 0,
    format: Format = None,
    delimiter: Delimiter = None,
    as_json: JsonOption = False,
) -> None:
    """Replay a history: false alarms on each batch as it came, and what is found of injected faults."""
    from airflow_provider_dqheal.core.types import ISSUE_ORDER
    from airflow_provider_dqheal.detection.backtest import backtest as run
    from airflow_provider_dqheal.detection.corruptions import SEVERITIES
    from airflow_provider_dqheal.pipeline.replay import accepted_batches
    from airflow_provider_dqheal.pipeline.services import Services
    from airflow_provider_dqheal.profiling.sources import read_raw

    with Services.open() as services:
        settings = services.settings
        if len(target) == 1 and not Path(target[0]).exists():
            dataset = target[0]
            accepted = accepted_batches(services, dataset)
            tables = list(accepted.tables)
            for reason in accepted.lost:
                say(f"{dataset}: left out {reason}")
        else:
            dataset = "files"
            tables = [read_raw(_ref(path, dataset, format, delimiter), settings.allowed_roots) for path in target]
    names = [*(fault or []), *(issue or [])] or list(ISSUE_ORDER)
    graded = [_severity(name) for name in severity or SEVERITIES]
    result = run(tables, dataset, settings.detection, names, graded, last, each, seed, _progress)
    if as_json:
        print_json(result.to_json())
    else:
        _show(result)


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\rjudged {done} of {of} batches" + ("\n" if done == of else ""))


def _line(found: Share) -> str:
    if found.rate is None:
        return "-"
    return f"{found.rate:.0%} ({found.hits} of {found.of}; {found.low:.0%} to {found.high:.0%})"


def _show(result: Backtest) -> None:
    from airflow_provider_dqheal.core.types import ISSUE_ORDER
    from airflow_provider_dqheal.detection.corruptions import SEVERITIES

    print_table(
        f"{result.dataset}: {len(result.judged)} of {result.batches} batches judged by those before (95 % intervals)",
        ("level", "promised at most", "observed on batches as they came"),
        [
            ("alarm", f"{result.promised:.0%}", _line(result.false_alarms)),
            ("alarm or watch", f"{result.promised_watch:.0%}", _line(result.false_watches)),
        ],
    )
    rows = [("all", _line(result.recall()), _line(result.recall(True)))]
    rows += [(name, _line(result.recall(severity=name)), _line(result.recall(True, name))) for name in SEVERITIES]
    rows += [(name, _line(result.recall(issue=name)), _line(result.recall(True, issue=name))) for name in ISSUE_ORDER]
    rows += [("undecidable", _line(result.recall(hard=True)), _line(result.recall(True, hard=True)))]
    title = f"{len(result.trials)} injected faults; F1 of the columns blamed: {result.column_f1}"
    print_table(title, ("faults", "found", "found under its own name"), rows)
    missed = [(name, _line(found)) for name, found in result.missed_families() if (found.rate or 0.0) < 1.0]
    if missed:
        print_table("families that were missed", ("family", "found"), missed[:20])
