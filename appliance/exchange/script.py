"""Call scripts as data: what happens in a shop's calls, and what the box should make of each."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from appliance.errors import OperatorError
from appliance.events import Absence, Button, CallerIdentity, Outcome, Prompt
from appliance.exchange.exchange import COUNTRIES
from appliance.exchange.script_table import Complaints, Table
from appliance.exchange.tones import DTMF_HZ
from appliance.settings import SettingsError, check

VOICES = Path(__file__).parent / "voices"

LISTS = ("known", "refused")
LAMPS = ("ready", "ringing", "recording", "needs_staff", "warning", "alarm", "fault")
NOTHING = "none"
ANYTHING = "any"


class Actor(StrEnum):
    CALLER = "caller"
    STAFF = "staff"
    OTHERS = "others"  # whoever pulls plugs, presses buttons, or knocks as a second caller


class Do(StrEnum):
    SAY = "say"
    PRESS = "press"
    FAX = "fax"
    HANG_UP = "hang_up"
    LIFT = "lift"
    REPLACE = "replace"
    UNPLUG = "unplug"
    PLUG_IN = "plug_in"
    PRESS_BUTTON = "press_button"
    KNOCK = "knock"
    WAIT = "wait"


CAN_DO: dict[Actor, tuple[Do, ...]] = {
    Actor.CALLER: (Do.WAIT, Do.SAY, Do.PRESS, Do.FAX, Do.HANG_UP),
    Actor.STAFF: (Do.WAIT, Do.LIFT, Do.SAY, Do.PRESS, Do.REPLACE),
    Actor.OTHERS: (Do.WAIT, Do.UNPLUG, Do.PLUG_IN, Do.PRESS_BUTTON, Do.KNOCK),
}


class After(StrEnum):
    """What a step waits for. All but the last three stay true for the rest of the call once they have happened."""

    PREVIOUS = "previous"  # the same actor's step before; the first step: the call is placed
    CAR = "car"
    RINGING = "ringing"  # the shop's telephone rings, the caller hears ringback
    ANSWERED = "answered"
    SUMMONED = "summoned"  # the house calls for staff
    LIFTED = "lifted"
    REPLACED = "replaced"
    CALLER_SPOKE = "caller_spoke"  # the caller has said something and is silent
    STAFF_SPOKE = "staff_spoke"
    CLEARED = "cleared"  # one side has gone
    ANNOUNCEMENT = "announcement"  # heard a long stretch of sound, then silence
    REPLY = "reply"  # heard some sound, then silence
    BEEP = "beep"  # heard a steady tone, then silence


LISTENING = {After.ANNOUNCEMENT: (1.5, 0.8), After.REPLY: (0.4, 0.7), After.BEEP: (0.2, 0.3)}
"""Seconds of sound, then of silence, counted since the step began to wait.

Why: the shortest announcement lasts 4 s and pauses for less than 0.6 s inside; a spoken 「はい」 lasts 0.4 s.
"""


@dataclass(frozen=True)
class Step:
    """One deed: `do` it `wait_s` after `after` came true, or `at_s` after the call was placed."""

    actor: Actor
    do: Do
    after: After = After.PREVIOUS
    at_s: float | None = None
    wait_s: float = 0.0
    heard_s: float = 0.0
    quiet_s: float = 0.0
    voice: str = ""  # a name of voices/lines.toml
    digits: str = ""
    button: Button | None = None

    def __str__(self) -> str:
        when = f"at {self.at_s:g} s" if self.at_s is not None else f"after {self.after}"
        return f"{self.actor} {self.do} {self.voice or self.digits or self.button or ''}".rstrip() + f" ({when})"


@dataclass(frozen=True)
class Expectation:
    """What the box should make of a call. `recording_s`: least and most, None for no recording.
    `caller`: as shown to staff, or "any".

    `announcement`: the prompt that the caller must hear to its end, None for no prompt at all; not looked at where
    `any_announcement`. `lamps`: patterns that come in this order, others may come between; `states`: the same for
    the states of the call.
    """

    outcome: Outcome
    caller: str
    announcement: Prompt | None
    recording_s: tuple[float, float] | None
    lamps: tuple[str, ...]
    states: tuple[str, ...] = ()
    any_announcement: bool = False


@dataclass(frozen=True)
class ScriptedCall:
    id: str
    title_ja: str
    title_en: str
    why: str
    identity: CallerIdentity
    steps: tuple[Step, ...]
    expect: Expectation
    max_s: float = 180.0
    gap_s: float | None = None  # quiet after this call; None: as the script says

    def steps_of(self, actor: Actor) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.actor is actor)


@dataclass(frozen=True)
class Customer:
    """Somebody the box must know before the script begins."""

    number: str
    name: str
    on_list: str  # "known" or "refused"
    company: str = ""
    note: str = ""


@dataclass(frozen=True)
class Script:
    """A day at a shop. `box`: settings of the box that the script counts on, as `section.key` to value."""

    title_ja: str
    title_en: str
    country: str
    number_display: bool
    gap_s: float
    box: dict[str, str | int | float | bool]
    customers: tuple[Customer, ...]
    calls: tuple[ScriptedCall, ...]

    @property
    def voices(self) -> set[str]:
        """Names of all voices needed."""
        return {step.voice for call in self.calls for step in call.steps if step.voice}


def load_script(path: Path) -> Script:
    """Read a script from a file. Raises OperatorError with every mistake in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise OperatorError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise OperatorError(f"{path}: cannot be read: it is not UTF-8 text") from error
    return parse_script(text, path.name, [voice.stem for voice in VOICES.glob("*.wav")])


def parse_script(text: str, file: str, voices: Iterable[str] | None = None) -> Script:
    """A script from its text. Raises OperatorError with every mistake in it.

    `file` is named in complaints; `voices`: the names there are, None where any will do.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OperatorError(f"{file}: not a TOML file: {error}") from error
    complaints = Complaints(file)
    script = _script(Table(raw, "", complaints))
    _complain_of_box(script, complaints)
    if voices is not None:
        _complain_of_voices(script, sorted(voices), complaints)
    complaints.raise_any()
    return script


def _complain_of_box(script: Script, complaints: Complaints) -> None:
    """Settings that the box would refuse."""
    lines = ['line.port = "/dev/null"', *(f"{name} = {json.dumps(value)}" for name, value in script.box.items())]
    try:
        check("\n".join(lines))
    except SettingsError as error:
        for complaint in error.complaints:
            complaints.add(f"box.{complaint.setting}", complaint.words.en)


def _complain_of_voices(script: Script, voices: list[str], complaints: Complaints) -> None:
    for call in script.calls:
        for step in call.steps:
            if not step.voice or step.voice in voices:
                continue
            near = difflib.get_close_matches(step.voice, voices, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"voices are the files in {VOICES}"
            complaints.add(f"call[{call.id}].{step.actor}", f"there is no voice {step.voice!r}; {hint}")


def _script(top: Table) -> Script:
    head = top.table("script")
    script = Script(
        title_ja=head.text("title_ja"),
        title_en=head.text("title_en"),
        country=head.choice("country", COUNTRIES, "JP"),
        number_display=head.flag("number_display", True),
        gap_s=head.number("gap_s", 4.0),
        box=top.settings("box"),
        customers=tuple(_customer(table) for table in top.tables("customer")),
        calls=tuple(_call(table) for table in top.tables("call")),
    )
    if not script.calls:
        top.complain("call", "a script needs at least one [[call]]")
    ids = [call.id for call in script.calls]
    for double in sorted({one for one in ids if ids.count(one) > 1}):
        top.complain("call.id", f"{double!r} is used twice")
    head.no_more()
    top.no_more()
    return script


def _customer(table: Table) -> Customer:
    customer = Customer(
        number=table.text("number"),
        name=table.text("name", ""),
        on_list=table.choice("list", LISTS, "known"),
        company=table.text("company", ""),
        note=table.text("note", ""),
    )
    table.no_more()
    return customer


def _call(table: Table) -> ScriptedCall:
    steps = [_step(step, actor) for actor in Actor for step in table.tables(actor.value)]
    call = ScriptedCall(
        id=table.text("id"),
        title_ja=table.text("title_ja"),
        title_en=table.text("title_en"),
        why=table.text("why"),
        identity=_identity(table),
        steps=tuple(steps),
        expect=_expectation(table.table("expect")),
        max_s=table.number("max_s", 180.0),
        gap_s=table.number("gap_s") if table.has("gap_s") else None,
    )
    table.no_more()
    return call


def _identity(table: Table) -> CallerIdentity:
    number, letter = table.text("number", ""), table.choice("absence", [*Absence, ""], "")
    if number and letter:
        table.complain("absence", "a call has a number or an absence letter, not both")
    name = table.text("name_sent", "")
    return CallerIdentity(number=number, absence=Absence(letter) if letter else None, name=name)


def _step(table: Table, actor: Actor) -> Step:
    do = Do(table.choice("do", CAN_DO[actor]))
    after = After(table.choice("after", list(After), After.PREVIOUS))
    if after in LISTENING and actor is Actor.OTHERS:
        table.complain("after", f"{after.value!r} needs somebody who listens; others do not")
    heard_s, quiet_s = LISTENING.get(after, (0.0, 0.0))
    button = table.choice("button", list(Button)) if do is Do.PRESS_BUTTON else ""
    digits = table.text("digits") if do is Do.PRESS else ""
    if bad := sorted(set(digits.upper()) - set(DTMF_HZ)):
        table.complain("digits", f"no key {bad[0]!r} on a telephone; keys are {''.join(DTMF_HZ)}")
    step = Step(
        actor=actor,
        do=do,
        after=after,
        at_s=table.number("at_s") if table.has("at_s") else None,
        wait_s=table.number("wait_s", 0.0),
        heard_s=table.number("heard_s", heard_s),
        quiet_s=table.number("quiet_s", quiet_s),
        voice=table.text("voice") if do is Do.SAY else "",
        digits=digits,
        button=Button(button) if button else None,
    )
    table.no_more()
    return step


def _expectation(table: Table) -> Expectation:
    prompt = table.choice("announcement", [*Prompt, NOTHING, ANYTHING])
    expectation = Expectation(
        outcome=Outcome(table.choice("outcome", list(Outcome))),
        caller=table.text("caller"),
        announcement=Prompt(prompt) if prompt in list(Prompt) else None,
        recording_s=table.span("recording_s", NOTHING),
        lamps=table.choices("lamps", LAMPS),
        states=table.choices("states", None, ()),
        any_announcement=prompt == ANYTHING,
    )
    table.no_more()
    return expectation
