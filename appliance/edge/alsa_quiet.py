"""Keeps alsa-lib from writing to standard error: it tells every failed try to open a card in words for programmers.

Not for a service: a callback from C may need memory that is written and executed, which systemd denies ours.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from functools import cache
from typing import Any

LIBRARY = "libasound.so.2"
"""Spec: the soname of alsa-lib since 0.9."""

_HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
"""Spec: alsa-lib, snd_lib_error_handler_t: file, line, function, error, format; what follows is not looked at."""


@cache
def hush_alsa() -> Any:
    """Silence alsa-lib for the life of the process: what goes wrong is raised, and told by us. The cache keeps it."""
    handler = _HANDLER(lambda *_: None)
    with suppress(OSError, AttributeError):  # no alsa-lib, or none of that name: then it is not quiet
        ctypes.CDLL(LIBRARY).snd_lib_error_set_handler(handler)
    return handler
