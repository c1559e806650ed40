"""Self-healing data quality for Apache Airflow: detect, decide, remediate, validate.

Importing this package reads no data, environment or configuration and loads nothing heavy.
"""

__version__ = "0.1.0"
