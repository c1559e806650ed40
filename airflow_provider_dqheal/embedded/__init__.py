"""What runs on this machine for a demo: broker, Airflow, service."""
