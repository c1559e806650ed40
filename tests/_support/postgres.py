"""A private PostgreSQL from the system's packages, for the tests of the store."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of the database `postgres` of a server on loopback; skipped where PostgreSQL is not installed."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL's server programs are not installed (apt-get install postgresql)")
    owner: dict[str, object] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        try:
            account = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("the tests run as root and there is no user postgres to start PostgreSQL as")
        owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    with tempfile.TemporaryDirectory(prefix="dqheal-pg-") as folder:
        if owner:
            os.chown(folder, int(str(owner["user"])), int(str(owner["group"])))
        data, port = Path(folder) / "data", _free_port()
        given = {"cwd": folder, "check": True, "timeout": 60, "env": {**os.environ, "LC_ALL": "C.UTF-8"}}
        quiet = {**given, "stdout": subprocess.DEVNULL, **owner}
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "dqheal", "-A", "trust", "-E", "UTF8", "--no-sync"], **quiet
        )
        options = f"-h 127.0.0.1 -p {port} -c unix_socket_directories='' -c fsync=off"
        server = [programs / "pg_ctl", "-D", data, "-w", "-t", "30", "-l", f"{folder}/log", "-o", options]
        subprocess.run([*server, "start"], **quiet)
        try:
            yield f"postgresql://dqheal:hidden@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **quiet)


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> str:
    """URL of an empty database, shared by the session."""
    return new_database(postgres_server)


def new_database(server_url: str) -> str:
    """Makes an empty database on the server and returns its URL."""
    import psycopg

    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server_url.rpartition("/")[0] + f"/{name}"
