"""A panel that is not there: keeps the last picture, has no buttons."""

from __future__ import annotations

from appliance.events import Button, LampFrame


class DisabledPanel:
    """Stands in where the machine has no GPIO or the owner wants none. `frame` is what lamps would show."""

    def __init__(self) -> None:
        self.frame = LampFrame()

    def show(self, frame: LampFrame) -> None:
        self.frame = frame

    def pressed(self) -> list[Button]:
        return []

    def close(self) -> None:
        self.frame = LampFrame()
