"""The bus inside one process, for the virtual clock: the same promises as a broker, at once and in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from paho.mqtt.client import topic_matches_sub

from appliance.bus import payloads
from appliance.events import Message


class MemoryBroker:
    """What the buses of one house share: who listens, what is retained, and everything that was ever said."""

    def __init__(self) -> None:
        self.said: list[Message] = []
        self.retained: dict[str, Message] = {}
        self._members: list[MemoryBus] = []

    def join(self, member: MemoryBus) -> None:
        self._members.append(member)
        for message in self.retained.values():
            member.deliver(message)

    def leave(self, member: MemoryBus) -> None:
        self._members.remove(member)

    def say(self, message: Message) -> None:
        self.said.append(message)
        if message.retain:
            self.retained[message.topic] = message
        for member in self._members:
            member.deliver(message)


class MemoryBus:
    """One member of a `MemoryBroker`. Spec: `edge.ports.Bus`; payloads go through JSON as they would on the wire."""

    def __init__(
        self, name: str = "line", subscriptions: Sequence[str] = (), broker: MemoryBroker | None = None
    ) -> None:
        self.broker = broker or MemoryBroker()
        self._name = name
        self._subscriptions = tuple(subscriptions)
        self._inbox: deque[Message] = deque()
        self._open = True
        self.broker.join(self)
        self.publish(payloads.life_sign(name))

    @property
    def published(self) -> list[Message]:
        """Everything that was said on this bus, by whomever, in order."""
        return self.broker.said

    def publish(self, message: Message) -> None:
        if self._open:
            self.broker.say(payloads.unpack(message.topic, payloads.pack(message), message.retain))

    def deliver(self, message: Message) -> None:
        if any(topic_matches_sub(wanted, message.topic) for wanted in self._subscriptions):
            self._inbox.append(message)

    def received(self) -> list[Message]:
        messages = list(self._inbox)
        self._inbox.clear()
        return messages

    def connected(self) -> bool:
        return self._open

    def close(self) -> None:
        """Say goodbye and leave."""
        if self._open:
            self.publish(payloads.goodbye(self._name))
            self._open = False
            self.broker.leave(self)
