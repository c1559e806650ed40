"""Asks the REST API of Airflow with the standard library, from where Airflow itself is not to be imported."""

from __future__ import annotations

import json
import urllib.request
from typing import Any


def ask(
    base: str,
    method: str,
    path: str,
    token: str | None = None,
    body: Any = None,
    *,
    timeout_s: float = 10.0,
    proxies: dict[str, str] | None = None,
) -> Any:
    """The answer of the API server at ``base``, read as JSON.

    Args:
        base: where the API server is, for example ``http://localhost:8080``.
        method: of HTTP.
        path: with the query, from the first slash.
        token: from :func:`login`; None asks without.
        body: sent as JSON; None sends none.
        timeout_s: seconds without an answer after which it is given up.
        proxies: by scheme; None takes those of the environment.

    Raises:
        OSError: where it is not reached, or answers with an error (``urllib.error.HTTPError``).
        ValueError: where the answer is not JSON.
    """
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{base.rstrip('/')}{path}", data=data, headers=headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))
    with opener.open(request, timeout=timeout_s) as answer:
        return json.loads(answer.read())


def login(
    base: str, username: str, password: str, *, timeout_s: float = 10.0, proxies: dict[str, str] | None = None
) -> str:
    """A token of the API server for a user.

    Raises:
        OSError: as :func:`ask`; an unknown user is answered with an error.
        ValueError: where the answer is not JSON.
        KeyError: where it has no token.
    """
    credentials = {"username": username, "password": password}
    found = ask(base, "POST", "/auth/token", body=credentials, timeout_s=timeout_s, proxies=proxies)
    return str(found["access_token"])
