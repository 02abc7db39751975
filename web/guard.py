"""Who may ask: same-origin and host checks, and the headers that keep a hostile text from becoming a hostile page.

Why already now, with no login yet: the box answers on a known address, so any page a clerk visits could post to it
or, by rebinding a name to 127.0.0.1, read the calls.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from appliance.settings import WebSettings

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing inline and nothing from outside. Spec: W3C Content Security Policy Level 3."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def guard(app: Flask, settings: WebSettings) -> None:
    """Put the checks before and the headers after every request of `app`."""
    names = own_names(settings.host)

    @app.before_request
    def check() -> None:
        if not host_is_ours(request.host, names):
            abort(403)
        if request.method not in SAFE_METHODS and not same_origin():
            abort(403)

    @app.after_request
    def dress(response: Response) -> Response:
        response.headers.extend(HEADERS)
        if request.endpoint != "static" and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"  # callers' names stay off the tablet's disk
        return response


def own_names(host: str) -> frozenset[str]:
    """The names by which a browser may call this box."""
    own = socket.gethostname().lower()
    return frozenset({"localhost", "denwaban.local", host.lower(), own, f"{own.split('.')[0]}.local"})


def host_is_ours(asked: str, names: frozenset[str]) -> bool:
    """Whether the Host header names us: an address, or a name of ours. Why: rebinding needs a name of its own."""
    try:
        name = (urlsplit(f"//{asked}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name in names:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def same_origin() -> bool:
    """Whether a page of ours sent this request. Spec: W3C Fetch Metadata; RFC 6454 (Origin)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return site is not None
    return origin == f"{request.scheme}://{request.host}"
