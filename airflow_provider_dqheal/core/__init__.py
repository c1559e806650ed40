"""Types, errors, configuration, registry and events: what every other room builds on.

Nothing here imports Spark, torch, FastAPI or Airflow.
"""
