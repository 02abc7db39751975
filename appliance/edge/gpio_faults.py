"""What gpiozero and the pin libraries below it raise where there is no GPIO, and where lgpio leaves its pipe."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import gpiozero.exc

from appliance.errors import OperatorError

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


@contextmanager
def opening_pins(section: str) -> Iterator[ExitStack]:
    """What is opened inside is closed again where it fails; else `pop_all` keeps it.

    `section`: of the settings. Raises: OperatorError where there is no GPIO, or a pin number cannot be used.
    """
    keep_lgpio_out_of_the_working_directory()
    with ExitStack() as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore", gpiozero.exc.PinFactoryFallback)  # the last failure is told, not each
        try:
            yield opened
        except gpiozero.exc.GPIOPinInUse as error:
            raise OperatorError(f"[{section}] a pin has another use already: {error}") from None
        except gpiozero.exc.PinInvalidPin as error:
            raise OperatorError(f"[{section}] there is no such pin: {error}") from None
        except (*NO_GPIO, *lgpio_errors()) as error:
            why = str(error) or type(error).__name__
            raise OperatorError(f"[{section}] this machine offers no GPIO pins ({why})") from None
