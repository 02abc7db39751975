"""Every error of ours, sorted by whose fault it is. Each is also a builtin's child."""


class LineError(OSError):
    """The line, the modem or a cable did something wrong: recover, tell, go on."""


class LineGone(LineError):
    """The device vanished or stopped obeying; open it again."""


class OperatorError(ValueError):
    """A person gave something we cannot use; the message is in that person's words."""


class HouseError(RuntimeError):
    """We contradicted ourselves: a bug in this house."""


class IllegalEvent(HouseError):
    """An event that the present state has no row for; nothing was changed."""
