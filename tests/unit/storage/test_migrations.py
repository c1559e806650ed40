"""The migrations make the tables that the code uses."""

from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from airflow_provider_dqheal.storage.engine import open_engine
from airflow_provider_dqheal.storage.migrate import VERSION_TABLE, _config
from airflow_provider_dqheal.storage.store import Store
from airflow_provider_dqheal.storage.tables import metadata


def test_migrations_and_tables_agree(store: Store, store_url: str) -> None:
    engine = open_engine(store_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_migrating_again_changes_nothing(store: Store) -> None:
    store.migrate()
    assert store.last_seq() == 0


def test_downgrade_removes_every_table(store: Store, store_url: str) -> None:
    engine = open_engine(store_url)
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert set(inspect(engine).get_table_names()) <= {VERSION_TABLE}
    engine.dispose()
