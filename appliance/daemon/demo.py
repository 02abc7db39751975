"""`denwaban demo`: the whole box on the simulated exchange, by the wall clock or without waiting."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.daemon.demo_live import SETTLE_S, LiveDemo
from appliance.daemon.demo_shop import DemoOptions, DemoShop, choose_script
from appliance.daemon.demo_story import Storyteller
from appliance.daemon.demo_table import WIDEST, table
from appliance.daemon.demo_watch import DemoWatch
from appliance.daemon.demo_words import WORDS, terminal_language
from appliance.daemon.virtual import VirtualHouse
from appliance.errors import OperatorError
from appliance.exchange.script_runner import House, ScriptRunner
from appliance.units import BLOCK_SAMPLES, RATE_HZ

__all__ = ["DemoOptions", "play_fast", "run_demo"]

Tell = Callable[[str], None]

AGREED, DISAGREED = 0, 1
"""Exit status. A demo that a person ends early agrees where all calls so far did; a check (`--fast`) does not."""


def run_demo(options: DemoOptions, tell: Tell, stop: threading.Event) -> int:
    """Play the script; 0 where every call went as it should. Raises OperatorError for options that are no good."""
    script = choose_script(options)
    language = terminal_language()
    with _folder(options.keep) as folder:
        shop = DemoShop(script, options, folder)
        watch = _run_fast(shop, tell, stop) if options.fast else _run_live(shop, options, tell, stop)
        if options.keep:
            shop.exchange.export_sound(folder / "heard")
            shop.keep_history()
            tell(WORDS[language]["kept"].format(folder=folder, what=_kept(folder)))
    wrong = any(not verdict.agrees for verdict in watch.verdicts)
    whole = len(watch.verdicts) == len(script.calls)
    ended_by_person = stop.is_set() and not options.fast
    return AGREED if not wrong and (whole or ended_by_person) else DISAGREED


def _kept(folder: Path) -> str:
    """What is worth a look in the kept folder."""
    return ", ".join(
        name for name in ("data", "heard", "modem.txt", "adapter.txt", "log.txt") if (folder / name).exists()
    )


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Where the demo's box lives; gone afterwards unless it is to be kept."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="denwaban-demo-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(f"--keep {keep}: no directory can be made there: {error.strerror or error}") from error
    yield keep.absolute()


def _run_fast(shop: DemoShop, tell: Tell, stop: threading.Event) -> DemoWatch:
    started = time.monotonic()
    watch = play_fast(shop, stop)
    _tell_result(watch, len(shop.script.calls), tell)
    line_s, real_s = shop.exchange.now / RATE_HZ, time.monotonic() - started
    tell(WORDS[terminal_language()]["lived"].format(line_s=f"{line_s:.0f}", real_s=f"{real_s:.1f}"))
    return watch


def play_fast(shop: DemoShop, stop: threading.Event) -> DemoWatch:
    """Live through the script on the virtual clock; every call is judged."""
    house = VirtualHouse(shop.settings, shop.exchange, shop.terminal)
    watch = DemoWatch(shop)

    def advance() -> None:
        house.advance(BLOCK_SAMPLES)
        for message in house.page.received():
            watch.take(message)

    plugs = House(shop.unplug, shop.plug_in, house.press, watch.ready)
    runner = ScriptRunner(shop.exchange, shop.script, shop.voice, plugs)
    shop.exchange.phone.summoned = watch.summoned
    while not runner.finished and not stop.is_set():
        advance()
        watch.follow(runner)
    if runner.finished:
        for _ in range(int(SETTLE_S * RATE_HZ / BLOCK_SAMPLES)):
            advance()
        watch.finish(runner)
    house.close()
    return watch


def _run_live(shop: DemoShop, options: DemoOptions, tell: Tell, stop: threading.Event) -> DemoWatch:
    story = Storyteller(tell, terminal_language(), shop.script.country)
    with LiveDemo(shop, story) as demo:
        demo.play(stop)
        _tell_result(demo.watch, len(shop.script.calls), tell)
        if (options.stay or sys.stdin.isatty()) and not stop.is_set():
            story.stay()
            demo.go_on(stop)
    return demo.watch


def _tell_result(watch: DemoWatch, wanted: int, tell: Tell) -> None:
    """The table of the calls that were played to their end."""
    language, played = terminal_language(), len(watch.verdicts)
    tell("")
    if played:
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDEST
        for line in table(watch.verdicts, language, columns):
            tell(line)
    if played < wanted:
        tell(WORDS[language]["stopped"].format(played=played, wanted=wanted))
