"""At the start of the line process: makes whole what a power cut or a kill left half-written. Finished things stay."""

from __future__ import annotations

import fcntl
import logging
import os
import stat
from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.events import Outcome
from appliance.store import places
from appliance.store.calls import Store
from appliance.store.deeds import AddEvent, CloseRecording, Deed, EndCall, OpenCall, SetRecording
from appliance.store.rows import CallRecord
from appliance.store.wav import HEADER_BYTES, SAMPLE_BYTES, header, is_ours
from appliance.units import RATE_HZ

log = logging.getLogger(__name__)

EVENT = "Mended"
"""Kind of the event that stands in the story of a mended call."""


@dataclass(frozen=True)
class Mended:
    """One thing that was made whole. `call_id` is empty where none belongs to it."""

    call_id: str
    file: str
    samples: int
    what: str


@dataclass(frozen=True)
class _Length:
    samples: int
    what: str  # what had to be done; empty where the file was whole


def mend(data: Path, store: Store) -> list[Mended]:
    """Mend recordings first, then the calls they belong to. Call it before the first call is taken.

    A recording that another process holds open is left alone, one that vanishes meanwhile is passed over.
    Raises `sqlalchemy.exc.DBAPIError`.
    """
    done: list[Mended] = []
    growing: set[str] = set()
    for path in unfinished_recordings(data, store.sealed_recordings()):
        file = str(path.relative_to(data))
        try:
            length = mend_recording(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            done.append(Mended("", file, 0, f"cannot be mended: {error.strerror or error}"))
            continue
        if length is None:
            growing.add(file)
        else:
            done += _mend_owner(data, store, path, length)
    for call in store.open_calls():
        if call.recording not in growing:
            done.append(_mend_call(data, store, call))
    for mended in done:
        log.warning("mended: call %s, %s: %s", mended.call_id or "(none)", mended.file or "no recording", mended.what)
    return done


def unfinished_recordings(data: Path, sealed: Container[str] = frozenset()) -> Iterator[Path]:
    """Recordings that were never made read-only, in the order of their names.

    `sealed`: paths relative to `data` that are known to be finished. Why: a slow card takes a minute to look at 20,000
    files one by one, and no call is taken meanwhile; the names alone come in a second.
    """
    for directory, _, names in os.walk(data / places.RECORDINGS):
        for name in sorted(names):
            path = Path(directory, name)
            if name.endswith(".wav") and str(path.relative_to(data)) not in sealed and not _finished(path):
                yield path


def _finished(path: Path) -> bool:
    """Whether nothing is to be done with the file; no, where the disk does not tell: opening it says why."""
    try:
        return stat.S_IMODE(path.stat().st_mode) == places.FINISHED_MODE
    except FileNotFoundError:
        return True  # it vanished since its directory was read
    except OSError:
        return False


def mend_recording(path: Path) -> _Length | None:
    """Let header and length of one file agree and make it read-only; None where somebody is still writing it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        size = os.fstat(descriptor).st_size
        found = os.pread(descriptor, HEADER_BYTES, 0)
        if found[:4] == b"RIFF" and not is_ours(found) and size >= HEADER_BYTES:
            raise OSError("a WAV file, but not of our making")
        samples = max(0, size - HEADER_BYTES) // SAMPLE_BYTES
        whole = HEADER_BYTES + samples * SAMPLE_BYTES
        what = _complaint(size, found, samples)
        if what:
            os.ftruncate(descriptor, whole)
            os.pwrite(descriptor, header(samples), 0)
        os.fdatasync(descriptor)
        with suppress(PermissionError):  # another user's file after a restore: readable, and whole by now
            os.fchmod(descriptor, places.FINISHED_MODE)
        return _Length(samples, what)
    finally:
        os.close(descriptor)


def _complaint(size: int, found: bytes, samples: int) -> str:
    if size == 0:
        return "the file was empty"
    if size < HEADER_BYTES or not is_ours(found):
        return "the header was missing"
    if size != HEADER_BYTES + samples * SAMPLE_BYTES:
        return "half a sample at the end"
    if found != header(samples):
        return "the header told another length"
    return ""


def _mend_owner(data: Path, store: Store, path: Path, length: _Length) -> list[Mended]:
    """Bring the call of a mended file in line with it; a recording without a call gets one."""
    file = str(path.relative_to(data))
    call = store.call_of_recording(file)
    if call is None:
        with suppress(FileNotFoundError):  # vanished meanwhile
            return [_adopt(store, path, file, length)]
        return []
    if call.samples is None or call.ended_at is None:
        return []  # an open call: told below
    if call.samples == length.samples:
        return [Mended(call.id, file, length.samples, length.what)] if length.what else []
    what = length.what or "the call told another length"
    talk = None if call.talk_samples is None else min(call.talk_samples, length.samples)
    closed = CloseRecording(call.id, length.samples, talk)
    store.write(closed, _event(call.id, call.ended_at, what, length.samples))
    return [Mended(call.id, file, length.samples, what)]


def _adopt(store: Store, path: Path, file: str, length: _Length) -> Mended:
    """A recording that no call knows: the database was lost or never took the call."""
    ended = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    started = ended - timedelta(seconds=length.samples / RATE_HZ)
    call_id = path.stem if store.call(path.stem) is None else f"{path.stem}-recording"
    what = "no call knew of this recording"
    deeds: tuple[Deed, ...] = (
        OpenCall(call_id, started, clock_unsure=True),
        SetRecording(call_id, file, started),
        CloseRecording(call_id, length.samples),
        EndCall(call_id, ended, Outcome.INTERRUPTED),
        _event(call_id, ended, what, length.samples),
    )
    store.write(*deeds)
    return Mended(call_id, file, length.samples, what)


def _mend_call(data: Path, store: Store, call: CallRecord) -> Mended:
    """End a call that has no end, with the true length of its recording."""
    samples, what = 0, "the call had no end"
    if call.recording:
        try:
            samples = max(0, (data / call.recording).stat().st_size - HEADER_BYTES) // SAMPLE_BYTES
        except FileNotFoundError:
            what = "the call had no end, and its recording is not there"
        except OSError as error:  # its length is found out at a later start
            return _end_unread(store, call, f"its recording cannot be read: {error.strerror or error}")
    ended = call.ended_at or _last_sign(store, call, samples)
    deeds: list[Deed] = [_event(call.id, ended, what, samples)]
    if call.recording:
        deeds.append(CloseRecording(call.id, samples))
    if call.ended_at is None:
        deeds.append(EndCall(call.id, ended, Outcome.INTERRUPTED))
    else:
        what = "the recording had no length"
    store.write(*deeds)
    return Mended(call.id, call.recording, samples, what)


def _end_unread(store: Store, call: CallRecord, what: str) -> Mended:
    if call.ended_at is None:
        ended = _last_sign(store, call, 0)
        store.write(_event(call.id, ended, what, 0), EndCall(call.id, ended, Outcome.INTERRUPTED))
    return Mended(call.id, call.recording, 0, what)


def _last_sign(store: Store, call: CallRecord, samples: int) -> datetime:
    """The last instant of which we know that the call was still there."""
    signs = [call.started_at, *(event.at for event in store.events(call.id)[-1:])]
    if call.recording_at is not None:
        signs.append(call.recording_at + timedelta(seconds=samples / RATE_HZ))
    return max(signs)


def _event(call_id: str, at: datetime, what: str, samples: int) -> AddEvent:
    return AddEvent(call_id, at, EVENT, {"what": what, "samples": samples}, samples)
