"""A folder of weights: one safetensors file a member, and metadata.json, which says what they are and their digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_provider_dqheal.core.errors import ModelLoadError
from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.context import BATCH_FEATURES
from airflow_provider_dqheal.detection.features import NAMES

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.calibration import Calibration
    from airflow_provider_dqheal.detection.network import Member

METADATA = "metadata.json"
FORMAT = 1


def write_weights(
    folder: Path, members: Sequence[Member], calibration: Calibration, about: Mapping[str, Any]
) -> dict[str, Any]:
    """Writes the members and their calibration into ``folder`` in place of what is there, and returns the metadata.

    ``about`` goes into the metadata as it is: what the members were trained on.
    """
    from safetensors.torch import save

    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.safetensors"):
        old.unlink()
    files = {}
    for i, member in enumerate(members):
        content = save(_halved(member.state_dict()))
        (folder / f"member-{i}.safetensors").write_bytes(content)
        files[f"member-{i}.safetensors"] = hashlib.sha256(content).hexdigest()
    metadata = {
        "format": FORMAT,
        "model_id": hashlib.sha256("".join(files.values()).encode()).hexdigest()[:12],
        **about,
        "issues": list(ISSUE_ORDER),
        "features": list(NAMES),
        "batch_features": list(BATCH_FEATURES),
        "files": files,
        "calibration": calibration.to_json(),
    }
    (folder / METADATA).write_text(json.dumps(metadata, indent=1) + "\n", encoding="utf-8")
    return metadata


def _halved(state: Mapping[str, Any]) -> dict[str, Any]:
    """Weights in half precision; scales and edges, which are divided by, as they are."""
    import torch

    return {
        key: (value.to(torch.float16) if key.endswith("weight") else value).contiguous() for key, value in state.items()
    }


def read_metadata(folder: Path) -> dict[str, Any]:
    """The checked metadata of a folder of weights.

    Raises:
        ModelLoadError: when it is missing, unreadable or made for other features.
    """
    path = folder / METADATA
    try:
        metadata: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelLoadError(f"{path}: cannot be read ({type(error).__name__}); run `dqheal train`") from error
    if metadata.get("format") != FORMAT or not isinstance(metadata.get("files"), dict) or "calibration" not in metadata:
        raise ModelLoadError(f"{path}: format {metadata.get('format')!r}, expected {FORMAT}; run `dqheal train`")
    if metadata.get("features") != list(NAMES) or metadata.get("batch_features") != list(BATCH_FEATURES):
        raise ModelLoadError(f"{path}: made for other features than this version's; run `dqheal train`")
    return metadata


def checked(path: Path, digest: str) -> bytes:
    """The bytes of a weights file whose SHA-256 is ``digest``.

    Raises:
        ModelLoadError: when the file is missing or altered.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelLoadError(f"{path}: missing ({type(error).__name__}); reinstall, or run `dqheal train`") from error
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ModelLoadError(f"{path}: SHA-256 is {found[:12]}, expected {digest[:12]}: altered; reinstall the package")
    return content
