"""What Airflow sees of the package: provider metadata, connection type, plugin."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_dqheal.get_provider_info import get_provider_info


def _load(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def test_provider_info_follows_airflows_schema() -> None:
    import airflow
    import jsonschema

    schema = json.loads((Path(airflow.__path__[0]) / "provider_info.schema.json").read_text())
    jsonschema.validate(get_provider_info(), schema)


def test_everything_that_provider_info_names_exists() -> None:
    info = get_provider_info()
    for kind in ("hooks", "triggers", "sensors", "operators"):
        for entry in info[kind]:
            for module in entry["python-modules"]:
                importlib.import_module(module)
    for path in (
        *info["notifications"],
        *info["extra-links"],
        *(entry["class-name"] for entry in info["task-decorators"]),
        *(entry["hook-class-name"] for entry in info["connection-types"]),
    ):
        assert callable(_load(path)), path


def test_connection_form_hides_secrets() -> None:
    (form,) = get_provider_info()["connection-types"]
    assert form["conn-fields"]["store_url"]["schema"]["format"] == "password"
    assert form["ui-field-behaviour"]["relabeling"]["password"] == "Service token"


def test_plugin_is_an_entry_point_and_not_in_provider_info() -> None:
    assert "plugins" not in get_provider_info()
    found = [point for point in importlib.metadata.entry_points(group="airflow.plugins") if point.name == "dqheal"]
    assert len({point.value for point in found}) == 1


def test_plugin_embeds_the_configured_dashboard(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow_provider_dqheal.plugins.dqheal import DQHealPlugin

    monkeypatch.setenv("DQHEAL_SERVICE__PUBLIC_URL", "https://quality.example/")
    plugin = DQHealPlugin()
    plugin.on_load()
    views = {view["destination"]: view["href"] for view in plugin.external_views}
    assert views["nav"] == "https://quality.example/"
    assert views["dag_run"].startswith("https://quality.example/")
    assert "{RUN_ID}" in views["dag_run"]


def test_plugin_survives_an_invalid_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow_provider_dqheal.plugins.dqheal import DQHealPlugin

    monkeypatch.setenv("DQHEAL_SERVICE__PORT", "not a port")
    plugin = DQHealPlugin()
    plugin.on_load()
    assert plugin.external_views[0]["href"] == "http://localhost:8001/"


def test_airflow_lists_provider_connection_type_and_plugin(airflow: Any) -> None:
    assert "airflow-provider-dqheal" in airflow("providers", "list")
    assert "airflow_provider_dqheal.hooks.dqheal.DQHealHook" in airflow("providers", "hooks")
    plugins = json.loads(airflow("plugins", "-o", "json", env={"AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR"}))
    assert [plugin["name"] for plugin in plugins].count("dqheal") == 1
