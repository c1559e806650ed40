"""Commands that run a part: stream, serve, demo."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from airflow_provider_dqheal.cli._broker import settings_with_broker
from airflow_provider_dqheal.cli.output import JsonOption, print_json, print_record, say


def add_to(app: typer.Typer) -> None:
    """Registers these commands."""
    for command in (stream, serve, demo):
        app.command()(command)


def _until_signal() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def stream(
    max_messages: Annotated[int | None, typer.Option(help="Stop after that many messages.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge the profiles of the metrics topic as they come and raise alerts."""
    from airflow_provider_dqheal.stream.detector import run_stream

    judged = run_stream(settings_with_broker(), _until_signal(), max_messages)
    print_record("stream", {"judged": judged}, as_json)


def serve(
    host: Annotated[str | None, typer.Option(help="Default: 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Default: 8001.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the status service with the dashboard."""
    from airflow_provider_dqheal.core.config import load_settings
    from airflow_provider_dqheal.service.run import run_service
    from airflow_provider_dqheal.service.security import require_safe_binding

    settings = load_settings()
    changed = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update={"service": settings.service.model_copy(update=changed)})
    require_safe_binding(settings.service)
    address = {"url": f"http://{settings.service.host}:{settings.service.port}"}
    print_json(address) if as_json else say(f"dashboard: {address['url']}")
    run_service(settings)


def demo(
    ci: Annotated[bool, typer.Option("--ci", help="Without a terminal: plain progress lines.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running and say how to stop it.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop what an earlier run with --keep left running.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write the result as JSON.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Start Kafka, Airflow, Spark and the service here, feed real data with planted faults, heal it, show it."""
    from airflow_provider_dqheal.embedded.demo import run_demo, stop_demo

    if stop:
        print_record("demo", {"stopped": stop_demo()}, as_json)
        return
    result = run_demo(keep=keep, plain=ci, report=report, show=not as_json)
    if as_json:
        print_json(result)
    raise typer.Exit(0 if result["ok"] else 1)
