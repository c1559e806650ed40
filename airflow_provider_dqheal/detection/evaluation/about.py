"""What the shipped weights are and what they were trained on, as tables of text for the model card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow_provider_dqheal.detection.corpus import TableRecipe, tables
from airflow_provider_dqheal.detection.corruptions import families
from airflow_provider_dqheal.detection.evaluation.lines import Lines
from airflow_provider_dqheal.detection.generators import Generator, generators


def weights_lines(folder: Path | None = None) -> list[Lines]:
    """What the metadata of the weights say (None: those that the package carries).

    Raises:
        ModelLoadError: when the weights are missing or made for other features.
    """
    from airflow_provider_dqheal.core.resources import resource
    from airflow_provider_dqheal.detection.weights import read_metadata

    folder = folder or resource("weights")
    metadata = read_metadata(folder)
    size = sum((folder / name).stat().st_size for name in metadata["files"])
    rows: list[tuple[str, Any]] = [
        ("model", metadata["model_id"]),
        ("members", len(metadata["files"])),
        ("weights", f"{size / 1e6:.2f} MB"),
        ("features of a column", len(metadata["features"])),
        ("features of a batch", len(metadata["batch_features"])),
        ("seed", metadata["seed"]),
        ("episodes", metadata["episodes"]),
        ("samples", metadata["samples"]),
        ("families of tables left out", ", ".join(metadata["excluded_families"])),
    ]
    return [Lines("The shipped weights", ("", "from metadata.json"), [(name, str(value)) for name, value in rows])]


def data_lines() -> list[Lines]:
    """Packages with their licences by the recipe, the generators, and the number of fault families."""
    excluded = ("nyc13",)
    of: dict[tuple[str, str], list[TableRecipe]] = {}
    for recipe in tables(excluded):
        of.setdefault((recipe.package, recipe.licence), []).append(recipe)
    packages = [
        (
            package,
            licence,
            str(len(recipes)),
            str(sum(recipe.ordered for recipe in recipes)),
            f"{sum(recipe.rows for recipe in recipes):,}",
        )
        for (package, licence), recipes in sorted(of.items())
    ]
    made: list[Generator] = generators(excluded)
    library = families()
    counts: dict[str, int] = {}
    for one in library:
        counts[one.issue] = counts.get(one.issue, 0) + 1
    return [
        Lines(
            "Real tables, by package",
            ("package", "licence (by the recipe)", "tables", "in time order", "rows"),
            packages,
            f"{sum(map(len, of.values()))} tables; none of them is redistributed.",
        ),
        Lines(
            "Generators",
            ("generator", "what it makes"),
            [(one.name, one.description) for one in made],
            f"{len(made)} generators, all in time order.",
        ),
        Lines(
            "Fault families",
            ("issue", "families"),
            [(issue, str(count)) for issue, count in sorted(counts.items())],
            f"{len(library)} families, single and combined in pairs, at three severities.",
        ),
    ]
