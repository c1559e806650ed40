"""One file per issue type: how its evidence is read, graded and worded."""

from __future__ import annotations

from airflow_provider_dqheal.issues._base import Finding, IssueSpec, Reading, SchemaReading, TableReading, registry

__all__ = ["Finding", "IssueSpec", "Reading", "SchemaReading", "TableReading", "registry"]
