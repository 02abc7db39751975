"""How the page itself is, for watchdogs, `denwaban doctor` and people with curl."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from appliance.store.rows import CallQuery
from web.context import here

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    """200 where records can be read (anything else is answered by the error page with 503); the rest as facts."""
    context = here()
    context.store.calls(CallQuery(limit=1))
    snapshot = context.live.snapshot()
    return jsonify(
        {
            "records": True,
            "bus": snapshot.connected,
            "line_process": "line" in snapshot.alive,
            "line": snapshot.line.state or "unknown",
            "faults": [fault.what for fault in snapshot.faults],
            "free_mb": snapshot.free_mb,
        }
    )
