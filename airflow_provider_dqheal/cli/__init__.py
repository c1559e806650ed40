"""The command line: ``dqheal ...``. Results go to stdout, everything else to stderr.

Exit codes: 0 clean or done, 1 issues found, 2 error, 3 undecided or held.
"""

from airflow_provider_dqheal.cli.app import main

__all__ = ["main"]
