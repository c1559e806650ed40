"""What every room shares."""

pytest_plugins = ["_support.require_all", "_support.postgres", "_support.kafka"]
