"""The command line: `denwaban COMMAND`. Wiring only; each command's work is in `daemon/`."""

from __future__ import annotations

import argparse
import io
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from appliance import __version__
from appliance.errors import HouseError, OperatorError

if TYPE_CHECKING:
    from appliance.settings import Settings

TRIED_BUT_WRONG = 2
"""Exit status where the person gave something unusable. Spec: argparse's own status for wrong arguments."""

INTERRUPTED = 128 + signal.SIGINT
"""Exit status of a command that Ctrl-C ended before it could take notice. Spec: POSIX shells, 2.8.2."""

HOUSE_BROKEN = 70
"""Exit status where the fault is ours or the disk's. Spec: sysexits.h EX_SOFTWARE."""

Run = Callable[[argparse.Namespace], int]

EXAMPLES = """\
a first look, nothing plugged in:
  denwaban demo                       the whole box on a simulated exchange, in the terminal and the browser
  denwaban demo --fast                the same calls without waiting, checked one by one
  denwaban demo --number P            one call from a withheld number
a real line:
  denwaban doctor                     what is plugged in, what works, what to do about the rest
  denwaban up --config my.toml        line, page and clerk in the foreground
  denwaban calls list                 what happened
a recording of a line:
  denwaban callerid FILE.wav          who called: the caller identity in it
  denwaban dtmf FILE.wav              which keys were pressed
settings are explained in docs/settings.md; a box needs no more than
  [line]
  kind = "modem"
  port = "/dev/ttyACM0"
  country = "JP"
"""


def complain(text: str) -> None:
    """One line of what went wrong, where the shell expects it."""
    sys.stderr.write(f"denwaban: {text}\n")
    sys.stderr.flush()


def tell(text: str) -> None:
    """One line to the person at the terminal, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _settings(arguments: argparse.Namespace) -> Settings:
    from appliance.daemon.configuration import load

    return load(arguments.config)


def _stop_on_signals() -> threading.Event:
    """An event that SIGTERM, SIGINT and SIGHUP set: every daemon leaves by the front door.

    Why SIGHUP: somebody closes the terminal; under `nohup` it stays ignored.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: stop.set())
    return stop


def _daemon_log(name: str) -> None:
    """Journal-style log on standard error; systemd adds the time."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format=f"{name}: %(levelname)s: %(message)s")


def run_line(arguments: argparse.Namespace) -> int:
    from appliance.daemon import wiring

    _daemon_log("line")
    if arguments.let_go:
        wiring.let_go(_settings(arguments))
        return 0
    return wiring.run_line(_settings(arguments), _stop_on_signals())


def run_clerk(arguments: argparse.Namespace) -> int:
    from appliance.daemon.wiring import run_clerk as run

    _daemon_log("clerk")
    return run(_settings(arguments), _stop_on_signals())


def run_web(arguments: argparse.Namespace) -> int:
    """Become the page's process: the appliance never imports the page."""
    command = [sys.executable, "-m", "web"]
    if arguments.config:
        command += ["--config", str(arguments.config)]
    os.execv(sys.executable, command)  # noqa: S606  our own interpreter, our own module


def run_up(arguments: argparse.Namespace) -> int:
    from appliance.daemon.configuration import find
    from appliance.daemon.up import run_up as run

    return run(_settings(arguments), find(arguments.config), tell, _stop_on_signals())


def run_demo(arguments: argparse.Namespace) -> int:
    stop = _stop_on_signals()  # first: what follows takes a moment to load
    logging.getLogger("appliance").setLevel(logging.ERROR)  # a lost line is part of the story, which the demo tells
    from appliance.daemon.demo import DemoOptions
    from appliance.daemon.demo import run_demo as run

    options = DemoOptions(
        script=arguments.script,
        caller=arguments.caller,
        number=arguments.number,
        fast=arguments.fast,
        keep=arguments.keep,
        web_port=arguments.web_port,
        stay=arguments.stay,
        line=arguments.line,
    )
    return run(options, tell, stop)


def run_calls(arguments: argparse.Namespace) -> int:
    from appliance.daemon.calls import run as run_listing

    return run_listing(arguments, _settings(arguments), tell)


def run_callerid(arguments: argparse.Namespace) -> int:
    from appliance.daemon.listening import run_callerid as run

    return run(arguments, tell, complain)


def run_dtmf(arguments: argparse.Namespace) -> int:
    from appliance.daemon.listening import run_dtmf as run

    return run(arguments, tell, complain)


def run_doctor(arguments: argparse.Namespace) -> int:
    from appliance.daemon.doctor import diagnose
    from appliance.daemon.doctor_probes import Probes
    from appliance.store.health import trouble

    return diagnose(arguments.config, tell, Probes(database=trouble))


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="denwaban",
        description="Denwaban 電話番: the call box that stands by the person on the phone.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"denwaban {__version__}")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings (else DENWABAN_CONFIG, else /etc/denwaban/denwaban.toml)"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(name: str, run: Run, short: str, more: str = "") -> argparse.ArgumentParser:
        command = commands.add_parser(
            name, help=short, description=more or short, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        command.set_defaults(run=run)
        return command

    line = add("line", run_line, "take the calls: modem or adapter, caller ID, announcement, recording, lamp")
    line.add_argument("--let-go", action="store_true", help="only open an adapter's hook relay, and end")
    add("web", run_web, "serve the page")
    add("clerk", run_clerk, "look after finished recordings: seal them, watch the disk")
    add("up", run_up, "line, page and clerk together in the foreground", "All of them in the foreground; Ctrl-C ends.")
    _add_demo(add)
    _add_calls(add)
    _add_listening(add)
    add(
        "doctor",
        run_doctor,
        "what is plugged in, what works, what to do about the rest",
        "Looks at settings, line, disk, broker, lamps and clock.\nExit status 0: calls can be taken; 1: they cannot.",
    )
    return parser


def _add_demo(add: Callable[..., argparse.ArgumentParser]) -> None:
    demo = add(
        "demo",
        run_demo,
        "the whole box on a simulated exchange, nothing plugged in",
        "Runs the real box against a simulated telephone exchange and modem: callers ring, the announcement is\n"
        "played, the call recorded, the lamp lit, and the page shows it. Data goes to a fresh temporary directory.",
    )
    demo.add_argument("--script", type=Path, metavar="FILE", help="call script (TOML); default: a day in a shop")
    demo.add_argument("--caller", type=Path, metavar="FILE.wav", help="one call in which the caller says this")
    demo.add_argument(
        "--number", metavar="N|P|C|O|S", help="the caller's number, or why there is none (P C O S); one call"
    )
    demo.add_argument(
        "--line",
        choices=("modem", "sound"),
        default="modem",
        help="a USB voice modem, or an adapter board (sound card)",
    )
    demo.add_argument("--fast", action="store_true", help="do not wait; check each call, exit 0 if all agree")
    demo.add_argument("--keep", type=Path, metavar="DIR", help="keep database, recordings, what each party heard")
    demo.add_argument("--web-port", type=int, default=8080, metavar="PORT", help="port of the page (default 8080)")
    demo.add_argument("--stay", action="store_true", help="keep the page up after the last call")


def _add_listening(add: Callable[..., argparse.ArgumentParser]) -> None:
    files = (
        "Reads sound of any common kind: 8 to 96 kHz, 8 to 32 bit, float, mu-law, A-law; WAV, FLAC, Ogg.\n"
        "Every channel is listened to; what several carry is told once. Exit status 0, also where nothing was\n"
        "found; 2 where a file could not be read: that is told, and the other files are read all the same."
    )
    callerid = add("callerid", run_callerid, "who called: the caller identity in recordings of a line", files)
    callerid.add_argument(
        "--standard",
        choices=("auto", "jclip", "bellcore", "etsi", "dtmf"),
        default="auto",
        help="listen for this one only (default auto: for all at once)",
    )
    dtmf = add("dtmf", run_dtmf, "which keys were pressed: the DTMF digits in recordings", files)
    for command in (callerid, dtmf):
        command.add_argument("files", nargs="+", type=Path, metavar="FILE.wav", help="what to listen to")
        command.add_argument("--json", action="store_true", help="one JSON object a line, for programs")


def _add_calls(add: Callable[..., argparse.ArgumentParser]) -> None:
    from appliance.daemon.calls import add_arguments

    add_arguments(add("calls", run_calls, "what happened: list the calls, show one"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is for the shell."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Japanese letters shows ?, and no traceback
    try:
        arguments = build_parser().parse_args(argv)
        run: Run = arguments.run
        return run(arguments)
    except OperatorError as error:
        complain(str(error))
        return TRIED_BUT_WRONG
    except KeyboardInterrupt:
        return INTERRUPTED
    except HouseError as error:
        complain(str(error))
        return HOUSE_BROKEN
    except BrokenPipeError:
        # Somebody piped us into `head`: not an error. Python would complain when flushing at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
