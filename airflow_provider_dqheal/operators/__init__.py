"""Operators: one verb each, wrapping one stage of :mod:`airflow_provider_dqheal.pipeline`."""
