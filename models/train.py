"""Trains the detector that the wheel carries: ``python models/train.py`` (the same as ``dqheal train``)."""

from __future__ import annotations

from pathlib import Path

from airflow_provider_dqheal.detection.training import train

if __name__ == "__main__":
    metadata = train(Path(__file__).resolve().parent / "weights")
    print(metadata["model_id"], metadata["samples"], "samples")
