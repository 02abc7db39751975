"""`python -m web` as a process of its own: a real broker, a real server, twenty real browsers' worth of streams."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from web_house import CALL

from appliance.bus.mqtt import MqttBus
from appliance.events import Message

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")

ROOM = Path(__file__).parents[2]
MEMORY_LIMIT_KB = 150_000


def until(look: Callable[[], object], seconds: float = 20.0) -> None:
    ends = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < ends, "it did not come true"
        time.sleep(0.02)


@dataclass
class Served:
    port: int
    pid: int
    line: MqttBus
    process: subprocess.Popen[bytes]
    notes: socket.socket
    start_broker: Callable[[], subprocess.Popen[bytes]]
    broker: subprocess.Popen[bytes]

    @contextmanager
    def ask(self, path: str) -> Iterator[http.client.HTTPResponse]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", path)
        with connection.getresponse() as answer:
            yield answer
        connection.close()

    def get(self, path: str) -> str:
        with self.ask(path) as answer:
            return answer.read().decode()


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def up(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    port = free_port()
    place = f'[paths]\ndata = "{tmp_path}/data"\nrun = "{tmp_path}"\n'
    config = tmp_path / "denwaban.toml"
    config.write_text(f'[line]\nport = "/dev/null"\n[web]\nport = {port}\n[shop]\nname = "さくら電器"\n{place}')
    conf = tmp_path / "mosquitto.conf"
    conf.write_text(f"listener 0 {tmp_path}/bus.sock\nallow_anonymous true\nuser root\n")

    def start_broker() -> subprocess.Popen[bytes]:
        return subprocess.Popen([str(MOSQUITTO), "-c", str(conf)], stderr=subprocess.DEVNULL)

    broker = start_broker()
    until((tmp_path / "bus.sock").exists)
    notes = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notes.bind(str(tmp_path / "notify"))
    notes.settimeout(20)
    environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "PYTHONPATH": str(ROOM)}
    process = subprocess.Popen([sys.executable, "-m", "web", "--config", str(config)], env=environment)
    line = MqttBus(tmp_path / "bus.sock", "line", ("request/#", "web/alive"))
    assert notes.recv(100) == b"READY=1"
    served = Served(port, process.pid, line, process, notes, start_broker, broker)
    line.publish(Message("line/state", {"state": "ready", "device": "x", "profile": "x", "notes": [], "why": ""}, True))
    until(lambda: "回線 正常" in served.get("/"))
    yield served
    line.close()
    process.send_signal(signal.SIGTERM)
    process.wait(10)
    served.broker.terminate()
    served.broker.wait(10)
    notes.close()


def family_kb(pid: int) -> int:
    """Memory of a process and its children, shared pages counted once (Pss), kB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    own = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return own + sum(family_kb(int(child)) for child in children)


def test_ring_to_twenty_streams_memory_and_end(served: Served) -> None:
    delays: list[float] = []
    sent: dict[str, float] = {}
    ready = threading.Barrier(21)

    def watch() -> None:
        with served.ask("/live") as answer:
            begun = False
            while line := answer.readline():
                came = time.monotonic()
                if not line.startswith(b"data: "):
                    continue
                if not begun:
                    begun = True
                    ready.wait()
                main = json.loads(line[6:]).get("parts", {}).get("main", "")
                if 'data-call="c' in main:
                    delays.append(came - sent[main.split('data-call="')[1].split('"')[0]])

    watchers = [threading.Thread(target=watch) for _ in range(20)]
    for watcher in watchers:
        watcher.start()
    ready.wait()
    for number in range(20):
        call_id = f"c{number}"
        sent[call_id] = time.monotonic()
        served.line.publish(Message("call/state", {**CALL, "call_id": call_id}, retain=True))
        until(lambda wanted=20 * (number + 1): len(delays) >= wanted)
    p95 = statistics.quantiles(delays, n=20)[-1]
    memory = family_kb(served.pid)
    sys.stderr.write(f"\nring to card, 20 streams: p95 {p95 * 1000:.0f} ms; memory {memory / 1000:.0f} MB\n")
    assert p95 <= 0.3
    assert memory <= MEMORY_LIMIT_KB
    assert served.get("/health"), "pages are served beside twenty streams"
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(5) == 0
    for watcher in watchers:
        watcher.join(5)
        assert not watcher.is_alive()
    until(lambda: any(m.topic == "web/alive" and m.payload.get("stopped") for m in served.line.received()))


def test_the_broker_may_die_and_come_back(served: Served) -> None:
    served.line.publish(Message("call/state", CALL, retain=True))
    until(lambda: "山本" in served.get("/"))
    served.broker.kill()
    served.broker.wait()
    until(lambda: "この画面は、いま正しくありません" in served.get("/"))
    assert "山本" not in served.get("/")
    served.broker = served.start_broker()
    until(lambda: "山本" in served.get("/"))


def test_life_signs_reach_the_service_manager(served: Served) -> None:
    assert served.notes.recv(100) == b"WATCHDOG=1"
    assert served.notes.recv(100) == b"WATCHDOG=1"


def test_a_port_in_use_is_said_in_plain_words(served: Served, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "web", "--config", str(tmp_path / "denwaban.toml")]
    second = subprocess.run(command, capture_output=True, text=True, timeout=20, cwd=ROOM, check=False)
    assert second.returncode == 2
    assert f"127.0.0.1:{served.port}" in second.stderr
    assert "another program" in second.stderr
    assert "Traceback" not in second.stderr


def test_settings_that_cannot_be_used_are_said_in_plain_words(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("[web]\nprot = 1\n")
    for config in (file, tmp_path / "nowhere.toml"):
        command = [sys.executable, "-m", "web", "--config", str(config)]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, cwd=ROOM, check=False)
        assert answer.returncode == 2
        assert "Traceback" not in answer.stderr
        assert str(config) in answer.stderr or "web.prot" in answer.stderr
