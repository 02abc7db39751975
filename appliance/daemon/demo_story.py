"""Tells a demo as it happens, one line an event, in the shop's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from appliance.call.states import MEANING, State
from appliance.desk.contacts import pretty_number
from appliance.desk.popup import missing_number
from appliance.events import Absence, CallerIdentity, Message
from appliance.exchange.script import Script
from appliance.exchange.script_runner import ScriptRunner

WORDS: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "page": "画面: {url}   (Ctrl-C で終わります)",
        "line_ready": "回線の準備ができました: {device}",
        "line_lost": "回線が使えません: {why}",
        "caller": "着信  {caller}",
        "decided": "      {why}",
        "lamp": "ランプ {name}",
        "recording": "録音を始めました",
        "ended": "終わり: {outcome}",
        "stay": "電話は終わりました。画面はこのまま見られます。Ctrl-C で終わります。",
    },
    "en": {
        "page": "page: {url}   (Ctrl-C ends)",
        "line_ready": "the line is ready: {device}",
        "line_lost": "the line is lost: {why}",
        "caller": "call from {caller}",
        "decided": "      {why}",
        "lamp": "lamp: {name}",
        "recording": "recording has begun",
        "ended": "ended: {outcome}",
        "stay": "The calls are over. The page stays up; Ctrl-C ends.",
    },
}


class Storyteller:
    """Turns messages of the bus into lines for a person at a terminal."""

    def __init__(self, tell: Callable[[str], None], language: str, country: str) -> None:
        self._tell = tell
        self._language = language if language in WORDS else "en"
        self._words = WORDS[self._language]
        self._country = country
        self._headed: set[str] = set()
        self._announced = ""

    def begin(self, script: Script, url: str) -> None:
        self._tell(f"Denwaban 電話番: {script.title_ja if self._language == 'ja' else script.title_en}")
        self._say("page", url=url)

    def stay(self) -> None:
        self._tell("")
        self._say("stay")

    def follow(self, runner: ScriptRunner) -> None:
        """Head each scripted call with its title, once."""
        call = runner.present
        if call is not None and call.id not in self._headed:
            self._headed.add(call.id)
            self._tell("")
            self._tell(f"== {call.title_ja}" if self._language == "ja" else f"== {call.title_en}: {call.why}")

    def take(self, message: Message) -> None:
        """Tell one message, if it is news for a person."""
        payload = message.payload
        if message.topic == "panel/state":
            self._say("lamp", name=str(payload.get(self._language, payload.get("pattern"))))
        elif message.topic == "line/state":
            ready = payload.get("state") == "ready"
            self._say("line_ready" if ready else "line_lost", **_texts(payload))
        elif message.topic == "call/state":
            self._take_call(payload)
        elif message.topic == "call/event":
            self._take_event(payload)

    def _take_call(self, payload: Mapping[str, Any]) -> None:
        call_id = str(payload.get("call_id", ""))
        if payload.get("identified") and call_id != self._announced:
            self._announced = call_id
            self._say("caller", caller=self._caller(payload))

    def _take_event(self, payload: Mapping[str, Any]) -> None:
        match payload.get("type"):
            case "Decided":
                self._say("decided", why=str(payload.get("why", "")))
            case "RecordingStarted":
                self._say("recording")
            case "CallStateChanged":
                state = str(payload.get("state"))
                if self._language == "en" and state in set(State):
                    self._tell(f"      {MEANING[State(state)]}")
            case "CallEnded":
                self._say("ended", outcome=str(payload.get("outcome", "")))

    def _caller(self, call: Mapping[str, Any]) -> str:
        name, number, letter = str(call.get("name", "")), str(call.get("number", "")), call.get("absence")
        if number:
            return f"{name} {pretty_number(number, self._country)}".strip()
        return missing_number(CallerIdentity(absence=Absence(letter) if letter else None), self._language)

    def _say(self, key: str, **values: str) -> None:
        self._tell("   " + self._words[key].format(**values))


def _texts(payload: Mapping[str, Any]) -> dict[str, str]:
    return {"device": str(payload.get("device", "")), "why": str(payload.get("why", ""))}
