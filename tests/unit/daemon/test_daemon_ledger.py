"""The ledger on a real database: what is written, what is published, what a sick database costs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from daemon_house import HandClock

from appliance import events as ev
from appliance.bus.memory import MemoryBus
from appliance.daemon.ledger import Ledger, LedgerParts
from appliance.desk.contacts import Contact
from appliance.settings import PolicySettings, Settings, WebSettings
from appliance.store import places
from appliance.store.calls import Store
from appliance.store.migrate import upgrade_here
from appliance.store.recorder import RecordingDone
from appliance.store.rows import CallRecord
from appliance.store.scribe import SyncScribe
from appliance.store.timeline import Mark, MarkKind
from appliance.units import SampleIndex

NUMBER = ev.CallerIdentity("0312345678")
KEY = "+81312345678"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("empty") / "data"
    upgrade_here(data)
    return data


class Desk:
    """A ledger with its database, its bus and a clock moved by hand."""

    def __init__(self, data: Path, settings: Settings) -> None:
        self.data = data
        self.clock = HandClock()
        self.store = Store(data, busy_ms=20)
        self.bus = MemoryBus("line")
        self.open = True
        scribe = SyncScribe(self.store, self.bus.publish)
        self.ledger = Ledger(LedgerParts(self.clock, self.store, scribe, self.bus, settings, lambda _: self.open))

    @property
    def now(self) -> SampleIndex:
        return self.clock.now()

    def begin(self, first: ev.Fact | None = None, direction: str = "in") -> str:
        """A call, begun as the loop does it."""
        self.ledger.take(first or ev.Rang(self.now))
        started = self.ledger.begin(self.now, direction)
        self.ledger.take(started)
        self.ledger.tell()
        return started.call_id

    def end(self, outcome: ev.Outcome = ev.Outcome.TALKED) -> None:
        self.ledger.take(self.ledger.end(self.now, outcome))
        self.ledger.tell()

    def record(self, call_id: str) -> CallRecord:
        record = self.store.call(call_id)
        assert record is not None
        return record

    def events(self, call_id: str) -> list[str]:
        return [event.kind for event in self.store.events(call_id)]

    def said(self, topic: str = "call/event") -> list[dict[str, Any]]:
        return [message.payload for message in self.bus.published if message.topic == topic]

    def kinds(self) -> list[str]:
        return [str(payload["type"]) for payload in self.said()]

    def snapshot(self) -> dict[str, Any]:
        return dict(self.bus.broker.retained["call/state"].payload)


@pytest.fixture
def desk(empty: Path, tmp_path: Path) -> Iterator[Desk]:
    settings = Settings(policy=PolicySettings(unknown="announce", closed="message"), web=WebSettings(language="en"))
    one = Desk(Path(shutil.copytree(empty, tmp_path / "data")), settings)
    yield one
    one.ledger.close()
    one.store.close()


# ---- one call ------------------------------------------------------------------------------------------------------


def test_a_call_is_written_down_and_told(desk: Desk) -> None:
    call_id = desk.begin()
    desk.clock.move(1000)
    desk.ledger.take(ev.CallerIdentified(desk.now, NUMBER))
    decided = desk.ledger.decide(desk.now)
    desk.ledger.take(decided)
    desk.ledger.take(ev.CallStateChanged(desk.now, call_id, "letting_ring", "deciding"))
    desk.clock.move(4000)
    desk.ledger.take(ev.LineSeized(desk.now))
    desk.ledger.take(ev.RecordingStarted(desk.now, call_id, "recordings/2026/11/24/x.wav"))
    desk.ledger.tell()
    assert desk.snapshot()["recording"] is True
    assert desk.snapshot()["number"] == "0312345678"
    assert desk.snapshot()["state"] == "letting_ring"
    desk.clock.move(10_000)
    desk.ledger.recorded(desk.now, RecordingDone("x.wav", 80_000, (Mark(MarkKind.LOST, 5, 7, "overrun"),), 3))
    desk.end()

    record = desk.record(call_id)
    begun = desk.clock.civil() - timedelta(seconds=15)
    assert (record.number, record.number_key, record.direction) == ("0312345678", KEY, "in")
    assert (record.decision, record.outcome, record.samples) == (decided.decision, ev.Outcome.TALKED, 80_000)
    assert (record.started_at, record.answered_at) == (begun, begun + timedelta(seconds=5))
    assert (record.recording, record.recording_at) == ("recordings/2026/11/24/x.wav", begun + timedelta(seconds=5))
    assert record.ended_at == begun + timedelta(seconds=15)
    stopped = next(event for event in desk.store.events(call_id) if event.kind == "RecordingStopped")
    assert stopped.payload["marks"] == [{"kind": "lost", "at": 5, "samples": 7, "why": "overrun"}]
    assert stopped.payload["drift_samples"] == 3
    assert desk.snapshot() == {"state": "letting_ring", "call_id": ""}
    assert desk.ledger.call_id == ""


def recorded_call(desk: Desk, *facts: tuple[int, ev.Fact]) -> CallRecord:
    """A call recorded from its begin on for 20 s; `facts`: at so many ms into it."""
    call_id = desk.begin()
    start = desk.now
    desk.ledger.take(ev.RecordingStarted(start, call_id, "recordings/x.wav"))
    for ms, fact in facts:
        at = SampleIndex(start + ms * 8)
        dated = replace(fact, at=at)
        if isinstance(dated, ev.FarEndCleared) and dated.since is not None:
            dated = replace(dated, since=SampleIndex(start + dated.since))
        desk.ledger.take(dated, at - start)
    desk.clock.move(20_000)
    desk.ledger.recorded(desk.now, RecordingDone("x.wav", 160_000, ()))
    desk.end()
    return desk.record(call_id)


def busy(since_ms: int) -> ev.FarEndCleared:
    return ev.FarEndCleared(SampleIndex(0), ev.ClearedBy.BUSY_TONE, SampleIndex(since_ms * 8))


VOICE = ev.VoiceBegan(SampleIndex(0))


def test_the_talk_ends_with_the_first_tone_after_the_hang_up(desk: Desk) -> None:
    record = recorded_call(desk, (1_000, VOICE), (15_000, busy(12_500)), (18_000, busy(15_500)))
    assert (record.samples, record.talk_samples, record.talk_s, record.tail_s) == (160_000, 100_000, 12.5, 7.5)
    stopped = next(event for event in desk.store.events(record.id) if event.kind == "RecordingStopped")
    assert stopped.payload["marks"] == [{"kind": "tail", "at": 100_000, "samples": 60_000, "why": "busy_tone"}]


def test_who_speaks_after_a_tone_goes_on_with_the_talk(desk: Desk) -> None:
    record = recorded_call(desk, (5_000, busy(2_500)), (9_000, VOICE))
    assert (record.talk_samples, record.tail_s) == (None, 0.0)
    record = recorded_call(desk, (5_000, busy(2_500)), (9_000, VOICE), (19_000, busy(16_000)))
    assert record.talk_samples == 128_000


def test_a_hang_up_without_a_tone_trims_nothing(desk: Desk) -> None:
    gone = ev.FarEndCleared(SampleIndex(0), ev.ClearedBy.LOOP)
    assert recorded_call(desk, (15_000, gone)).talk_samples is None


def test_a_second_caller_is_told_with_the_name_of_our_book(desk: Desk) -> None:
    desk.store.put_contact(Contact(KEY, "山田太郎"), desk.clock.civil())
    desk.begin()
    assert desk.snapshot()["waiting"] is False
    desk.ledger.take(ev.CallWaitingHeard(desk.now))
    desk.ledger.tell()
    assert (desk.snapshot()["waiting"], desk.snapshot()["waiting_number"]) == (True, "")
    desk.ledger.take(ev.CallWaitingHeard(desk.now, NUMBER))
    desk.ledger.take(ev.CallWaitingHeard(desk.now))  # a tone of the same knocking
    desk.ledger.tell()
    told = desk.snapshot()
    assert (told["waiting_number"], told["waiting_name"], told["number"]) == ("0312345678", "山田太郎", "")
    assert desk.said()[-2]["identity"]["number"] == "0312345678"


def test_everything_is_published_once_and_in_order(desk: Desk) -> None:
    call_id = desk.begin()
    desk.ledger.take(ev.CallerIdentified(desk.now, NUMBER))
    desk.ledger.take(desk.ledger.decide(desk.now))
    desk.ledger.take(ev.RecordingStarted(desk.now, call_id, "f.wav"))
    desk.ledger.recorded(desk.now, RecordingDone("f.wav", 1, ()))
    desk.end()
    wanted = ["Rang", "CallStarted", "CallerIdentified", "Decided", "RecordingStarted", "RecordingStopped", "CallEnded"]
    assert desk.kinds() == wanted
    assert sorted(desk.events(call_id)) == sorted(wanted)


@pytest.mark.parametrize(
    "first",
    [
        ev.CallerIdentified(SampleIndex(0), NUMBER),
        ev.Rang(SampleIndex(0)),
        ev.CarStarted(SampleIndex(0)),
        ev.ExtensionLifted(SampleIndex(0)),
    ],
)
def test_the_fact_that_begins_a_call_belongs_to_it_and_is_published_once(desk: Desk, first: ev.Fact) -> None:
    call_id = desk.begin(first)
    name = type(first).__name__
    assert desk.events(call_id).count(name) == 1
    assert desk.kinds().count(name) == 1
    if isinstance(first, ev.CallerIdentified):
        assert desk.record(call_id).number == "0312345678"
        assert desk.snapshot()["number"] == "0312345678"


def test_an_older_fact_does_not_belong_to_the_call(desk: Desk) -> None:
    desk.ledger.take(ev.CallerIdentified(desk.now, NUMBER))
    desk.clock.move(5000)
    started = desk.ledger.begin(desk.now, "in")
    assert desk.events(started.call_id) == []
    assert desk.record(started.call_id).number == ""


def test_facts_between_calls_are_told_and_not_kept(desk: Desk) -> None:
    desk.ledger.take(ev.ExtensionReplaced(desk.now))
    assert desk.kinds() == ["ExtensionReplaced"]
    assert desk.store.calls() == []


@pytest.mark.parametrize(
    "fact",
    [
        ev.SilenceBegan(SampleIndex(0)),
        ev.VoiceBegan(SampleIndex(0)),
        ev.TimerFired(SampleIndex(0), "no_voice"),
        ev.ButtonPressed(SampleIndex(0), ev.Button.SOS),
    ],
)
def test_some_facts_stay_in_the_house(desk: Desk, fact: ev.Fact) -> None:
    call_id = desk.begin()
    before = (desk.kinds(), desk.events(call_id))
    desk.ledger.take(fact)
    assert (desk.kinds(), desk.events(call_id)) == before


def test_the_answer_is_the_first_of_staff_and_box(desk: Desk) -> None:
    call_id = desk.begin()
    desk.clock.move(2000)
    desk.ledger.take(ev.ExtensionLifted(desk.now))
    first = desk.clock.civil()
    desk.clock.move(500)
    desk.ledger.take(ev.LineSeized(desk.now))
    assert desk.record(call_id).answered_at == first


def test_the_place_in_the_recording_is_kept(desk: Desk) -> None:
    call_id = desk.begin()
    desk.ledger.take(ev.DigitHeard(desk.now, "5"), 4321)
    (digit,) = (event for event in desk.store.events(call_id) if event.kind == "DigitHeard")
    assert (digit.offset_samples, digit.payload["digit"]) == (4321, "5")


def test_an_alert_has_a_topic_of_its_own(desk: Desk) -> None:
    call_id = desk.begin()
    desk.ledger.take(ev.AlertRaised(desk.now, ev.Level.ALARM, "sos", "SOS was pressed", call_id))
    (raised,) = desk.said("alert/event")
    assert (raised["kind"], raised["level"]) == ("sos", "alarm")
    assert "AlertRaised" in desk.events(call_id)


def test_two_calls_in_one_second_are_two(desk: Desk) -> None:
    first = desk.begin()
    desk.end(ev.Outcome.ABANDONED)
    second = desk.begin()
    desk.end(ev.Outcome.MISSED)
    assert first != second
    assert [record.outcome for record in desk.store.calls()] == [ev.Outcome.MISSED, ev.Outcome.ABANDONED]


# ---- who it is -----------------------------------------------------------------------------------------------------


def test_known_people_have_their_name(desk: Desk) -> None:
    desk.store.put_contact(Contact(KEY, "山本 太郎", "山本商店", "known", "犬がいる"), datetime.now(UTC))
    call_id = desk.begin(ev.CallerIdentified(desk.now, NUMBER))
    assert desk.snapshot()["name"] == "山本 太郎"
    assert (desk.snapshot()["company"], desk.snapshot()["note"]) == ("山本商店", "犬がいる")
    assert desk.record(call_id).name == "山本 太郎"
    assert desk.ledger.decide(desk.now).decision is ev.Decision.SKIP


def test_how_often_today_and_before(desk: Desk) -> None:
    """By the shop's day: its midnight lies between."""
    for hours in (0, 20, 30):  # 01:00, 21:00; then the next day 07:00
        desk.clock.at = SampleIndex(hours * 3600 * 8000)
        desk.begin(ev.CallerIdentified(desk.now, NUMBER))
        counts = (desk.snapshot()["calls_today"], desk.snapshot()["calls_before"])
        desk.end()
        assert counts == {0: (1, 0), 20: (2, 0), 30: (1, 2)}[hours]


def test_who_shows_no_number_is_not_counted(desk: Desk) -> None:
    for _ in range(2):
        call_id = desk.begin(ev.CallerIdentified(desk.now, ev.CallerIdentity(absence=ev.Absence.WITHHELD)))
        assert (desk.snapshot()["calls_today"], desk.snapshot()["calls_before"]) == (0, 0)
        assert desk.snapshot()["absence"] == "P"
        desk.end()
    assert desk.record(call_id).absence is ev.Absence.WITHHELD


def test_the_policy_is_asked_with_what_is_known(desk: Desk) -> None:
    desk.begin()
    assert desk.ledger.decide(desk.now).decision is ev.Decision.ANNOUNCE
    desk.open = False
    closed = desk.ledger.decide(desk.now)
    assert closed.decision is ev.Decision.MESSAGE
    assert closed.why.startswith("Outside opening hours")


# ---- trouble -------------------------------------------------------------------------------------------------------


def test_a_sick_database_costs_the_name_and_not_the_call(desk: Desk) -> None:
    desk.store.put_contact(Contact(KEY, "山本 太郎", listing="known"), datetime.now(UTC))
    desk.store.close()
    for path in desk.data.glob(f"{places.DATABASE}*"):
        path.write_bytes(b"no database" * 1000)
    call_id = desk.begin(ev.CallerIdentified(desk.now, NUMBER))
    assert desk.snapshot()["number"] == "0312345678"
    assert desk.snapshot()["name"] == ""
    desk.ledger.take(desk.ledger.decide(desk.now))
    desk.ledger.recorded(desk.now, RecordingDone("f.wav", 1, ()))
    desk.end()
    assert desk.kinds() == ["CallerIdentified", "CallStarted", "Decided", "RecordingStopped", "CallEnded"]
    (fault,) = desk.ledger.faults(desk.now)
    assert isinstance(fault, ev.FaultRaised)
    assert fault.what == "store"
    assert call_id in (desk.data / places.SPILL).read_text()


def test_a_call_in_progress_is_interrupted_by_leaving(desk: Desk) -> None:
    call_id = desk.begin()
    desk.ledger.leave(desk.now)
    assert desk.record(call_id).outcome is ev.Outcome.INTERRUPTED
    assert desk.snapshot() == {"state": "fault", "call_id": ""}


def test_a_recording_that_ends_outside_a_call_is_nobodys(desk: Desk) -> None:
    desk.ledger.recorded(desk.now, RecordingDone("f.wav", 1, ()))
    assert desk.kinds() == []


# ---- states --------------------------------------------------------------------------------------------------------


def test_the_line_is_told_with_its_reason(desk: Desk) -> None:
    desk.ledger.take(ev.LineLost(desk.now, "there is no /dev/x: is the modem plugged in?"))
    state = desk.bus.broker.retained["line/state"].payload
    assert state == {"state": "lost", "why": "there is no /dev/x: is the modem plugged in?"}
    desk.ledger.take(ev.LineReady(desk.now, "U.S. Robotics", "usr5637", ("no hook events",)))
    state = desk.bus.broker.retained["line/state"].payload
    assert (state["state"], state["device"], state["notes"]) == ("ready", "U.S. Robotics", ["no hook events"])


def test_a_state_is_told_only_when_it_has_changed(desk: Desk) -> None:
    desk.begin()
    told = len(desk.said("call/state"))
    desk.ledger.tell()
    desk.ledger.take(ev.Rang(desk.now))
    desk.ledger.tell()
    assert len(desk.said("call/state")) == told


def test_an_instant_of_the_past_has_its_own_time(desk: Desk) -> None:
    desk.clock.move(10_000)
    assert desk.clock.civil() - desk.ledger.moment(SampleIndex(desk.now - 16_000)) == timedelta(seconds=2)


def test_settings_of_the_shop_are_followed(empty: Path, tmp_path: Path) -> None:
    settings = replace(Settings(), policy=PolicySettings(withheld="refuse"), web=WebSettings(language="ja"))
    desk = Desk(Path(shutil.copytree(empty, tmp_path / "other")), settings)
    desk.begin(ev.CallerIdentified(desk.now, ev.CallerIdentity(absence=ev.Absence.WITHHELD)))
    decided = desk.ledger.decide(desk.now)
    assert (decided.decision, decided.why) == (ev.Decision.REFUSE, "非通知のため、お断りします。")
    desk.store.close()
