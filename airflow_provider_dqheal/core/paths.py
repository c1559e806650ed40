"""Names that are safe in a path, and paths that are allowed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlparse

from airflow_provider_dqheal.core.errors import BatchUnreadable

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def slug(name: str) -> str:
    """A file name for ``name``: itself when it is safe, otherwise a readable stem and a short hash.

    >>> slug("2013-03-01")
    '2013-03-01'
    >>> slug("../etc/passwd").startswith("etc_passwd-")
    True
    """
    safe = _UNSAFE.sub("_", name).strip("._")
    if safe == name and len(name) <= 120:
        return safe
    return f"{safe[:100] or 'x'}-{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def local_path(uri: str, allowed_roots: Sequence[Path] = ()) -> Path:
    """The local path behind ``uri`` (a plain path or ``file://``), resolved.

    Raises:
        BatchUnreadable: for other schemes, for NUL bytes, or when ``allowed_roots`` is not empty and the
            resolved path lies in none of them.
    """
    if "\0" in uri:
        raise BatchUnreadable(f"{uri!r}: a path cannot hold a NUL byte; correct the message that announced the batch")
    parsed = urlparse(uri)
    if parsed.scheme and len(parsed.scheme) > 1:
        if parsed.scheme != "file":
            raise BatchUnreadable(
                f"{uri}: scheme {parsed.scheme!r} cannot be read by the local reader, expected a path or file://; "
                "use a mounted path or the Spark driver"
            )
        path = Path(unquote(parsed.path))
    else:
        path = Path(uri)
    path = path.expanduser().resolve()
    roots = [Path(root).expanduser().resolve() for root in allowed_roots]
    if roots and not any(path == root or root in path.parents for root in roots):
        raise BatchUnreadable(
            f"{path}: outside the allowed roots ({', '.join(map(str, roots))}); move the batch or set `allowed_roots`"
        )
    return path
