"""kill -9 while recording: at most a second is lost, database and file are sound, the next call is taken."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
import wave
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from appliance.events import Outcome
from appliance.store import places
from appliance.store.calls import Store
from appliance.store.mend import mend
from appliance.store.migrate import upgrade_here
from appliance.store.scribe import SyncScribe

CHILD = """
import sys, time, pathlib, datetime as d
import numpy as np
from appliance.events import SoundBlock
from appliance.store.calls import Store
from appliance.store.deeds import AddEvent, OpenCall, SetRecording
from appliance.store.recorder import Recorder
from appliance.store.scribe import Scribe

data, call_id, sync_s = pathlib.Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
scribe = Scribe(Store(data), lambda _: None)
recorder = Recorder(data, 0, sync=lambda _: time.sleep(sync_s))  # the kernel keeps what it took through a kill
now = d.datetime.now(d.UTC)
scribe.write(OpenCall(call_id, now))
scribe.write(SetRecording(call_id, str(recorder.start(call_id, 0, now)), now))
begun, at = time.monotonic(), 0
while True:
    time.sleep(max(0, begun + (at + 160) / 8000 - time.monotonic()))
    recorder.hear(SoundBlock(at, (np.arange(at, at + 160) % 9973 + 1).astype("<i2").tobytes()))
    at += 160
    if at % 1600 == 0:
        scribe.write(AddEvent(call_id, d.datetime.now(d.UTC), "Heard", {"samples": at}, at))
        sys.stdout.write(f"{at}\\n")
        sys.stdout.flush()
"""


def record_and_kill(data: Path, call_id: str, after_s: float, sync_s: float = 0) -> int:
    """Samples that the child had heard for certain when it was killed `after_s` seconds into the call.

    `sync_s`: how long the card takes to make something durable, seconds.
    """
    words = [sys.executable, "-c", CHILD, str(data), call_id, str(sync_s)]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child.stdout:
        heard = int(child.stdout.readline())
        time.sleep(after_s)
        child.send_signal(signal.SIGKILL)
        child.wait()
        return max([heard, *map(int, child.stdout.read().split())])


@pytest.mark.parametrize(("number", "sync_s"), [(0, 0), (1, 0.1), (2, 30)])
def test_a_kill_loses_at_most_a_second(tmp_path: Path, number: int, sync_s: float) -> None:
    data = tmp_path / "data"
    upgrade_here(data)
    heard = record_and_kill(data, f"c{number}", random.uniform(0, 1.5), sync_s)
    store = Store(data)
    SyncScribe(store, lambda _: None).close()
    (mended,) = mend(data, store)
    call = store.call(f"c{number}")
    assert call is not None
    assert (call.outcome, call.samples) == (Outcome.INTERRUPTED, mended.samples)
    with wave.open(str(data / call.recording)) as file:
        sound = file.readframes(file.getnframes())
    kept = len(sound) // 2
    assert kept == mended.samples
    assert sound == (np.arange(kept) % 9973 + 1).astype("<i2").tobytes()
    assert heard - kept <= 8000
    with closing(sqlite3.connect(places.database(data))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert record_and_kill(data, "next", 0) > 0
    store.close()
