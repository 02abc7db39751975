"""What gpiozero and the pin libraries below it raise where there is no GPIO, and where lgpio leaves its pipe."""

from __future__ import annotations

import os
import sys
import tempfile

import gpiozero.exc

NO_GPIO = (
    gpiozero.exc.BadPinFactory,  # no pin library works here
    gpiozero.exc.PinUnknownPi,  # lgpio off a Pi
    ImportError,  # GPIOZERO_PIN_FACTORY names a library that is not installed
    OSError,  # no /dev/gpiochip, or no right to it
)


def lgpio_errors() -> tuple[type[Exception], ...]:
    """What lgpio itself raises, if gpiozero took it: a pin another program holds, a chip we may not open."""
    lgpio = sys.modules.get("lgpio")
    return (lgpio.error,) if lgpio is not None else ()


def keep_lgpio_out_of_the_working_directory() -> None:
    """lgpio puts a pipe .lgd-nfy0 where LG_WD says, else where we stand; a service may not write there (lg#22)."""
    os.environ.setdefault("LG_WD", os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0] or tempfile.gettempdir())
