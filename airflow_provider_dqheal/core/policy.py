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
    """How one issue type is treated. ``ceiling`` is the strongest intervention allowed."""

    mode: Mode = "auto"
    ceiling: Rung = "exact"

    def allows(self, rung: str) -> bool:
        """Whether a step of that rung stays at or below the ceiling."""
        return RUNG_ORDER.index(rung) <= RUNG_ORDER.index(self.ceiling)


class Budgets(Frozen):
    """The largest shares a step or batch may touch before the breaker trips and the batch is held.

    Value repairs (single cells judged one by one) are bounded; column-wide exact steps (a rename, a unit, a
    cast of a whole column by one rule) are not counted in the cell budget, because one rule explains them.
    """

    step_cells: Fraction = Field(default=0.6, description="share of a column's cells one step may repair one by one")
    batch_cells: Fraction = Field(default=0.3, description="share of a batch's cells repaired one by one")
    batch_quarantined_rows: Fraction = Field(
        default=0.2, description="above a fifth, what is left is no longer the batch"
    )


class Policy(Frozen):
    """The healing policy of a data set. The default is safe to leave on: exact repairs only, everything else held."""

    mode: Mode = Field(default="auto", description="off, shadow (plan only), approve (a person first) or auto")
    issues: dict[str, IssuePolicy] = Field(default_factory=dict, description="mode and ceiling by issue type")
    protected: tuple[str, ...] = Field(default=(), description="columns whose single cells only a person changes")
    keys: tuple[str, ...] = Field(default=(), description="columns that identify a row; protected as well")
    added_columns: Literal["keep", "drop", "hold"] = Field(default="drop", description="keep, drop or hold")
    removed_columns: Literal["restore_null", "hold"] = Field(default="restore_null", description="restore_null or hold")
    missing_cells: Literal["null", "impute", "hold"] = Field(
        default="null", description="null: quarantined or left as they are; else hold"
    )
    budgets: Budgets = Budgets()
    quarantine_rows: bool = Field(default=True, description="set rows aside that nothing explains; else hold")

    def issue(self, name: str) -> IssuePolicy:
        """The policy of an issue type; imputation needs ``ceiling: imputation`` to be stated."""
        return self.issues.get(name, IssuePolicy(mode=self.mode))


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
