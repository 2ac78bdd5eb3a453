"""Addresses that come from outside are believed only when they are ours (B5, B6)."""

from __future__ import annotations

import ipaddress
from urllib.parse import unquote, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from .. import links
from ..db import installation
from ..settings import LOOPBACK, PUBLIC_URL

#: Pages of the door itself lead nowhere afterwards.
DOOR = ("accounts.sign_in", "accounts.second_factor", "accounts.confirm")
#: A proxy of this machine adds one of these: the visitor is then somebody else.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")


def safe_next(wanted: str | None) -> str | None:
    """That address when it is a page of ours, else None."""
    if not wanted or len(wanted) > 2_000 or not wanted.startswith("/") or wanted[1:2] in ("/", "\\"):
        return None
    parts = urlsplit(wanted)
    path = unquote(parts.path)
    if any(not sign.isprintable() or sign in "\\\x7f" for text in (wanted, path) for sign in text):
        return None
    if parts.scheme or parts.netloc or "//" in path:
        return None
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return None if endpoint in DOOR or endpoint == "static" else wanted


def public_url() -> str:
    """Where links that leave this installation lead: never where a request says.

    Without a setting, production takes its first trusted host, development the loopback address it is asked at.
    """
    told = links.public_url(installation().settings)
    if told:
        return told
    return request.host_url.rstrip("/") if _host() in LOOPBACK else PUBLIC_URL


def is_local() -> bool:
    """Whether the request comes from this very machine, and by no proxy."""
    if any(name in request.headers for name in FORWARDED) or _host() not in LOOPBACK:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _host() -> str:
    name = request.host
    return name if name.endswith("]") else name.rpartition(":")[0] or name
