"""The bus over Mosquitto's Unix socket. Publishing never waits and never fails, whatever the broker does."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, topic_matches_sub
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from appliance.bus import payloads
from appliance.bus.codec import PayloadError
from appliance.bus.outbox import Letter, Outbox
from appliance.bus.topics import ROOT
from appliance.events import Message

RECONNECT_MIN_S, RECONNECT_MAX_S = 0.2, 2
"""Pause before trying the broker again, seconds, doubled each time. Why: the broker is local and soon back."""

KEEPALIVE_S = 10
"""A process silent for 1.5 times this many seconds is dead. Spec: MQTT 3.1.1, 3.1.2.10. Why: as the line's watchdog."""

CONNECT_PATIENCE_S = 2.0
"""Longest wait for a broker that listens and does not answer, seconds. Why: as the longest pause between two tries."""

CLOSE_PATIENCE_S = 1.0
"""How long the goodbye may take, seconds. Why: the stop of a process must not hang on a dead broker."""

IN_FLIGHT = 64
"""Letters that are given to paho and not yet written. Why: paho's own queue has no bound, so we bound it."""

OUTBOX_ROOM = 500
"""Events that wait for the broker. Why: a call has some 50; ten calls while the broker is away."""

EVENT_LIFE_S = 30.0
"""An event older than this is not sent after a new connection. Why: a button pressed minutes ago must not ring now;
what lasts is in the database, what holds is in the retained states."""

INBOX_ROOM = 2000
"""Messages that wait to be asked for; the oldest goes first. Why: a process that sleeps must not eat the memory."""


class _UnixClient(Client):
    """Why: paho connects without a time limit and leaks the socket when that fails (paho-mqtt 2.1, 2.2)."""

    trouble = ""

    def _create_unix_socket_connection(self) -> socket.socket:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(CONNECT_PATIENCE_S)
        try:
            link.connect(self.host)
        except OSError as error:
            link.close()
            self.trouble = error.strerror or "no answer"
            raise
        self.trouble = ""
        return link


class MqttBus:
    """One process's place on the bus. Spec: `edge.ports.Bus`.

    `subscriptions`: topics below the root, wildcards allowed. `will`: what the broker says when we vanish; by default
    that `name` is no longer alive. After each new connection all retained states of this process are sent again.
    `announce`: tell whether we live; False for one who only looks in, like the doctor.
    """

    def __init__(
        self,
        socket_path: Path,
        name: str,
        subscriptions: Sequence[str] = (),
        will: Message | None = None,
        announce: bool = True,
    ) -> None:
        self._name = name
        self._announce = announce
        self._subscriptions = tuple(subscriptions)
        self._lock = threading.Lock()
        self._arrived = threading.Condition()
        self._outbox = Outbox(OUTBOX_ROOM, EVENT_LIFE_S)
        self._in_flight: deque[Letter] = deque()
        self._inbox: deque[Message] = deque(maxlen=INBOX_ROOM)
        self._connected = False
        self._closing = False
        self._farewell = threading.Event()
        self.refused = 0  # messages that came in and were no JSON objects
        # One client id a process: with a shared one, a second process would throw the first out, for ever and in turn.
        self._client = _UnixClient(CallbackAPIVersion.VERSION2, f"denwaban-{name}-{os.getpid()}", transport="unix")
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(RECONNECT_MIN_S, RECONNECT_MAX_S)  # type: ignore[arg-type]  # a float will do
        testament = will or (payloads.last_will(name) if announce else None)
        if testament is not None:
            self._client.will_set(ROOT + testament.topic, payloads.pack(testament), retain=testament.retain)
        if announce:
            self._outbox.put(self._letter(payloads.life_sign(name)))
        self._client.connect_async(str(socket_path), keepalive=KEEPALIVE_S)
        self._client.loop_start()

    # ---- for the process -----------------------------------------------------------------------------------------

    def publish(self, message: Message) -> None:
        """Send `message`, now or when the broker is back. Raises `HouseError` for what no bus can carry."""
        letter = self._letter(message)
        with self._lock:
            if self._closing:
                return
            self._outbox.put(letter)
            self._send()

    def received(self) -> list[Message]:
        with self._arrived:
            messages = list(self._inbox)
            self._inbox.clear()
        return messages

    def wait(self, seconds: float) -> bool:
        """Sleep until a message has arrived, `seconds` at most; whether one has."""
        with self._arrived:
            return self._arrived.wait_for(lambda: bool(self._inbox), seconds)

    def connected(self) -> bool:
        return self._connected

    @property
    def trouble(self) -> str:
        """Why there is no connection, as the system says it; empty where there is one."""
        return "" if self._connected else self._client.trouble

    @property
    def dropped(self) -> int:
        """Events that were never sent."""
        return self._outbox.dropped

    def close(self) -> None:
        """Say goodbye and leave; a second at most."""
        with self._lock:
            if self._closing:
                return
            self._closing = True
            if self._announce:
                self._outbox.put(self._letter(payloads.goodbye(self._name)))
            self._send(all_of_it=True)
        give_up = time.monotonic() + CLOSE_PATIENCE_S
        thread = self._client._thread  # loop_stop would wait for ever for a broker that hangs
        if self._announce and self._connected:
            # Mosquitto that writes to a closed socket calls us dead after all: leave when our goodbye has come back.
            self._farewell.wait(CLOSE_PATIENCE_S)
        was_connected = self._connected
        self._client.disconnect()
        if thread is not None and was_connected:
            thread.join(max(0.0, give_up - time.monotonic()))

    # ---- sending -------------------------------------------------------------------------------------------------

    @staticmethod
    def _letter(message: Message) -> Letter:
        return Letter(message.topic, payloads.pack(message), message.retain, time.monotonic())

    def _send(self, all_of_it: bool = False) -> None:
        """Give paho what it may have. The caller holds the lock."""
        while self._connected and (all_of_it or len(self._in_flight) < IN_FLIGHT):
            letter = self._outbox.take()
            if letter is None:
                return
            # Entered before it is given away: the network thread may report it sent at once (and waits for our lock).
            self._in_flight.append(letter)
            self._client.publish(ROOT + letter.topic, letter.octets, retain=letter.retain)

    # ---- called by paho's thread -----------------------------------------------------------------------------------

    def _on_connect(self, client: Client, _: Any, __: ConnectFlags, reason: ReasonCode, ___: Properties | None) -> None:
        if self._closing:  # closed while the connection was being made
            client.disconnect()
        if self._closing or reason.is_failure:
            return
        with self._lock:
            self._outbox.begin_again(list(self._in_flight), time.monotonic())
            self._in_flight.clear()
            self._connected = True
            self._send()
        # After our life sign, so that what is retained of us is our own word and not a predecessor's will.
        topics = self._topics()
        if topics:
            client.subscribe([(ROOT + topic, 0) for topic in topics])

    def _topics(self) -> list[str]:
        """What to subscribe to: what was asked for, and our own life sign, once (overlaps are delivered twice)."""
        own = f"{self._name}/alive"
        covered = any(topic_matches_sub(wanted, own) for wanted in self._subscriptions)
        return [*self._subscriptions, *([own] if self._announce and not covered else [])]

    def _on_disconnect(
        self, _: Client, __: Any, ___: DisconnectFlags, ____: ReasonCode, _____: Properties | None
    ) -> None:
        with self._lock:
            self._connected = False

    def _on_publish(self, _: Client, __: Any, ___: int, ____: ReasonCode, _____: Properties | None) -> None:
        """Quality 0: the letter is in the socket, in the order in which it was given."""
        with self._lock:
            if self._in_flight:
                self._in_flight.popleft()
            self._send()

    def _on_message(self, _: Client, __: Any, message: MQTTMessage) -> None:
        topic = message.topic.removeprefix(ROOT)
        try:
            said = payloads.unpack(topic, bytes(message.payload), message.retain)
        except PayloadError:
            self.refused += 1
            return
        self._mind_our_own_life(said)
        if not any(topic_matches_sub(wanted, topic) for wanted in self._subscriptions):
            return
        with self._arrived:
            self._inbox.append(said)
            self._arrived.notify_all()

    def _mind_our_own_life(self, said: Message) -> None:
        """Contradict a false word that we are dead; note that our goodbye was heard.

        Why: the will of a killed predecessor may be carried out after its successor has said that it lives.
        """
        if not self._announce or said.topic != f"{self._name}/alive" or said.payload.get("alive") is True:
            return
        if not self._closing:
            self.publish(payloads.life_sign(self._name))
        elif said.payload.get("stopped") is True:
            self._farewell.set()
