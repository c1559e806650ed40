"""Starts and stops the parts of the demo: broker, Spark, service, stream detector, Airflow."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future, as_completed
from pathlib import Path
from typing import Any

from airflow_provider_dqheal.core.config import Settings
from airflow_provider_dqheal.embedded import airflow, broker, service, spark
from airflow_provider_dqheal.embedded.demo import leftovers
from airflow_provider_dqheal.embedded.demo.progress import Progress
from airflow_provider_dqheal.embedded.process import start_process, starting_together, stop_process
from airflow_provider_dqheal.messaging.topics import create_topics

AIRFLOW_PORT = 8080
KAFKA_PORT = 9092


def ports(settings: Settings) -> dict[str, int]:
    """What the demo listens on, by name."""
    needed = {"dashboard": settings.service.port, "Airflow": AIRFLOW_PORT}
    if not settings.kafka.bootstrap_servers:
        needed["Kafka"] = KAFKA_PORT
    return needed


class Parts:
    """The parts of one run. Everything started here carries the mark of the demo's folder in its environment."""

    def __init__(self, settings: Settings, folder: Path, progress: Progress) -> None:
        self._settings = settings
        self._folder = folder
        self._progress = progress
        self._own_broker = not settings.kafka.bootstrap_servers
        self._airflow: airflow.RunningAirflow | None = None

    def start_broker(self) -> Settings:
        """Starts Kafka (or takes the one configured), creates the topics, returns settings that name it."""
        os.environ[leftovers.MARK] = str(self._folder)
        settings = self._settings
        if self._own_broker:
            self._progress.say("starting Kafka (its jars are fetched once)")
            servers = broker.start(settings.home, KAFKA_PORT).bootstrap_servers
            kafka = settings.kafka.model_copy(update={"bootstrap_servers": servers})
            self._settings = settings = settings.model_copy(update={"kafka": kafka})
        create_topics(settings.kafka)
        self._progress.say(f"Kafka at {settings.kafka.bootstrap_servers}, topics created")
        return settings

    def start_rest(self) -> None:
        """Starts Spark, the service, the stream detector and Airflow side by side; waits until each answers."""
        settings, environment = self._settings, self._environment()
        self._progress.say("starting Airflow, Spark, the service and the stream detector")
        stream = [sys.executable, "-m", "airflow_provider_dqheal.cli", "stream"]
        with starting_together() as pool:
            starting: list[Future[Any]] = []
            master = settings.profile.spark_master
            if master.startswith("local"):  # one server for all batches instead of a JVM for each
                port = spark.free_port()
                environment |= {"DQHEAL_PROFILE__SPARK_MASTER": spark.address(port), "DQHEAL_PROFILE__SPARK_CONF": "{}"}
                properties = settings.profile.spark_conf
                starting.append(pool.submit(spark.start_spark, settings.home, master, port, properties))
            starting.append(pool.submit(service.start_service, settings.home, environment, settings.service.port))
            starting.append(pool.submit(start_process, settings.home, "stream", stream, environment))
            flow = pool.submit(airflow.start_airflow, settings.home, environment, AIRFLOW_PORT)
            for part in as_completed((*starting, flow)):
                part.result()
            self._airflow = flow.result()
        self.say_where()

    def say_where(self) -> None:
        """Prints the addresses and the login."""
        self._progress.say(f"dashboard: {self._settings.service.public_url}")
        if self._airflow is not None:
            self._progress.say(
                f"Airflow:   {self._airflow.url}  (user {self._airflow.username}, password {self._airflow.password})"
            )

    def stop(self) -> None:
        """Stops every part, the last started first; a second Ctrl-C does not interrupt it."""
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        home = self._settings.home
        stops: list[Callable[[], object]] = [
            lambda: airflow.stop_airflow(home),
            lambda: stop_process(home, "stream"),
            lambda: service.stop_service(home),
            lambda: spark.stop_spark(home),
        ]
        if self._own_broker:
            stops.append(lambda: broker.stop(home))
        for stop in stops:
            with contextlib.suppress(Exception):  # what does not stop when asked is ended below
                stop()
        os.environ.pop(leftovers.MARK, None)
        leftovers.end_all(self._folder)

    def _environment(self) -> dict[str, str]:
        """Settings for the parts, as environment variables."""
        settings = self._settings
        return {
            leftovers.MARK: str(self._folder),
            "DQHEAL_HOME": str(settings.home),
            "DQHEAL_KAFKA__BOOTSTRAP_SERVERS": str(settings.kafka.bootstrap_servers),
            "DQHEAL_PROFILE__DRIVER": settings.profile.driver,
            "DQHEAL_PROFILE__SPARK_MASTER": settings.profile.spark_master,
            "DQHEAL_SERVICE__PORT": str(settings.service.port),
            "DQHEAL_SERVICE__PUBLIC_URL": settings.service.public_url,
            "DQHEAL_SERVICE__AIRFLOW_URL": f"http://localhost:{AIRFLOW_PORT}",
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))),
        }
