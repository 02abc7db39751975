"""One checker for each kind of setting: takes what TOML gave, returns what the house uses, or says what is allowed."""

from __future__ import annotations

import difflib
import ipaddress
import re
import shlex
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

SUN_PATH_BYTES = 107
"""Longest path of a Unix socket, octets. Spec: unix(7), sun_path of 108 with its closing zero."""

FIRST_PIN, LAST_PIN = 2, 27
"""GPIO numbers of the 40-pin header that are ours to use. Why: 0 and 1 belong to the EEPROM of add-on boards."""

LONGEST_PCM = 200
"""Letters of an ALSA name. Why: alsa-lib itself sets no limit; nobody writes longer ones."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KANJI = str.maketrans({kanji: f" {day} " for kanji, day in zip("月火水木金土日", DAYS, strict=True)})
_WIDE = str.maketrans({"~": "-", "〜": "-", "–": "-", "、": ",", ";": ","})
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_ZONE = re.compile(r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)*")
_HOST_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Words:
    """The same sentence in English and Japanese."""

    en: str
    ja: str

    def text(self, language: str) -> str:
        """The Japanese wording for "ja", the English one for anything else."""
        return self.ja if language == "ja" else self.en


class Unfit(ValueError):
    """The value cannot be used; `hint` may say what was probably meant."""

    def __init__(self, hint: Words | None = None) -> None:
        super().__init__(hint.en if hint else "")
        self.hint = hint


class Checker(Protocol):
    @property
    def allowed(self) -> Words:
        """What may stand here, in plain words."""
        ...

    def check(self, value: object) -> object:
        """The value as the house uses it. Raises `Unfit`."""
        ...


def did_you_mean(given: str, known: Iterable[str]) -> Words | None:
    """A hint naming the known word nearest to `given`, if any is near."""
    near = difflib.get_close_matches(given.lower(), list(known), n=1, cutoff=0.6)
    return Words(f'Did you mean "{near[0]}"?', f"もしかして「{near[0]}」ですか?") if near else None


def _text(value: object) -> str:
    """The value as text, or `Unfit` with the advice to put it in quotes."""
    if not isinstance(value, str):
        raise Unfit(Words("Write it in quotes.", '引用符 " " で囲んでください。'))
    return value


@dataclass(frozen=True)
class Switch:
    @property
    def allowed(self) -> Words:
        return Words("true or false", "true または false")

    def check(self, value: object) -> bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            raise Unfit(Words("Write it without quotes.", "引用符なしで書いてください。"))
        raise Unfit


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int
    high: int

    @property
    def allowed(self) -> Words:
        return Words(f"a whole number from {self.low} to {self.high}", f"{self.low} から {self.high} までの整数")

    def check(self, value: object) -> int:
        if isinstance(value, str) and value.strip().isdecimal():
            raise Unfit(Words("Write it without quotes.", "引用符なしで書いてください。"))
        if not isinstance(value, int) or isinstance(value, bool) or not self.low <= value <= self.high:
            raise Unfit
        return value


@dataclass(frozen=True)
class Pin(Whole):
    low: int = FIRST_PIN
    high: int = LAST_PIN

    @property
    def allowed(self) -> Words:
        return Words(
            f"a GPIO number (not the pin's place on the header) from {self.low} to {self.high}, each used once",
            f"{self.low} から {self.high} までの GPIO 番号(ヘッダーの位置番号ではありません)。同じ番号は一度だけ",
        )


@dataclass(frozen=True)
class OptionalPin(Pin):
    """As `Pin`, or 0 for what is not wired."""

    @property
    def allowed(self) -> Words:
        return Words(f"{super().allowed.en}; 0: not wired", f"{super().allowed.ja}。0: 未配線")

    def check(self, value: object) -> int:
        return 0 if value == 0 and isinstance(value, int) and not isinstance(value, bool) else super().check(value)


@dataclass(frozen=True)
class SoundDevice:
    """The name of an ALSA PCM; a sound card by its id, since its number changes. Empty: none, `optional` says so."""

    optional: bool = False

    @property
    def allowed(self) -> Words:
        also = Words(", or empty", "、または空") if self.optional else Words("", "")
        return Words(
            f'an ALSA name such as "plughw:CARD=Device"{also.en}', f"ALSA 名。例: 「plughw:CARD=Device」{also.ja}"
        )

    def check(self, value: object) -> str:
        if (text := _text(value).strip()).startswith("hw:"):
            raise Unfit(Words(f'Write "plug{text}": it converts to 8 kHz.', f"「plug{text}」と書いてください。"))
        if text.isprintable() and len(text) <= LONGEST_PCM:
            return text
        raise Unfit


@dataclass(frozen=True)
class Speed:
    """One of the serial speeds that a voice modem can keep, bits a second."""

    speeds: tuple[int, ...] = (38400, 57600, 115200, 230400, 460800)

    @property
    def allowed(self) -> Words:
        listed = ", ".join(str(speed) for speed in self.speeds)
        return Words(f"one of {listed}", f"{listed} のいずれか")

    def check(self, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value not in self.speeds:
            raise Unfit
        return value


@dataclass(frozen=True)
class Choice:
    options: tuple[str, ...]

    @property
    def allowed(self) -> Words:
        listed = ", ".join(f'"{option}"' for option in self.options)
        return Words(listed if len(self.options) == 1 else f"one of {listed}", listed)

    def check(self, value: object) -> str:
        text = _text(value)
        if text not in self.options:
            nearest = {option.lower(): option for option in self.options}
            if text.lower() in nearest:
                word = nearest[text.lower()]
                raise Unfit(Words(f'Write it "{word}".', f"「{word}」と書いてください。"))
            raise Unfit(did_you_mean(text, self.options))
        return text


@dataclass(frozen=True)
class Line:
    """A line of text for people, `longest` characters at most."""

    longest: int

    @property
    def allowed(self) -> Words:
        return Words(f"one line of at most {self.longest} characters", f"{self.longest} 文字以内の一行")

    def check(self, value: object) -> str:
        text = _text(value)
        if len(text) > self.longest or any(not character.isprintable() for character in text):
            raise Unfit
        return text.strip()


@dataclass(frozen=True)
class Device:
    """The path of a serial device; empty only where `optional`."""

    @property
    def allowed(self) -> Words:
        return Words(
            'the path of a serial device, such as "/dev/ttyACM0" or "/dev/serial/by-path/…"',
            "シリアル機器のパス。例: 「/dev/ttyACM0」「/dev/serial/by-path/…」",
        )

    def check(self, value: object) -> str:
        text = _text(value)
        if re.fullmatch(r"tty\w+", text):
            raise Unfit(Words(f'Write "/dev/{text}".', f"「/dev/{text}」と書いてください。"))
        if not _sound_path(text):
            raise Unfit
        return text


@dataclass(frozen=True)
class AbsolutePath:
    """A path from the root, without `..`; as `Path`, or as text where it may be empty."""

    longest: int = 4000  # octets; Spec: PATH_MAX 4096
    optional: bool = False

    @property
    def allowed(self) -> Words:
        limit_en = f" of at most {self.longest} bytes" if self.longest <= SUN_PATH_BYTES else ""
        limit_ja = f"({self.longest} バイト以内)" if self.longest <= SUN_PATH_BYTES else ""
        empty_en, empty_ja = (", or empty", "、または空") if self.optional else ("", "")
        return Words(
            f'a full path{limit_en} that begins with "/" and has no ".." in it{empty_en}',
            f"「/」で始まり「..」を含まない絶対パス{limit_ja}{empty_ja}",
        )

    def check(self, value: object) -> object:
        text = _text(value)
        if self.optional and text == "":
            return text
        if not _sound_path(text) or len(text.encode()) > self.longest:
            raise Unfit
        return text if self.optional else Path(text)


@dataclass(frozen=True)
class Command:
    """A program by its full path, and its arguments; run without a shell. Empty: none."""

    @property
    def allowed(self) -> Words:
        return Words(
            'a command whose program is given by its full path (no shell, no "|", no "$"), or empty',
            "プログラムを絶対パスで書いたコマンド(シェルは使われません)、または空",
        )

    def check(self, value: object) -> str:
        text = _text(value).strip()
        try:
            words = shlex.split(text)
        except ValueError:
            raise Unfit(Words("A quotation mark is left open.", "引用符が閉じていません。")) from None
        if words and not _sound_path(words[0]):
            raise Unfit
        return text


def _sound_path(text: str) -> bool:
    return text.startswith("/") and text.strip("/") != "" and ".." not in text.split("/") and text.isprintable()


@dataclass(frozen=True)
class Host:
    """An address or a name to listen on."""

    @property
    def allowed(self) -> Words:
        return Words(
            'an address of this box: "127.0.0.1" (this box only), "0.0.0.0" (the shop\'s network) or a host name',
            "この機器のアドレス。「127.0.0.1」(本機のみ)、「0.0.0.0」(店内ネットワーク)、またはホスト名",
        )

    def check(self, value: object) -> str:
        text = _text(value)
        try:
            ipaddress.ip_address(text)
        except ValueError:
            looks_like_address = re.fullmatch(r"[\d.:]*", text) is not None
            if looks_like_address or not all(_HOST_LABEL.fullmatch(label) for label in text.split(".")):
                raise Unfit from None
        return text


@dataclass(frozen=True)
class Span:
    """A time of day to a time of day, over midnight where the end is earlier: "22:00-07:00". Empty: never."""

    @property
    def allowed(self) -> Words:
        return Words('hours such as "22:00-07:00", or empty', "「22:00-07:00」のような時間帯、または空")

    def check(self, value: object) -> str:
        text = _plain_hours(_text(value)).replace(" ", "")
        if text and not is_span(text):
            raise Unfit
        return text


@dataclass(frozen=True)
class Week:
    """Hours by days: "mon-fri 09:00-18:00, sat 10:00-15:00". Empty: always. `call.hours` reads the same grammar."""

    @property
    def allowed(self) -> Words:
        return Words(
            'days, then hours, with commas between: "mon-fri 09:00-18:00, sat sun 10:00-15:00" '
            "(days: mon tue wed thu fri sat sun), or empty",
            "曜日と時間帯をカンマで区切って。例: 「mon-fri 09:00-18:00, sat sun 10:00-15:00」"
            "「月-金 09:00-18:00, 土日 10:00-15:00」、または空",
        )

    def check(self, value: object) -> str:
        text = _plain_hours(_text(value))
        if not text:
            return ""
        return ", ".join(" ".join(_checked_part(part.split())) for part in text.split(","))


def _plain_hours(text: str) -> str:
    """Full-width and Japanese writing brought to the plain form: 月〜金 9:00 -> mon-fri 9:00."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("曜日", "").replace("曜", "").replace("毎日", "daily")
    plain = plain.translate(_WIDE).translate(_KANJI)
    return re.sub(r"\s*-\s*", "-", " ".join(plain.split()))


def _checked_part(words: list[str]) -> list[str]:
    """Days, then at least one span, or `Unfit` says what is wrong."""
    days = [word for word in words if not any(character.isdigit() for character in word)]
    spans = words[len(days) :]
    for word in days:
        _check_days(word)
    bad = next((word for word in spans if not is_span(word)), None)
    if bad is not None:
        raise Unfit(
            Words(f'"{bad}" is no time range; write it like "09:00-18:00".', f"「{bad}」は時間帯ではありません。")
        )
    if not spans:
        raise Unfit(Words("Each part is days, then hours.", "どの部分も「曜日 時間帯」の順に書いてください。"))
    return words


def _check_days(word: str) -> None:
    """`word` is a day or a range of days, or `Unfit` says which part of it is none."""
    ends = word.split("-")
    bad = word if len(ends) > 2 else next((end for end in ends if not _is_day(end)), None)
    if bad is None or word == "daily":
        return
    hint = did_you_mean(bad, DAYS) or Words("", "")
    raise Unfit(Words(f'"{bad}" is not a day. {hint.en}'.strip(), f"「{bad}」は曜日ではありません。{hint.ja}"))


def _is_day(word: str) -> bool:
    return len(word) >= 3 and any(name.startswith(word) for name in _DAY_NAMES)


def is_span(text: str) -> bool:
    """Is it "HH:MM-HH:MM" with two different times of the clock? 24:00 may end it."""
    match = _SPAN.fullmatch(text)
    if match is None:
        return False
    hour, minute, end_hour, end_minute = map(int, match.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    return max(minute, end_minute) < 60 and start < 24 * 60 and end <= 24 * 60 and start != end


@dataclass(frozen=True)
class Zone:
    """A time zone by its name; whether this machine knows it is asked where files may be read."""

    @property
    def allowed(self) -> Words:
        return Words(
            'the name of a time zone, such as "Asia/Tokyo", or empty', "「Asia/Tokyo」のような時間帯名、または空"
        )

    def check(self, value: object) -> str:
        text = _text(value)
        if text and not _ZONE.fullmatch(text):
            raise Unfit
        return text
