"""docker/: valid under the Compose schema, closed to the network, no secret with a default, settings that exist."""

from __future__ import annotations

import importlib.resources
import importlib.util
import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from airflow_provider_dqheal.core.config import load_settings

DOCKER = Path(__file__).resolve().parents[3] / "docker"
ONE_SHOT = {"topics", "airflow-init"}
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:[?-][^}]*)?\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return compose["services"]


def test_compose_file_is_valid(compose: dict[str, Any]) -> None:
    schema = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    validator.validate(compose)
    broken = compose | {"services": compose["services"] | {"kafka": {"image": "x", "port": []}}}
    assert not validator.is_valid(broken), "the schema accepts a service with an unknown key"


def test_every_published_port_is_on_loopback(services: dict[str, dict[str, Any]]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert len(ports) == 3
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_every_running_service_has_a_health_check(services: dict[str, dict[str, Any]]) -> None:
    # The detector listens nowhere: it ends when it cannot go on, and is started again.
    without = {name for name, service in services.items() if "healthcheck" not in service}
    assert without == ONE_SHOT | {"stream"}
    assert services["stream"]["restart"] == "unless-stopped"


def test_secrets_have_no_default_and_are_listed(compose: dict[str, Any]) -> None:
    example = dict(
        line.split("=", 1)
        for line in (DOCKER / "env.example").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    used = dict(VARIABLE.findall((DOCKER / "compose.yaml").read_text(encoding="utf-8")))
    assert used.keys() == example.keys()
    secret = {name for name in used if re.search("PASSWORD|TOKEN|KEY|SECRET", name)}
    assert len(secret) == 8
    assert {name for name in secret if not used[name].startswith(":?")} == set()
    assert {name for name in secret if example[name]} == set()
    named = re.compile("PASSWORD|TOKEN|SECRET|FERNET", re.IGNORECASE)
    settings = [item for s in compose["services"].values() for item in s.get("environment", {}).items()]
    assert [key for key, value in settings if named.search(key) and not VARIABLE.fullmatch(str(value))] == []


def test_images_are_pinned(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        assert "build" in service or re.search(r":\d", service["image"]), service["image"]
    dockerfile = (DOCKER / "Dockerfile.airflow").read_text(encoding="utf-8")
    assert f"ARG AIRFLOW_VERSION={version('apache-airflow')}" in dockerfile


def test_build_files_exist(services: dict[str, dict[str, Any]]) -> None:
    builds = [service["build"] for service in services.values() if "build" in service]
    assert {build["dockerfile"] for build in builds} == {"docker/Dockerfile.airflow", "docker/Dockerfile.service"}
    for build in builds:
        assert ((DOCKER / build["context"]).resolve() / build["dockerfile"]).is_file()


@pytest.mark.parametrize("service", ["service", "stream", "airflow-scheduler", "topics"])
def test_settings_are_understood(
    service: str, services: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {key: str(value) for key, value in services[service]["environment"].items() if "DQHEAL" in key}
    for key, value in environment.items():
        monkeypatch.setenv(key, VARIABLE.sub("value", value))
    settings = load_settings()
    assert settings.kafka.bootstrap_servers == "kafka:19092"
    assert settings.database_url == "postgresql+psycopg://dqheal:value@postgres:5432/dqheal"
    assert settings.allowed_roots == (Path("/data"),)
    known = settings.model_dump()
    for key in environment:
        place: Any = known
        for part in key.removeprefix("DQHEAL_").lower().split("__"):
            assert part in place, f"{key} is no setting"
            place = place[part]


def test_airflow_options_exist(services: dict[str, dict[str, Any]]) -> None:
    spec = importlib.util.find_spec("airflow")
    assert spec is not None
    assert spec.origin is not None
    config = Path(spec.origin).parent / "config_templates" / "config.yml"
    known = yaml.safe_load(config.read_text(encoding="utf-8"))
    environment = services["airflow-scheduler"]["environment"]
    options = [key.split("__")[1:] for key in environment if key.startswith("AIRFLOW__")]
    assert len(options) > 10
    unknown = [(s, o) for s, o in options if o.lower() not in known.get(s.lower(), {}).get("options", {})]
    assert unknown == []


@pytest.mark.parametrize("service", ["service", "stream", "topics"])
def test_commands_exist(service: str, services: dict[str, dict[str, Any]]) -> None:
    from typer.main import get_command

    from airflow_provider_dqheal.cli.app import app

    command: Any = get_command(app)
    for word in services[service]["command"]:
        command = command.commands[word]
