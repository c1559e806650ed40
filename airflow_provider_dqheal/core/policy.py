"""What healing may do: mode, rung ceiling and budgets, per data set and issue type."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.core.types import ISSUE_ORDER, RUNG_ORDER, Fraction, Frozen, Rung

Mode = Literal["off", "shadow", "approve", "auto"]


class IssuePolicy(Frozen):
    """How one issue type is treated. ``ceiling`` is the strongest intervention allowed; None: as the whole policy."""

    mode: Mode | None = None
    ceiling: Rung | None = None

    def allows(self, rung: str) -> bool:
        """Whether a step of that rung stays at or below the ceiling."""
        return RUNG_ORDER.index(rung) <= RUNG_ORDER.index(self.ceiling or "exact")


class Budgets(Frozen):
    """The largest shares a step, a batch and a day may touch before the breaker trips and the batch is held.

    Value repairs (single cells judged one by one) are bounded; column-wide exact steps (a rename, a unit, a
    cast of a whole column by one rule) are not counted in the cell budget, because one rule explains them. Copies of
    published rows are in no budget: setting them aside loses nothing.
    """

    step_cells: Fraction = Field(default=0.6, description="share of a column's cells one step may repair one by one")
    step_quarantined_rows: Fraction = Field(default=0.2, description="share of a batch's rows one step may set aside")
    batch_cells: Fraction = Field(default=0.3, description="share of a batch's cells repaired one by one")
    batch_quarantined_rows: Fraction = Field(
        default=0.2, description="above a fifth, what is left is no longer the batch"
    )
    day_cells: Fraction = Field(
        default=0.3, description="share of the cells of the last 24 h, repaired one by one; as each batch may"
    )
    day_quarantined_rows: Fraction = Field(
        default=0.2, description="share of the rows of the last 24 h, set aside; as each batch may"
    )


class SinkPolicy(Frozen):
    """Where and how the data set is published."""

    folder: Path | None = Field(default=None, description="folder to publish into; none: the setting published_root")
    format: Literal["same", "csv", "jsonl", "parquet", "orc"] = Field(
        default="same", description="same: as the batch came, untouched batches byte for byte; else written anew"
    )
    iceberg: str | None = Field(
        default=None,
        pattern=r"^[^.\s]+(\.[^.\s]+){2,}$",
        description="catalog.namespace.table that gets the rows as well, by a branch that is fast-forwarded",
    )


class Retention(Frozen):
    """How long `dqheal retention` keeps what holds values of rows. None: until somebody says otherwise."""

    staged_days: int | None = Field(default=None, ge=0, description="staged copies; none: the setting retention_days")
    quarantine_days: int | None = Field(
        default=None, ge=0, description="rows set aside; none: for ever, they can be fixed and re-admitted"
    )
    ledger_days: int | None = Field(default=None, ge=0, description="changed cells; none: for ever, as the record")


class Policy(Frozen):
    """The healing policy of a data set. The default is safe to leave on: exact repairs only, everything else held."""

    mode: Mode = Field(default="auto", description="off, shadow (plan only), approve (a person first) or auto")
    ceiling: Rung = Field(default="exact", description="strongest intervention: observe, quarantine, exact, imputation")
    issues: dict[str, IssuePolicy] = Field(default_factory=dict, description="mode and ceiling by issue type")
    protected: tuple[str, ...] = Field(default=(), description="columns whose single cells only a person changes")
    keys: tuple[str, ...] = Field(default=(), description="columns that identify a row; protected as well")
    added_columns: Literal["keep", "drop", "hold"] = Field(default="drop", description="keep, drop or hold")
    removed_columns: Literal["restore_null", "hold"] = Field(default="restore_null", description="restore_null or hold")
    missing_cells: Literal["null", "impute", "hold"] = Field(
        default="null", description="null: quarantined or left as they are; else hold"
    )
    history: Literal["trusted", "dirty"] = Field(
        default="trusted", description="trusted: what is usual is right; dirty: the history has errors of its own"
    )
    budgets: Budgets = Budgets()
    sink: SinkPolicy = SinkPolicy()
    retention: Retention = Retention()
    approval_timeout_s: float = Field(
        default=86_400.0, gt=0, description="how long a run in Airflow waits for a person; after it the batch is held"
    )
    quarantine_rows: bool = Field(default=True, description="set rows aside that nothing explains; else hold")

    def issue(self, name: str) -> IssuePolicy:
        """The policy of an issue type, what it does not say taken from the whole policy.

        Imputation needs ``ceiling: imputation`` to be stated. ``mode: off`` and ``mode: shadow`` of the whole policy
        are switches: no issue type is exempt.
        """
        own = self.issues.get(name, IssuePolicy())
        mode = self.mode if own.mode is None or self.mode in ("off", "shadow") else own.mode
        return IssuePolicy(mode=mode, ceiling=own.ceiling or self.ceiling)


def load_policy(path: Path) -> Policy:
    """Reads a policy from YAML.

    Raises:
        ConfigError: when the file cannot be read, or holds an unknown key or value.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        policy = Policy.model_validate(raw)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: the policy cannot be read ({error}); expected a YAML mapping") from error
    except ValidationError as error:
        raise ConfigError(f"{path}: {_first(error)}; see docs/configuration.md for the keys") from error
    unknown = set(policy.issues) - set(ISSUE_ORDER)
    if unknown:
        raise ConfigError(f"{path}: unknown issue types {sorted(unknown)}; expected {list(ISSUE_ORDER)}")
    return policy


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "policy"
    return f"{where}: {first['msg']}"
