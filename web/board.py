"""The live board: the page, its stream, and the three buttons."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from appliance.events import Button
from appliance.store.rows import CallQuery
from web.context import Context, here
from web.face import face_of
from web.language import texts
from web.live import Snapshot
from web.streams import Draw

blueprint = Blueprint("board", __name__)

RECENT = 12
"""Calls listed beside the board. Why: what a 10-inch tablet shows without scrolling."""


@blueprint.get("/")
def board() -> str:
    context = here()
    return render_template("board.html", parts=draw(context.live.snapshot()), context=context, now=context.now())


@blueprint.get("/live")
def live() -> Response | tuple[str, int, dict[str, str]]:
    context = here()
    stream = context.door.enter(context.live, _drawn_later())
    if stream is None:
        return "", 503, {"Retry-After": "30"}
    response = Response(stream, mimetype="text/event-stream")
    response.call_on_close(stream.close)
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _drawn_later() -> Draw:
    """`draw` for after this request is answered. Why not stream_with_context: it leaks where a browser leaves."""
    app, environ, words = current_app._get_current_object(), request.environ, texts()  # type: ignore[attr-defined]

    def draw_later(snapshot: Snapshot) -> Mapping[str, object]:
        with app.request_context(environ):
            g.texts = words
            return draw(snapshot)

    return draw_later


@blueprint.get("/now")
def now() -> Response:
    """The same as one event of the stream, for a browser that found no place in it."""
    context = here()
    news = {"now": context.live.now().isoformat(), **draw(context.live.snapshot())}
    return Response(json.dumps(news, ensure_ascii=False), mimetype="application/json")


@blueprint.post("/request/button")
def press() -> AnyResponse | tuple[str, int]:
    pressed = request.form.get("button", "")
    if pressed not in list(Button):
        abort(400)
    heard = here().live.press(Button(pressed))
    words = texts()(f"button.sent_{pressed}") if heard else texts()("button.failed")
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        answer = jsonify({"heard": heard, "words": words})
        answer.status_code = 200 if heard else 503
        return answer
    if heard:
        return redirect(url_for("board.board"), 303)
    return render_template("said.html", words=words), 503


def draw(snapshot: Snapshot) -> dict[str, object]:
    """The board's changing parts as HTML in the language of this request."""
    context = here()
    parts = context.drawings.parts(snapshot, texts().language, lambda: _draw(context, snapshot))
    return {"parts": parts, "lost": snapshot.lost}


def _draw(context: Context, snapshot: Snapshot) -> Mapping[str, str]:
    face = face_of(snapshot.call, context.settings.line.country) if snapshot.call else None
    common = {"snapshot": snapshot, "context": context, "face": face}
    excuse = render_template("parts/recent.html", calls=None)
    recent = context.drawings.recent(snapshot, texts().language, lambda: _recent(context), excuse)
    return {
        "head": render_template("parts/head.html", **common),
        "main": render_template("parts/main.html", **common),
        "recent": recent,
    }


def _recent(context: Context) -> str | None:
    """The list of the newest calls; None where the records cannot be read: the board lives without them."""
    try:
        calls = context.store.calls(CallQuery(limit=RECENT))
    except SQLAlchemyError as error:
        current_app.logger.error("the call records cannot be read: %s", error)
        return None
    return render_template("parts/recent.html", calls=calls)
