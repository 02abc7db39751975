"""Every prompt has words and a file name in every language."""

from __future__ import annotations

import pytest

from appliance.events import Prompt
from appliance.guide.prompts import BEEP_AFTER, LANGUAGES, TEXTS, language_for, sound_file, text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prompt", Prompt)
def test_every_prompt_in_every_language(prompt: Prompt, language: str) -> None:
    words = text(prompt, language)
    assert words.endswith(("。", "."))
    assert words.isascii() == (language == "en")
    assert sound_file(prompt, language) == f"sounds/{language}/{prompt.value}.wav"


def test_no_language_but_those_listed() -> None:
    assert set(TEXTS) == set(LANGUAGES)


def test_the_words_that_matter() -> None:
    assert text(Prompt.RECORDING_NOTICE, "ja") == "この通話は、応対品質の向上のため録音しております。"
    assert "recorded" in text(Prompt.RECORDING_NOTICE, "en")
    assert "186をつけて" in text(Prompt.ASK_REDIAL, "ja")
    assert "発信音" in text(Prompt.LEAVE_MESSAGE, "ja")
    assert {Prompt.LEAVE_MESSAGE} == BEEP_AFTER


@pytest.mark.parametrize(("country", "language"), [("JP", "ja"), ("jp", "ja"), ("US", "en"), ("GB", "en"), ("", "en")])
def test_language_for_country(country: str, language: str) -> None:
    assert language_for(country) == language
