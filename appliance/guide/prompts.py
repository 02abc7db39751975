"""What the box says, word by word, and in which file its sound lies."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.events import Prompt

LANGUAGES = ("ja", "en")

PACKAGE = "appliance.guide"
"""The package that `sound_file` is relative to (for `importlib.resources.files`)."""

TEXTS: Mapping[str, Mapping[Prompt, str]] = {
    "ja": {
        Prompt.RECORDING_NOTICE: "この通話は、応対品質の向上のため録音しております。",
        Prompt.PLEASE_WAIT: "担当者をお呼びしております。そのままお待ちください。",
        Prompt.LEAVE_MESSAGE: (
            "ただいま電話に出ることができません。発信音のあとに、お名前とご用件をお話しください。"
        ),
        Prompt.MESSAGE_THANKS: "伝言をお預かりしました。お電話ありがとうございました。",
        Prompt.ASK_REDIAL: (
            "おそれいりますが、電話番号を通知していないお電話はお受けしておりません。"
            "お手数ですが、186をつけて、おかけ直しください。"
        ),
        Prompt.REFUSED: "おそれいりますが、このお電話はお受けすることができません。",
    },
    "en": {
        Prompt.RECORDING_NOTICE: "This call is recorded so that we can serve you better.",
        Prompt.PLEASE_WAIT: "We are calling someone to the telephone. Please hold the line.",
        Prompt.LEAVE_MESSAGE: (
            "We cannot come to the telephone just now. After the tone, please say your name and how we can help."
        ),
        Prompt.MESSAGE_THANKS: "We have your message. Thank you for calling.",
        Prompt.ASK_REDIAL: (
            "We do not take calls that hide their number. Please show your number and call again."
        ),
        Prompt.REFUSED: "We are sorry, but we cannot take this call.",
    },
}  # fmt: skip
"""186 is the Japanese prefix that shows the number of one call. Spec: NTT ナンバー・ディスプレイ."""

BEEP_AFTER = frozenset({Prompt.LEAVE_MESSAGE})
"""Prompts whose sound ends with the tone."""


def language_for(country: str) -> str:
    """The language callers are addressed in; `country` is ISO 3166-1 alpha-2."""
    return "ja" if country.upper() == "JP" else "en"


def text(prompt: Prompt, language: str) -> str:
    """The words of `prompt`. Raises: KeyError for a language that is not in `LANGUAGES`."""
    return TEXTS[language][prompt]


def sound_file(prompt: Prompt, language: str) -> str:
    """Where the sound of `prompt` lies below `PACKAGE`: WAV, 16 bit, mono, 8 kHz."""
    return f"sounds/{language}/{prompt.value}.wav"
