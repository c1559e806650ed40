"""Writes the results of a measurement into the model card: figures are rendered, never typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.detection.evaluation.about import data_lines, weights_lines
from airflow_provider_dqheal.detection.evaluation.lines import Lines, lines


def markdown(tables: Iterable[Lines]) -> str:
    """Tables as Markdown."""
    parts = []
    for table in tables:
        head = [f"### {table.title}", "", _row(table.columns), _row(["---"] * len(table.columns))]
        parts.append("\n".join([*head, *map(_row, table.rows), *(["", table.note] if table.note else [])]))
    return "\n\n".join(parts)


def write_card(path: Path, result: Mapping[str, Any], weights: Path | None = None) -> None:
    """Puts the weights, the data and the results between their marks in a model card.

    Args:
        path: the card, with the lines ``<!-- weights: begin -->`` and ``<!-- weights: end -->``, and the same for
            ``data`` and ``results``.
        result: of :func:`evaluate`.
        weights: folder of the weights; None: those that the package carries.

    Raises:
        ConfigError: when the card cannot be read or lacks a mark.
        ModelLoadError: when the weights cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({type(error).__name__}); expected a model card") from error
    for name, tables in (("weights", weights_lines(weights)), ("data", data_lines()), ("results", lines(result))):
        text = _filled(text, name, markdown(tables), path)
    path.write_text(text, encoding="utf-8")


def _filled(text: str, name: str, body: str, path: Path) -> str:
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    start, stop = text.find(begin), text.find(end)
    if start < 0 or stop < start:
        raise ConfigError(f"{path}: the marks {begin} and {end} are missing; put them where the {name} go")
    return f"{text[: start + len(begin)]}\n\n{body}\n\n{text[stop:]}"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
