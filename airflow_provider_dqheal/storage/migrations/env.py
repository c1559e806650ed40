"""Runs the migrations on the connection that the store hands over."""

from alembic import context

from airflow_provider_dqheal.storage.migrate import VERSION_TABLE
from airflow_provider_dqheal.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
