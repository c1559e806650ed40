"""Where batches are published: written to the side, promoted at once."""

from airflow_provider_dqheal.storage.sinks.folder import FolderSink, PublishedFiles

__all__ = ["FolderSink", "PublishedFiles"]
