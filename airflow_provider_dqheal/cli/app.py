"""The application: global options, and the one place where errors become exit codes."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from airflow_provider_dqheal import __version__
from airflow_provider_dqheal.cli import batches, decisions, faults, kafka, model, parts, plan, quarantine, retention
from airflow_provider_dqheal.cli.output import ERROR, fail
from airflow_provider_dqheal.core.errors import DQHealError

app = typer.Typer(
    name="dqheal",
    help="Self-healing data quality: detect, decide, remediate, validate.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


VERBOSE = {"--verbose", "-v"}


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dqheal {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens to stderr.")] = False,
) -> None:
    """Self-healing data quality: detect, decide, remediate, validate."""
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if verbose else logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


for commands in (batches, plan, decisions, parts, kafka, model, faults, quarantine, retention):
    commands.add_to(app)


def main() -> None:
    """Runs the command line."""
    try:
        app()
    except DQHealError as error:
        fail(f"{type(error).__name__}: {error}")
        sys.exit(ERROR)
    except KeyboardInterrupt:
        fail("interrupted")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(ERROR)
    except Exception as error:  # exit code 1 says that issues were found: nothing unforeseen may look like that
        if VERBOSE & set(sys.argv[1:]):
            traceback.print_exc()
        place = traceback.extract_tb(error.__traceback__)[-1]
        fail(
            f"{type(error).__name__} (unforeseen) at {Path(place.filename).name}:{place.lineno}: {error}; "
            "for every step to it: dqheal --verbose ..."
        )
        sys.exit(ERROR)
