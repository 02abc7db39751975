"""Which language this request is answered in: `?lang=`, else the browser's last choice, else the setting."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, g, request, url_for

from web.texts import LANGUAGES, Texts, choose

COOKIE = "lang"
COOKIE_AGE_S = 365 * 24 * 3600
"""How long a choice of language lasts, seconds. Why: a tablet is set up once."""


def install(app: Flask, default: str) -> None:
    @app.before_request
    def pick() -> None:
        g.texts = Texts(choose(request.args.get("lang"), request.cookies.get(COOKIE), default))

    @app.after_request
    def remember(response: Response) -> Response:
        asked = request.args.get("lang")
        if asked in LANGUAGES and response.mimetype == "text/html":
            response.set_cookie(COOKIE, asked, max_age=COOKIE_AGE_S, httponly=True, samesite="Lax")
        return response

    @app.context_processor
    def offer() -> dict[str, Any]:
        return {"_": texts(), "language": texts().language, "other_language_url": other_language_url()}


def texts() -> Texts:
    """The texts of this request's language; Japanese where the request failed before one was picked."""
    found = g.get("texts")
    return found if isinstance(found, Texts) else Texts(LANGUAGES[0])


def other_language_url() -> str:
    """This same page in the other language."""
    other = next(name for name in LANGUAGES if name != texts().language)
    if request.endpoint is None or request.method != "GET":
        return url_for("board.board", lang=other)
    return f"{quote(request.script_root + request.path)}?{urlencode({**request.args.to_dict(), 'lang': other})}"
