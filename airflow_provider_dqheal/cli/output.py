"""Results on stdout (a table, or one JSON document), everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

CLEAN, ISSUES, ERROR, UNDECIDED = 0, 1, 2, 3

JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def say(message: str) -> None:
    """A remark for the person at the terminal, on stderr."""
    sys.stderr.write(message + "\n")


def fail(message: str) -> None:
    """An error message, on stderr."""
    say(f"error: {message}")


def print_json(document: Any) -> None:
    """One JSON document on one line."""
    sys.stdout.write(json.dumps(document, default=str, ensure_ascii=False) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table; text from data is shown as text, never read as markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160).print(table)


def print_text(text: str) -> None:
    """A remark that belongs to the result, on stdout."""
    sys.stdout.write(text + "\n\n")


def print_record(title: str, record: dict[str, Any], as_json: bool) -> None:
    """One record: JSON, or a table of its fields."""
    if as_json:
        print_json(record)
    else:
        print_table(title, ("field", "value"), [(key, _short(value)) for key, value in record.items()])


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
