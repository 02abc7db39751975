"""Tells a demo as it happens, one line an event, in the language of the person at the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from appliance.call.policy import WHAT
from appliance.call.states import State
from appliance.daemon.demo_words import OUTCOMES, STATES, WORDS
from appliance.desk.contacts import pretty_number
from appliance.desk.popup import missing_number
from appliance.events import Absence, CallerIdentity, Decision, Message, Outcome
from appliance.exchange.script import Script
from appliance.exchange.script_runner import ScriptRunner
from appliance.units import RATE_HZ


class Storyteller:
    """Turns messages of the bus into lines for a person at a terminal."""

    def __init__(self, tell: Callable[[str], None], language: str, country: str) -> None:
        self._tell = tell
        self._language = language
        self._words = WORDS[language]
        self._country = country
        self._headed: set[str] = set()
        self._announced = ""
        self._state = ""

    # ---- the frame ---------------------------------------------------------------------------------------------------

    def begin(self, script: Script) -> None:
        self._tell(f"Denwaban 電話番: {script.title_ja if self._language == 'ja' else script.title_en}")
        self._say("starting")

    def page(self, url: str, answers: bool) -> None:
        """Where to look; or that there is nothing to see."""
        self._say("page" if answers else "page_silent", url=url)
        self._say("page_soon")

    def stay(self) -> None:
        self._tell("")
        self._say("stay")

    def died(self, process: str, last_words: Sequence[str]) -> None:
        """A process of the box has ended."""
        self._say("died", name=process)
        for words in last_words:
            self._tell(f"     {words}")

    def follow(self, runner: ScriptRunner) -> None:
        """Head each scripted call with its title, once."""
        call = runner.present
        if call is None or call.id in self._headed:
            return
        self._headed.add(call.id)
        self._state = ""
        self._tell("")
        self._tell(f"== {call.title_ja if self._language == 'ja' else call.title_en}")
        if self._language == "en":
            self._tell(f"   ({call.why})")

    # ---- the news ----------------------------------------------------------------------------------------------------

    def take(self, message: Message) -> None:
        """Tell one message, if it is news for a person."""
        payload = message.payload
        match message.topic:
            case "panel/state":
                self._say("lamp", name=str(payload.get(self._language, payload.get("pattern"))))
            case "line/state" if payload.get("state") == "ready":
                self._say("line_ready", device=str(payload.get("device")))
            case "line/state" if payload.get("state") == "lost":
                self._say("line_lost", why=str(payload.get("why")))
            case "call/state":
                self._take_call(payload)
            case "call/event" | "alert/event":
                self._take_event(payload)

    def _take_call(self, payload: Mapping[str, Any]) -> None:
        call_id = str(payload.get("call_id", ""))
        if payload.get("identified") and call_id != self._announced:
            self._announced = call_id
            self._say("caller", caller=self._caller(payload))

    def _take_event(self, payload: Mapping[str, Any]) -> None:
        match payload.get("type"):
            case "Decided":
                self._say("decided", what=WHAT[self._language][Decision(str(payload.get("decision")))])
            case "CallStateChanged":
                self._take_state(str(payload.get("state")))
            case "ExtensionLifted":
                self._say("lifted")
            case "FarEndCleared":
                self._say("caller_gone")
            case "RecordingStopped":
                self._say("recorded", seconds=f"{payload.get('samples', 0) / RATE_HZ:.1f}")
            case "RecordingFailed":
                self._say("unrecorded", why=str(payload.get("why")))
            case "AlertRaised" if payload.get("kind") in ("sos", "mark"):
                self._say(str(payload.get("kind")))
            case "AlertAcknowledged":
                self._say("acknowledged")
            case "CallEnded":
                self._say("ended", outcome=self._outcome(str(payload.get("outcome"))))

    def _take_state(self, state: str) -> None:
        words = STATES[self._language].get(State(state), "") if state in list(State) else ""
        if words and words != self._state:
            self._state = words
            self._tell(f"   {words}")

    def _outcome(self, outcome: str) -> str:
        known = outcome in list(Outcome)
        return (OUTCOMES[self._language][Outcome(outcome)] if known else outcome).replace("_", " ")

    def _caller(self, call: Mapping[str, Any]) -> str:
        name, number, letter = str(call.get("name", "")), str(call.get("number", "")), call.get("absence")
        if number:
            return f"{name} {pretty_number(number, self._country)}".strip()
        return missing_number(CallerIdentity(absence=Absence(letter) if letter else None), self._language)

    def _say(self, key: str, **values: str) -> None:
        self._tell("   " + self._words[key].format(**values))
