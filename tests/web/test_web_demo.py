"""The demo as a newcomer sees it: `denwaban demo` as a child, its page in a real browser, by the wall clock."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from demo_house import Demo, processes_of, running_demo
from pictures import take_picture
from web_browser import Screen

from appliance.desk.contacts import Contact, lookup_key
from appliance.events import Absence, CallerIdentity, Decision, Outcome
from appliance.store.calls import Store
from appliance.store.deeds import CloseRecording, Deed, EndCall, OpenCall, SetDecision, SetIdentity, SetRecording
from appliance.store.migrate import upgrade_here
from appliance.store.wav import header

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

RING_PATIENCE_S = 30.0
"""From the end of one call to the next ring, or from a ring to the talk: seconds of the script, with a busy machine."""

PICTURE_LIMIT_BYTES = 120_000
"""Of one picture. Why: they are shown in the README and kept in the repository."""

SCRIPT = """
[script]
title_ja = "三本の電話"
title_en = "Three calls"
gap_s = 2

[box.call]
mode = "box_first"
message_after_s = 30

[[customer]]
number = "0312345678"
name = "山本 太郎"
company = "ヤマモト商事"
note = "冷蔵庫の配達は午前を希望"

[[call]]
id = "known"
title_ja = "お得意様"
title_en = "A known customer"
why = "the name is on the board while it rings"
number = "0312345678"
caller = [
    { do = "say", voice = "yamamoto_asks_delivery", after = "staff_spoke", wait_s = 0.5 },
    { do = "hang_up", wait_s = 0.5 },
]
staff = [
    { do = "lift", after = "ringing", wait_s = 6 },
    { do = "say", voice = "staff_greets", wait_s = 0.8 },
    { do = "replace", after = "cleared", wait_s = 0.5 },
]
[call.expect]
outcome = "talked"
caller = "山本 太郎"
announcement = "none"
recording_s = [8, 30]
lamps = ["ringing", "recording", "ready"]

[[call]]
id = "withheld"
title_ja = "非通知"
title_en = "A withheld number"
why = "the box announces, then calls staff"
absence = "P"
caller = [
    { do = "say", voice = "withheld_gives_up", after = "staff_spoke", wait_s = 0.5 },
    { do = "hang_up", wait_s = 0.3 },
]
staff = [
    { do = "lift", after = "summoned", wait_s = 6 },
    { do = "say", voice = "staff_greets", wait_s = 0.8 },
    { do = "replace", after = "cleared", wait_s = 0.5 },
]
[call.expect]
outcome = "talked"
caller = "非通知"
announcement = "recording_notice"
recording_s = [12, 40]
lamps = ["ringing", "recording", "needs_staff", "recording", "ready"]

[[call]]
id = "sos"
title_ja = "SOS"
title_en = "SOS"
why = "the lamp is red until a colleague acknowledges on the page"
number = "08055556666"
caller = [
    { do = "say", voice = "angry_threatens", after = "staff_spoke", wait_s = 0.4 },
    { do = "hang_up", wait_s = 9 },
]
staff = [
    { do = "lift", after = "summoned", wait_s = 1 },
    { do = "say", voice = "staff_greets", wait_s = 0.6 },
    { do = "replace", after = "cleared", wait_s = 0.5 },
]
others = [{ do = "press_button", button = "sos", after = "caller_spoke", wait_s = 0.5 }]
[call.expect]
outcome = "talked"
caller = "08055556666"
announcement = "recording_notice"
recording_s = [14, 50]
lamps = ["needs_staff", "recording", "alarm", "recording", "ready"]
"""

BOOK = (
    Contact(lookup_key("09033334444"), "鈴木 花子", listing="known"),
    Contact(lookup_key("0459998888"), "佐藤 健", "佐藤工務店", listing="known"),
)

EARLIER = (
    (26 * 60, "0312345678", None, Outcome.TALKED, Decision.SKIP, 184),
    (171, "0459998888", None, Outcome.TALKED, Decision.SKIP, 96),
    (118, "", Absence.WITHHELD, Outcome.TALKED, Decision.ANNOUNCE, 1862),
    (64, "09033334444", None, Outcome.ABANDONED, Decision.SKIP, 0),
    (37, "0527771111", None, Outcome.MESSAGE, Decision.ANNOUNCE, 49),
)
"""Calls of before, for the lists: minutes ago, number, absence, what became of it, decision, seconds of recording."""


def remember(data: Path) -> None:
    """A shop that has had calls before."""
    upgrade_here(data)
    store = Store(data)
    now = datetime.now().astimezone()
    for contact in BOOK:
        store.put_contact(contact, now)
    for minutes, number, absence, outcome, decision, seconds in EARLIER:
        began = now - timedelta(minutes=minutes)
        call_id = f"{began:%Y%m%d-%H%M%S}-0000"
        deeds: list[Deed] = [
            OpenCall(call_id, began),
            SetIdentity(call_id, CallerIdentity(number, absence), lookup_key(number)),
            SetDecision(call_id, decision, ""),
        ]
        if seconds:
            file = f"recordings/{call_id}.wav"
            (data / file).parent.mkdir(exist_ok=True)
            with (data / file).open("wb") as sound:
                sound.write(header(seconds * 8000))
                sound.truncate(sound.tell() + seconds * 16000)  # silence that takes no room
            deeds += [SetRecording(call_id, file, began), CloseRecording(call_id, seconds * 8000)]
        deeds.append(EndCall(call_id, began + timedelta(seconds=seconds + 8), outcome))
        store.write(*deeds)
    store.close()


class Visitor(Screen):
    """Somebody who looks at the board of the demo, and takes pictures of it."""

    def __init__(self, driver: Chrome, address: str, album: Path) -> None:
        super().__init__(driver, address)
        self.album = album
        self.resize(1280, 800)

    def see(self, look: Callable[[], object], seconds: float = RING_PATIENCE_S) -> None:
        ends = time.monotonic() + seconds
        while not look():
            assert time.monotonic() < ends, f"not seen in {seconds} s; the page says: {self.text()}"
            time.sleep(0.05)

    def see_words(self, *words: str) -> None:
        self.see(lambda: all(word in self.text() for word in words))

    def see_lamp(self, pattern: str, word: str) -> None:
        self.see(lambda: self.lamp() == (pattern, word))

    def lamp(self) -> tuple[str, str]:
        tower = "const tower = document.querySelector('.tower'); "
        found = self.run(tower + "return [tower.dataset.pattern, tower.querySelector('.word').textContent]")
        assert isinstance(found, list)
        return found[0], found[1]

    def lit(self) -> set[str]:
        """The colours of the lamps that are lit at this instant."""
        names = self.run(
            "return ['green', 'amber', 'red'].filter("
            "name => getComputedStyle(document.querySelector(`.lamp.${name} .light`)).opacity === '1')"
        )
        assert isinstance(names, list)
        return set(names)

    def picture(self, name: str, lit: str = "") -> None:
        """What is on the screen; the lamp that is `lit` shines steadily, as for a person who wants no motion."""
        self.steady("reduce")
        if lit:
            self.see(lambda: self.lit() == {lit}, 2)
        drawn = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        self.run(f"return document.fonts.ready.then(() => {drawn}).then(() => true)")
        file = self.album / f"{name}.png"
        take_picture(self.driver, file)
        self.steady("no-preference")
        assert file.stat().st_size < PICTURE_LIMIT_BYTES

    def steady(self, motion: str) -> None:
        feature = {"name": "prefers-reduced-motion", "value": motion}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Where the pictures go: `make browser` names docs/pictures."""
    place = Path(os.environ.get("DENWABAN_PICTURES") or tmp_path / "pictures")
    place.mkdir(parents=True, exist_ok=True)
    return place


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    script = tmp_path / "three.toml"
    script.write_text(SCRIPT, encoding="utf-8")
    remember(tmp_path / "kept" / "data")
    with running_demo(tmp_path / "kept", "--keep", str(tmp_path / "kept"), "--script", str(script), "--stay") as demo:
        demo.wait_words(f"open the page:  {demo.address}/")
        yield demo


@pytest.fixture
def visitor(demo: Demo, chromium: Chrome, album: Path) -> Iterator[Visitor]:
    yield Visitor(chromium, demo.address, album)
    chromium.get("about:blank")


def test_a_newcomer_sees_the_calls_hears_one_and_ends_the_demo(demo: Demo, visitor: Visitor) -> None:
    visitor.open()
    visitor.see_lamp("ready", "待機中")
    visitor.see_words("電話はかかってきていません")

    a_known_customer_rings_and_is_talked_to(visitor)
    a_withheld_number_waits_for_staff(visitor)
    somebody_presses_sos_and_a_colleague_acknowledges(visitor)

    demo.wait_words("The calls are over", 60)
    assert "3 of 3 calls went as they should" in demo.words(), demo.words()
    the_list_leads_to_the_recording(demo, visitor)

    visitor.driver.get("about:blank")
    assert demo.send(signal.SIGINT) == 0, demo.words()
    assert "Traceback" not in demo.words()
    assert processes_of(demo.folder) == []


def a_known_customer_rings_and_is_talked_to(visitor: Visitor) -> None:
    visitor.see_words("山本 太郎", "着信中", "ヤマモト商事", "03-1234-5678")
    assert heading(visitor) == "着信中"
    visitor.see_lamp("ringing", "着信中")
    visitor.see(lambda: visitor.lit() == {"amber"}, 2)
    visitor.see(lambda: visitor.lit() == set(), 2)
    visitor.see(lambda: clock(visitor) == "0:02")
    visitor.picture("board-ringing", "amber")
    visitor.see(lambda: heading(visitor) == "通話中")
    visitor.see_words("山本 太郎", "● 録音")
    visitor.see_lamp("recording", "録音中")
    visitor.see(lambda: visitor.lit() == {"green"}, 3)
    visitor.see(lambda: clock(visitor) == "0:06")
    visitor.picture("board-talking", "green")
    visitor.see_lamp("ready", "待機中")
    visitor.see(lambda: "山本 太郎" in newest(visitor))
    assert "通話" in newest(visitor)


def heading(visitor: Visitor) -> str:
    """What the card of the call says is going on."""
    return str(visitor.run("return document.querySelector('.call h1').innerText.trim()"))


def clock(visitor: Visitor) -> object:
    """How long the call has lasted, or rung."""
    return visitor.run("return document.querySelector('[data-since]').textContent")


def newest(visitor: Visitor) -> str:
    """The first line of the recent calls."""
    return str(visitor.run("return document.querySelector('#recent li').innerText"))


def a_withheld_number_waits_for_staff(visitor: Visitor) -> None:
    visitor.see_words("非通知", "録音のお知らせを流しています")
    visitor.see_lamp("needs_staff", "呼び出し中")
    visitor.see_words("受話器を取ってください")
    visitor.picture("board-summoning", "amber")
    visitor.see_lamp("recording", "録音中")
    visitor.see(lambda: "非通知" in newest(visitor))


def somebody_presses_sos_and_a_colleague_acknowledges(visitor: Visitor) -> None:
    visitor.see_lamp("alarm", "警報")
    visitor.see_words("助けを呼んでいます", "080-5555-6666")
    visitor.see(lambda: visitor.lit() == {"red"}, 2)
    visitor.picture("board-alarm", "red")
    visitor.run("document.querySelector('button[value=acknowledge]').click()")
    visitor.see_lamp("recording", "録音中")
    visitor.see_words("確認しました")
    assert "助けを呼んでいます" not in visitor.text()
    visitor.see(lambda: "080-5555-6666" in newest(visitor))


def the_list_leads_to_the_recording(demo: Demo, visitor: Visitor) -> None:
    call = next(call for call in demo.calls() if call.name == "山本 太郎")
    assert call.recording_s is not None
    visitor.open("/calls")
    visitor.see_words("山本 太郎", "非通知", "080-5555-6666")
    visitor.picture("calls")
    visitor.run(f"document.querySelector('.calls a[href$=\"{call.id}\"]').click()")
    visitor.see(lambda: visitor.driver.current_url.endswith(f"/calls/{call.id}"))
    visitor.see(lambda: visitor.run("return document.getElementById('sound') !== null"))
    visitor.run("document.getElementById('sound').play()")
    visitor.see(lambda: number(visitor, "currentTime") > 3)
    assert number(visitor, "duration") == pytest.approx(call.recording_s, abs=0.05)
    visitor.run("document.getElementById('sound').pause()")
    visitor.picture("call")


def number(visitor: Visitor, name: str) -> float:
    """A figure of the player."""
    return float(str(visitor.run(f"return document.getElementById('sound').{name}")))
