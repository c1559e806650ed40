"""The detector: the trained ensemble with its calibration, loaded from safetensors and metadata.json.

torch is imported when the first batch is scored, not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from airflow_provider_dqheal.core.errors import ModelLoadError
from airflow_provider_dqheal.core.resources import resource
from airflow_provider_dqheal.detection.calibration import Calibration
from airflow_provider_dqheal.detection.context import BATCH_FEATURES
from airflow_provider_dqheal.detection.features import NAMES, Features
from airflow_provider_dqheal.detection.weights import checked, read_metadata

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.fused import Fused


@dataclass(frozen=True, eq=False)
class Scores:
    """``levels`` (channels,) alarm levels, ``columns`` (columns, issue types) logits, in the order of ``features``."""

    features: Features
    levels: np.ndarray
    columns: np.ndarray
    model_id: str
    calibration: Calibration


class Detector:
    """A deep ensemble on features. Build with :meth:`load`."""

    def __init__(self, network: Fused, calibration: Calibration, metadata: dict[str, Any]) -> None:
        self._network = network
        self.calibration = calibration
        self.metadata = metadata

    @property
    def model_id(self) -> str:
        """Names the weights: the first twelve digits of their SHA-256."""
        return str(self.metadata["model_id"])

    @classmethod
    def load(cls, folder: Path | None = None) -> Detector:
        """Loads the weights of ``folder``, or those the package carries.

        Raises:
            ModelLoadError: when a file is missing, altered, or made for other features.
        """
        folder = folder or resource("weights")
        metadata = read_metadata(folder)
        calibration = Calibration.from_json(metadata["calibration"])
        files = metadata["files"]
        import torch
        from safetensors.torch import load

        from airflow_provider_dqheal.detection.fused import Fused
        from airflow_provider_dqheal.detection.network import Member

        members = []
        for name in sorted(files):
            member = Member(len(NAMES), len(BATCH_FEATURES))
            try:
                tensors = load(checked(folder / name, files[name]))
                member.load_state_dict({key: value.to(torch.float32) for key, value in tensors.items()})
            except (RuntimeError, ValueError) as error:
                raise ModelLoadError(f"{folder / name}: not weights of this network ({error}); train again") from error
            members.append(member.eval())
        return cls(Fused(members), calibration, metadata)

    def score(self, features: Features) -> Scores:
        """Scores one batch; features with the self-test of the history included."""
        from airflow_provider_dqheal.detection.fused import one_thread

        with one_thread():
            return self.score_many([features])[0]

    def score_many(self, batches: Sequence[Features]) -> list[Scores]:
        """Scores many batches, of whatever tables, in one pass of the networks on all threads."""
        from airflow_provider_dqheal.detection.ensemble import self_tested

        if not batches:
            return []
        found, columns = self._network.logits([one.values for one in batches], [one.context for one in batches])
        tested = [self_tested(found[at], self._own(one)) for at, one in enumerate(batches)]
        channels = np.asarray([[*test, *one.table_facts] for test, one in zip(tested, batches, strict=True)])
        levels = self.calibration.levels(channels)
        return [Scores(one, levels[at], columns[at], self.model_id, self.calibration) for at, one in enumerate(batches)]

    def _own(self, features: Features) -> np.ndarray:
        """(history batches, heads) logits of the history's own batches, kept with the history."""
        key = f"self {self.model_id}"
        if key not in features.stack.cache:
            features.stack.cache[key] = self._network.logits(features.self_values, features.self_context)[0]
        return np.asarray(features.stack.cache[key])


@lru_cache(maxsize=4)
def default_detector(folder: Path | None = None) -> Detector:
    """The detector of a folder (None: the package's), loaded once per process.

    Raises:
        ModelLoadError: as :meth:`Detector.load`.
    """
    return Detector.load(folder)
