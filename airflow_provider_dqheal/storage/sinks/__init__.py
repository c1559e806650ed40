"""Where batches are published: written to the side, promoted at once."""

from airflow_provider_dqheal.storage.sinks.folder import FolderSink, PublishedFiles
from airflow_provider_dqheal.storage.sinks.iceberg import IcebergSink

__all__ = ["FolderSink", "IcebergSink", "PublishedFiles"]
