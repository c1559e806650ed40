"""Real tables from ordinary packages, cut into the successive batches that training and evaluation use."""

from __future__ import annotations

from airflow_provider_dqheal.detection.corpus.batches import as_text, cut
from airflow_provider_dqheal.detection.corpus.episodes import Episode, episode, episodes
from airflow_provider_dqheal.detection.corpus.load import CorpusError, PreparedTable, load_table, prepare
from airflow_provider_dqheal.detection.corpus.recipes import LoadRecipe, TableRecipe, tables
from airflow_provider_dqheal.detection.corpus.seeds import rng_for, seed_for

__all__ = [
    "CorpusError",
    "Episode",
    "LoadRecipe",
    "PreparedTable",
    "TableRecipe",
    "as_text",
    "cut",
    "episode",
    "episodes",
    "load_table",
    "prepare",
    "rng_for",
    "seed_for",
    "tables",
]
