"""The calls that were: the list, one call, and its sound."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, send_file, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from appliance.store.rows import AuditEntry, CallQuery, CallRecord
from web.context import here
from web.language import texts
from web.rows import Row, row_of, story_of
from web.sound import PartialWav, Recording, find_recording
from web.wording import length

blueprint = Blueprint("calls", __name__, url_prefix="/calls")

PAGE = 50
"""Calls on one page of the list. Why: a busy day of a small shop."""

WHO = "page"
"""Who listened, in the audit. Why: no login yet; it becomes the person's name in its own issue."""

CALL_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:-]{0,79}")
SEQUENCE = re.compile(r"[0-9]{1,15}", re.ASCII)
NUMBER_LIMIT = 40
"""Longest number that is sought, characters. Why: the longest number of the line, written with hyphens."""

NOT_A_NUMBER = re.compile(r"[^0-9+#*() .\-‐–ー−]")


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """What templates use to put a call in words."""
    context = here()

    def shown(call: CallRecord) -> Row:
        return row_of(call, context, texts())

    name = context.settings.shop.name or texts()("page.title")
    return {"shown": shown, "shop_name": name}


@blueprint.get("")
def listing() -> str:
    context = here()
    wanted, complaint = read_filter(request.args, context.zone)
    calls = [] if complaint else context.store.calls(wanted)
    page, older = calls[:PAGE], len(calls) > PAGE
    return render_template(
        "calls.html",
        calls=page,
        older=url_for("calls.listing", **_kept(request.args), before=page[-1].seq) if older else "",
        newest=url_for("calls.listing", **_kept(request.args)) if wanted.before is not None else "",
        wishes=request.args,
        filtered=bool(_kept(request.args)),
        complaint=complaint,
    )


def read_filter(wishes: MultiDict[str, str], zone: tzinfo | None) -> tuple[CallQuery, str]:
    """The filter in the address bar, and the key of a complaint where it cannot be read. Days are those of `zone`."""
    number, before = wishes.get("number", "").strip(), wishes.get("before", "")
    try:
        since, last = _midnight(wishes.get("from", ""), zone), _midnight(wishes.get("to", ""), zone, 1)
    except (ValueError, OverflowError):
        return CallQuery(), "calls.bad_date"
    if NOT_A_NUMBER.search(number) or len(number) > NUMBER_LIMIT:
        return CallQuery(), "calls.bad_number"
    if since and last and since >= last:
        return CallQuery(), "calls.bad_order"
    older = int(before) if SEQUENCE.fullmatch(before) else None
    return CallQuery(PAGE + 1, older, number, since=since, until=last), ""


def _midnight(text: str, zone: tzinfo | None, days_on: int = 0) -> datetime | None:
    """When the day `text`, so many days on, begins in the shop; None for no text. Raises ValueError, OverflowError."""
    if not text.strip():
        return None
    day = date.fromisoformat(text.strip()) + timedelta(days=days_on)
    begins = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(zone)
    begins.astimezone(UTC)
    return begins


def _kept(wishes: MultiDict[str, str]) -> dict[str, Any]:
    return {key: wishes[key] for key in ("from", "to", "number") if wishes.get(key, "").strip()}


@blueprint.get("/<call_id>")
def one(call_id: str) -> str:
    context = here()
    call = _call(call_id)
    recording = find_recording(context.settings.paths.data, call.recording)
    return render_template(
        "call.html",
        call=call,
        story=story_of(call, context.store.events(call.id), context.settings.line.country, texts()),
        recording=recording,
        recording_length=length(recording.seconds - call.tail_s, texts()) if recording else "",
        tail_length=length(max(1.0, call.tail_s), texts()),
        growing=recording is not None and not finished(call),
    )


@blueprint.get("/<call_id>/sound")
def sound(call_id: str) -> Response:
    """The recording to play: the file itself, or the first `?samples=` of one that is still growing."""
    call, recording = _recording(call_id)
    asked = request.args.get("samples")
    if asked is None and finished(call):
        response = send_file(recording.path, "audio/wav", conditional=True)
    else:
        response = _part(recording, _samples(asked, recording))
    return _written_down(response, "play", call)


@blueprint.get("/<call_id>/download")
def download(call_id: str) -> Response:
    """The recording to keep: octet for octet what lies on disk once it is finished."""
    call, recording = _recording(call_id)
    name = f"denwaban-{here().local(call.started_at).strftime('%Y%m%d-%H%M%S')}.wav"
    if finished(call):
        response = send_file(recording.path, "audio/wav", as_attachment=True, download_name=name, conditional=True)
    else:
        response = _part(recording, recording.samples)
        response.headers.set("Content-Disposition", "attachment", filename=name)
    return _written_down(response, "download", call)


def finished(call: CallRecord) -> bool:
    """Whether the recording of `call` will not grow any more."""
    return call.samples is not None


def _written_down(response: Response, what: str, call: CallRecord) -> Response:
    """`response`, after the audit knows of it. Why first: sound that was heard unlogged cannot be unheard."""
    response.headers["Cache-Control"] = "no-store"  # nothing of a call stays on the tablet
    heard = request.method == "GET" and response.status_code in (200, 206)
    if heard and here().listening.begins(WHO, what, call.id):
        here().store.audit(AuditEntry(here().now(), WHO, what, call.id))
    return response


def _call(call_id: str) -> CallRecord:
    call = here().store.call(call_id) if CALL_ID.fullmatch(call_id) else None
    if call is None:
        abort(404)
    return call


def _recording(call_id: str) -> tuple[CallRecord, Recording]:
    call = _call(call_id)
    recording = find_recording(here().settings.paths.data, call.recording)
    if recording is None:
        abort(404)
    return call, recording


def _samples(asked: str | None, recording: Recording) -> int:
    """How many samples were asked for: never more than there are."""
    if asked is None:
        return recording.samples
    if not asked.isascii() or not asked.isdigit() or len(asked) > 12:
        abort(400)
    return min(int(asked), recording.samples)


def _part(recording: Recording, samples: int) -> Response:
    wav = PartialWav(recording, samples)
    response = Response(wrap_file(request.environ, wav), mimetype="audio/wav", direct_passthrough=True)  # type: ignore[arg-type]
    response.content_length = wav.size
    response.set_etag(f"{recording.path.stem}-{samples}")
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=wav.size)
    except RequestedRangeNotSatisfiable:
        wav.close()
        raise
    return response
