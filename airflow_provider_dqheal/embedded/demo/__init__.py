"""The demo: real parts on this machine, real flights, planted faults, healed and shown."""

from airflow_provider_dqheal.embedded.demo.run import run_demo, stop_demo

__all__ = ["run_demo", "stop_demo"]
