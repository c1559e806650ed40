"""Commands on Kafka: the embedded broker, the topics, the dead letters."""

from __future__ import annotations

from typing import Annotated

import typer

from airflow_provider_dqheal.cli._broker import settings_with_broker
from airflow_provider_dqheal.cli.output import CLEAN, UNDECIDED, JsonOption, print_json, print_record, print_table, say

kafka = typer.Typer(help="The embedded single-node broker, the topics and the dead letters.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Registers these commands."""
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
    from airflow_provider_dqheal.messaging.topics import create_topics, describe_topics

    settings = settings_with_broker()
    create_topics(settings.kafka)
    rows = describe_topics(settings.kafka)
    if as_json:
        print_json(rows)
    else:
        print_table("topics", ("topic", "partitions", "messages"), [tuple(row.values()) for row in rows])


@kafka.command("dead-letters")
def kafka_dead_letters(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The newest so many.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """List the messages that were put aside, with the reason; payloads are not shown, they may hold row values."""
    from airflow_provider_dqheal.messaging.replay import letters

    found = letters(settings_with_broker().kafka, limit)
    if as_json:
        print_json([letter.model_dump(mode="json") for letter in found])
        return
    print_table(
        f"{len(found)} dead letters, {sum(letter.waiting for letter in found)} of them not sent again yet",
        ("put aside at", "topic", "partition", "offset", "bytes", "replay", "reason"),
        [
            (
                letter.rejected_at and f"{letter.rejected_at:%Y-%m-%d %H:%M:%S}", letter.topic, letter.partition,
                letter.offset, letter.payload_bytes, letter.replay, letter.reason,
            )
            for letter in found
        ],
    )  # fmt: skip


@kafka.command("replay")
def kafka_replay(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 10_000,
    as_json: JsonOption = False,
) -> None:
    """Send each dead letter to the topic it came from, once; what is still wrong comes back here."""
    from airflow_provider_dqheal.messaging.replay import replay

    counts = replay(settings_with_broker().kafka, limit)
    print_record("replay", dict(counts), as_json)
    if counts["left"]:
        say(f"{counts['left']} were left: their payload was cut or cannot be read; send them again from their source")
