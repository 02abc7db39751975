"""The goals of `ports.LineDevice`, handed to the session of whatever is connected; said at once where nothing is."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from appliance.events import Fact, Prompt, PromptEnded, SeizeFailed, SoundBlock
from appliance.units import SampleIndex


class GoalSession(Protocol):
    """What works towards a goal: a modem's session or an adapter's."""

    def seize(self, now: SampleIndex) -> None: ...

    def release(self, now: SampleIndex) -> None: ...

    def play(self, now: SampleIndex, prompt: Prompt, pcm: bytes) -> None: ...

    def stop_playing(self, now: SampleIndex) -> None: ...


Session = TypeVar("Session", bound=GoalSession)


class LineGoals(Generic[Session]):
    """`_session` is None while nothing is connected; `_carry_out` does at once what a goal brought about."""

    def __init__(self) -> None:
        self._session: Session | None = None
        self._found: list[Fact | SoundBlock] = []

    def seize(self, now: SampleIndex) -> None:
        if self._session is None:
            self._found.append(SeizeFailed(now, "the line is not ready"))
        else:
            self._session.seize(now)
            self._carry_out(now)

    def release(self, now: SampleIndex) -> None:
        if self._session is not None:
            self._session.release(now)
            self._carry_out(now)

    def play(self, now: SampleIndex, prompt: Prompt, pcm: bytes) -> None:
        if self._session is None:
            self._found.append(PromptEnded(now, prompt, complete=False))
        else:
            self._session.play(now, prompt, pcm)
            self._carry_out(now)

    def stop_playing(self, now: SampleIndex) -> None:
        if self._session is not None:
            self._session.stop_playing(now)
            self._carry_out(now)

    def _carry_out(self, now: SampleIndex) -> None:
        raise NotImplementedError
