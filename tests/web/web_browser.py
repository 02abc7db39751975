"""A real Chromium looking at a real page: the board served from this process, fed by the memory bus."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from web_house import House
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CHROMIUM = "/usr/bin/chromium"
DRIVER = "/usr/bin/chromedriver"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
PATIENCE_S = 15.0


class Screen:
    """A browser and the page it looks at."""

    def __init__(self, driver: Chrome, address: str) -> None:
        self.driver = driver
        self.address = address

    def open(self, path: str = "/") -> None:
        self.driver.get(self.address + path)

    def text(self) -> str:
        return str(self.driver.execute_script("return document.body.innerText"))

    def wait(self, look: Callable[[], object]) -> None:
        ends = time.monotonic() + PATIENCE_S
        while not look():
            assert time.monotonic() < ends, f"not seen in {PATIENCE_S} s; the page says: {self.text()}"
            time.sleep(0.02)

    def wait_text(self, words: str) -> None:
        self.wait(lambda: words in self.text())

    def run(self, script: str) -> object:
        return self.driver.execute_script(script)

    def resize(self, width: int, height: int) -> None:
        """Give the page itself this size."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    webdriver = pytest.importorskip("selenium.webdriver")
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def screen(house: House, chromium: Chrome) -> Iterator[Screen]:
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    server.daemon_threads = True
    stop = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever),
        threading.Thread(target=house.live.run, args=(stop, lambda _: time.sleep(0.02), lambda: None)),
    ]
    for thread in threads:
        thread.start()
    yield Screen(chromium, f"http://127.0.0.1:{server.server_port}")
    chromium.get("about:blank")
    stop.set()
    server.shutdown()
    for thread in threads:
        thread.join()
    server.server_close()


def save(screen: Screen, place: Path, name: str) -> None:
    """A picture of the whole page at both sizes."""
    for width, height in ((1280, 800), (390, 844)):
        screen.resize(width, height)
        screen.driver.save_screenshot(str(place / f"{name}-{width}.png"))
