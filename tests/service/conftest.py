"""A real store, and the real service on a free port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from _support.serving import Player, Served, serving

from airflow_provider_dqheal.storage.store import Store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    home.mkdir(parents=True, exist_ok=True)
    with Store(f"sqlite:///{home / 'dqheal.db'}") as opened:
        opened.migrate()
        yield opened


@pytest.fixture
def player(store: Store) -> Player:
    return Player(store)


@pytest.fixture
def served(home: Path, store: Store) -> Iterator[Served]:
    with serving(home) as running:
        yield running
