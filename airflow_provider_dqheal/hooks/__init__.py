"""Where Airflow's connections meet dqheal's settings, services and errors."""
