"""The OpenAPI document of the service, with the socket's messages among its components.

``python -m airflow_provider_dqheal.service.openapi`` prints it: the dashboard's types are generated from it.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from airflow_provider_dqheal.service.messages import CLIENT_MESSAGES, SERVER_MESSAGES

_REF = "#/components/schemas/{model}"


def install(app: FastAPI) -> None:
    """Makes ``app.openapi()`` hold the socket's messages as ``ClientMessage`` and ``ServerMessage``."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _merged(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _merged(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, adapter in (("ClientMessage", CLIENT_MESSAGES), ("ServerMessage", SERVER_MESSAGES)):
        schema = adapter.json_schema(mode="serialization", ref_template=_REF)
        for model, definition in schema.pop("$defs", {}).items():
            schemas.setdefault(model, definition)
        schemas[name] = schema
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document


def main() -> None:
    """Prints the document."""
    from airflow_provider_dqheal.service.app import api_router

    app = FastAPI(title="dqheal", version="1")
    app.include_router(api_router())
    install(app)
    document = app.openapi()
    json.dump(document, sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
