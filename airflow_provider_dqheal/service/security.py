"""Who may talk to the service: hosts, origins, the token, and the headers that bind a browser."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from airflow_provider_dqheal.core.config import ServiceSettings
from airflow_provider_dqheal.core.errors import ConfigError

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Whether ``host`` can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def require_safe_binding(settings: ServiceSettings) -> None:
    """Refuses to listen to the network without a token.

    Raises:
        ConfigError: when ``host`` is not loopback and ``token`` is not set.
    """
    if not is_loopback(settings.host) and not settings.token:
        raise ConfigError(
            f"service.host: {settings.host!r} is reachable from other machines, and service.token is not set; "
            "set DQHEAL_SERVICE__TOKEN, or bind 127.0.0.1"
        )


def origin_allowed(settings: ServiceSettings, headers: Headers) -> bool:
    """Whether the page that opened the connection may: our own, a configured one, or no browser at all."""
    origin = headers.get("origin")
    if origin is None:
        return True
    if origin.rstrip("/") in {allowed.rstrip("/") for allowed in settings.allowed_origins}:
        return True
    public = urlsplit(settings.public_url)
    page = urlsplit(origin)
    if page.scheme in ("http", "https") and page.netloc == headers.get("host", ""):
        return host_allowed(settings, headers)
    return bool(page.netloc) and (page.scheme, page.netloc) == (public.scheme, public.netloc)


def host_allowed(settings: ServiceSettings, headers: Headers) -> bool:
    """Whether the Host header names this service: on loopback a foreign name is a rebound address."""
    if not is_loopback(settings.host):
        return True
    host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    known = {urlsplit(url).hostname for url in (settings.public_url, *settings.allowed_origins)}
    return host in _LOCAL_NAMES or host in known


def token_matches(settings: ServiceSettings, given: str | None) -> bool:
    """Whether no token is configured, or ``given`` is it; compared in constant time."""
    if not settings.token:
        return True
    return given is not None and hmac.compare_digest(given.encode(), settings.token.encode())


def bearer(headers: Headers) -> str | None:
    """The token of an ``Authorization: Bearer`` header."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" and value else None


def browser_headers(settings: ServiceSettings) -> list[tuple[bytes, bytes]]:
    """Headers on every answer: nothing but our own files and our own socket, framed only where configured."""
    ancestors = " ".join(("'self'", *settings.frame_ancestors))
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'self'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            f"frame-ancestors {ancestors}",
        )
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    ]


class BrowserHeaders:
    """Adds the headers to every HTTP answer and turns away requests for a foreign host."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        self._app = app
        self._settings = settings
        self._headers = browser_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self._headers]
            await send(message)

        if not host_allowed(self._settings, Headers(scope=scope)):
            from airflow_provider_dqheal.service.problems import problem

            answer = problem(421, "Misdirected request", "the Host header does not name this service; set public_url")
            await answer(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)
