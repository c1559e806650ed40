"""``python -m airflow_provider_dqheal.cli``."""

from airflow_provider_dqheal.cli.app import main

main()
