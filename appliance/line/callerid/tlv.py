"""Parameters of a message: code, length, content, again and again. What each code means is a table per standard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from appliance.events import Absence, CallerIdentity
from appliance.line.callerid import fields


class Role(Enum):
    """What a parameter says to us."""

    NUMBER = auto()
    OTHER_NUMBER = auto()  # taken where neither a number nor a reason is given
    ABSENCE = auto()
    NAME = auto()
    NAME_ABSENCE = auto()
    DIALLED = auto()
    MOMENT = auto()
    CALL_TYPE = auto()
    CALLER_TYPE = auto()
    PASSED_OVER = auto()


class Content(Enum):
    """What octets a parameter is made of; for correction (`alphabet`)."""

    DIGITS = auto()
    LETTER = auto()  # one reason for absence
    TEXT = auto()
    MOMENT = auto()  # MMDDhhmm
    SMALL = auto()  # binary 0 to 15, or one ASCII digit
    ANY = auto()


@dataclass(frozen=True)
class Form:
    """One row of a standard's table. `shortest`, `longest`: octets; only correction insists on them."""

    role: Role
    content: Content
    shortest: int
    longest: int
    common: bool = False  # most messages have it

    @property
    def usual(self) -> range:
        """The lengths that nearly all of these have. Why: numbers have 8 to 12 digits nearly everywhere."""
        lengths = range(self.shortest, self.longest + 1)
        return range(8, 13) if self.content is Content.DIGITS else lengths


Table = Mapping[int, Form]
"""Parameter codes of one standard."""


@dataclass(frozen=True)
class Parameter:
    """One parameter as received."""

    code: int
    content: bytes


def walk(body: bytes) -> tuple[list[Parameter], bool]:
    """All parameters up to the first truncated one, and whether they fill `body` to its end."""
    found = []
    while len(body) >= 2 and len(body) >= body[1] + 2:
        found.append(Parameter(body[0], body[2 : body[1] + 2]))
        body = body[body[1] + 2 :]
    return found, not body


def fold(parameters: Iterable[Parameter], table: Table) -> CallerIdentity:
    """The identity that `parameters` spell; of two that say the same thing the first counts."""
    by_role: dict[Role, list[bytes]] = {}
    for parameter in parameters:
        form = table.get(parameter.code)
        if form is not None:
            by_role.setdefault(form.role, []).append(parameter.content)
    numbers = by_role.get(Role.NUMBER, [])
    names = by_role.get(Role.NAME, [])
    number = _first(map(fields.clean_number, numbers))
    reasons = by_role.get(Role.ABSENCE, [])
    absence = _reason(map(fields.letter_of, reasons)) or _reason(map(fields.absence_of, numbers))
    if not number and absence is None:
        number = _first(map(fields.clean_number, by_role.get(Role.OTHER_NUMBER, [])))
    name_absence = _reason(map(fields.letter_of, by_role.get(Role.NAME_ABSENCE, [])))
    name_absence = name_absence or _reason(map(fields.absence_of, names))
    name = "" if name_absence else _first(map(fields.clean_name, names))
    return CallerIdentity(
        number=number,
        absence=None if number else absence,
        name=name,
        name_absence=None if name else name_absence,
        dialled=_first(map(fields.clean_number, by_role.get(Role.DIALLED, []))),
        datetime=_first(map(fields.clean_moment, by_role.get(Role.MOMENT, []))),
    )


def well_formed(parameters: Iterable[Parameter], table: Table, strict: bool) -> bool:
    """Every parameter holds what its code promises. `strict`: moments are possible ones too, and no code is unknown."""
    for parameter in parameters:
        form = table.get(parameter.code)
        if form is None:
            if strict:
                return False
        elif not _reads(form.content, parameter.content, strict):
            return False
    return True


_MOMENT_OCTETS = frozenset(b"0123456789 :/-")
"""Also what an exchange without a clock may send. Why: the number counts even then."""


def _reads(kind: Content, content: bytes, strict: bool) -> bool:
    if kind is Content.DIGITS:
        return not content.strip() or bool(fields.clean_number(content)) or fields.letter_of(content) is not None
    if kind is Content.LETTER:
        return fields.letter_of(content) is not None
    if kind is Content.MOMENT:
        moment = fields.clean_moment(content)
        return bool(moment) and fields.possible_moment(moment) if strict else not set(content) - _MOMENT_OCTETS
    return True


def says_nothing(identity: CallerIdentity) -> bool:
    """Neither a number nor a word about why there is none, nor a name nor a dialled number."""
    known = identity.number or identity.name or identity.dialled
    return not known and identity.absence is None and identity.name_absence is None


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _reason(reasons: Iterable[Absence | None]) -> Absence | None:
    return next((reason for reason in reasons if reason is not None), None)
