"""What this package tells Airflow about itself. Imported in every Airflow process: nothing else is imported here."""

from __future__ import annotations

from typing import Any

ROOT = "airflow_provider_dqheal"


def get_provider_info() -> dict[str, Any]:
    """Provider metadata. Plugins are an entry point of their own: listed here as well, they would load twice."""
    name = "DQHeal"
    return {
        "package-name": "airflow-provider-dqheal",
        "name": name,
        "description": "Self-healing data quality: detect, decide, remediate, validate.",
        "integrations": [{"integration-name": name, "tags": ["software"]}],
        "hooks": [{"integration-name": name, "python-modules": [f"{ROOT}.hooks.dqheal"]}],
        "triggers": [{"integration-name": name, "python-modules": [f"{ROOT}.triggers.kafka"]}],
        "sensors": [{"integration-name": name, "python-modules": [f"{ROOT}.sensors.batch"]}],
        "operators": [
            {
                "integration-name": name,
                "python-modules": [
                    f"{ROOT}.operators.{module}"
                    for module in ("stages", "approve", "heal", "spark", "dispatch", "finish")
                ],
            }
        ],
        "connection-types": [
            {
                "connection-type": "dqheal",
                "hook-class-name": f"{ROOT}.hooks.dqheal.DQHealHook",
                "hook-name": name,
                "ui-field-behaviour": {
                    "hidden-fields": ["schema", "login", "port", "extra"],
                    "relabeling": {"host": "Dashboard address", "password": "Service token"},
                    "placeholders": {"host": "http://localhost:8001"},
                },
                "conn-fields": {
                    "store_url": {
                        "label": "Store URL",
                        "description": "SQLAlchemy URL of the state store; empty: the configured one.",
                        "schema": {"type": ["string", "null"], "format": "password"},
                    },
                    "home": {
                        "label": "Home folder",
                        "description": "Folder of staged and published batches; empty: the configured one.",
                        "schema": {"type": ["string", "null"]},
                    },
                    "kafka_conn_id": {
                        "label": "Kafka connection",
                        "description": "Connection of type kafka; not defined: the configured broker.",
                        "schema": {"type": ["string", "null"], "default": "kafka_default"},
                    },
                },
            }
        ],
        "notifications": [f"{ROOT}.notifications.status.StatusNotifier"],
        "extra-links": [f"{ROOT}.links.batch.BatchLink"],
        "task-decorators": [{"name": "dqheal_check", "class-name": f"{ROOT}.decorators.check.dqheal_check_task"}],
    }
