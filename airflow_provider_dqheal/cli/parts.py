"""Commands that run a part: kafka, stream, serve, demo, replay."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from airflow_provider_dqheal.cli.output import CLEAN, UNDECIDED, JsonOption, print_json, print_record, print_table, say

kafka = typer.Typer(help="The embedded single-node Kafka broker.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Registers these commands."""
    for command in (stream, serve, demo):
        app.command()(command)
    app.add_typer(kafka, name="kafka")


@kafka.command("start")
def kafka_start(port: Annotated[int, typer.Option()] = 9092, as_json: JsonOption = False) -> None:
    """Start a broker on loopback and create the topics."""
    from airflow_provider_dqheal.core.config import KafkaSettings, load_settings
    from airflow_provider_dqheal.embedded.broker import start
    from airflow_provider_dqheal.messaging.topics import create_topics

    settings = load_settings()
    running = start(settings.home, port)
    servers = running.bootstrap_servers
    create_topics(KafkaSettings(**(settings.kafka.model_dump() | {"bootstrap_servers": servers})))
    print_record("broker", {"bootstrap_servers": servers, "pid": running.pid}, as_json)
    say(f"export KAFKA_BOOTSTRAP_SERVERS={servers}    # stop it with: dqheal kafka stop")


@kafka.command("stop")
def kafka_stop(as_json: JsonOption = False) -> None:
    """Stop the broker that `dqheal kafka start` started."""
    from airflow_provider_dqheal.core.config import load_settings
    from airflow_provider_dqheal.embedded.broker import stop

    stopped = stop(load_settings().home)
    print_record("broker", {"stopped": bool(stopped)}, as_json)


@kafka.command("status")
def kafka_status(as_json: JsonOption = False) -> None:
    """Say whether the broker runs, and where."""
    from airflow_provider_dqheal.core.config import load_settings
    from airflow_provider_dqheal.embedded.broker import status

    running = status(load_settings().home)
    record = {"running": running is not None, "bootstrap_servers": running.bootstrap_servers if running else None}
    print_record("broker", record, as_json)
    raise typer.Exit(CLEAN if running else UNDECIDED)


@kafka.command("topics")
def kafka_topics(as_json: JsonOption = False) -> None:
    """Create the topics where they are missing, and list them."""
    from airflow_provider_dqheal.core.config import load_settings
    from airflow_provider_dqheal.embedded.broker import status
    from airflow_provider_dqheal.messaging.topics import create_topics, describe_topics

    settings = load_settings()
    kafka_settings = settings.kafka
    if kafka_settings.bootstrap_servers is None:
        running = status(settings.home)
        if running is not None:
            kafka_settings = kafka_settings.model_copy(update={"bootstrap_servers": running.bootstrap_servers})
    create_topics(kafka_settings)
    rows = describe_topics(kafka_settings)
    if as_json:
        print_json(rows)
    else:
        print_table("topics", ("topic", "partitions", "messages"), [tuple(row.values()) for row in rows])


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
    from airflow_provider_dqheal.core.config import load_settings
    from airflow_provider_dqheal.stream.detector import run_stream

    judged = run_stream(load_settings(), _until_signal(), max_messages)
    print_record("stream", {"judged": judged}, as_json)


def serve(
    host: Annotated[str | None, typer.Option(help="Default: 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Default: 8001.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the status service with the dashboard."""
    from airflow_provider_dqheal.core.config import load_settings
    from airflow_provider_dqheal.service.run import run_service

    settings = load_settings()
    changed = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update={"service": settings.service.model_copy(update=changed)})
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
