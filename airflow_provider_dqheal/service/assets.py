"""The built dashboard: hashed files for ever, the page itself never cached, any prefix by its ``<base href>``."""

from __future__ import annotations

import html
import mimetypes
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from airflow_provider_dqheal.core.config import ServiceSettings
from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.core.resources import resource

_IMMUTABLE = "public, max-age=31536000, immutable"
_BASE = '<base href="/" />'


def prefix_of(settings: ServiceSettings) -> str:
    """The path under which a browser reaches the service, without the slash at the end: that of ``public_url``."""
    return urlsplit(settings.public_url).path.rstrip("/")


def dashboard_router(settings: ServiceSettings) -> APIRouter:
    """Serves the built files and, for every other path, the page.

    Raises:
        ConfigError: when the installation holds no built dashboard.
    """
    root = resource("dashboard")
    page_file = root / "index.html"
    if not page_file.is_file():
        raise ConfigError(f"{page_file}: the built dashboard is missing; reinstall airflow-provider-dqheal")
    page = _with_base(page_file.read_text(encoding="utf-8"), prefix_of(settings))
    files = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}
    router = APIRouter(include_in_schema=False)

    @router.get("/{path:path}")
    async def asset(path: str, request: Request) -> Response:
        """A built file, or the page."""
        if path.startswith(("api/", "ws/")):
            raise HTTPException(404, f"no such address: /{path}")
        file = files.get(path)
        if file is None or path == "index.html":
            if path.startswith("assets/"):
                raise HTTPException(404, f"no such file: /{path}")
            return Response(page, media_type="text/html", headers={"cache-control": "no-cache"})
        return _file(file, immutable=path.startswith("assets/"))

    return router


def _with_base(page: str, prefix: str) -> str:
    if _BASE not in page:
        raise ConfigError("index.html: no <base href> in the built dashboard; rebuild it with `pnpm release`")
    return page.replace(_BASE, f'<base href="{html.escape(prefix, quote=True)}/" />')


def _file(path: Path, immutable: bool) -> Response:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {"cache-control": _IMMUTABLE if immutable else "no-cache"}
    return Response(path.read_bytes(), media_type=kind, headers=headers)


class Prefix:
    """Takes the public prefix off a path, for a proxy that passes it on."""

    def __init__(self, app: object, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: dict[str, object], receive: object, send: object) -> None:
        """Handles one connection."""
        path = str(scope.get("path", ""))
        if self._prefix and scope["type"] in ("http", "websocket") and path.startswith(self._prefix + "/"):
            scope = {**scope, "path": path[len(self._prefix) :]}
        await self._app(scope, receive, send)  # type: ignore[operator]
