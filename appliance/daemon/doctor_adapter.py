"""The doctor at an analog adapter: sound cards, pins, and whether sound comes."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.daemon.doctor_findings import ADAPTER, CARDS, Finding, Grade, Heard, line_says
from appliance.daemon.doctor_probes import MUTED, CardSeen, Probes
from appliance.line.adapter.notes import notes_of
from appliance.settings import AdapterSettings, Settings
from appliance.settings_checks import Words


def cards(seen: list[CardSeen], adapter: AdapterSettings) -> Iterator[Finding]:
    """What could be written as adapter.capture."""
    if not seen:
        yield Finding(
            CARDS,
            Grade.WARN,
            Words("no sound card is plugged in", "サウンドカードが接続されていません"),
            Words(
                "Plug the adapter into a USB socket; use a powered hub if it does not show up.",
                "アダプターを USB に挿してください。認識されなければ電源付きハブを使ってください。",
            ),
        )
    for card in seen:
        chosen = card.pcm in (adapter.capture, adapter.playback)
        use = (
            Words("this is adapter.capture", "adapter.capture に設定済み")
            if chosen
            else Words(f'to use it: capture = "{card.pcm}"', f'使うには capture = "{card.pcm}"')
        )
        yield Finding(CARDS, Grade.OK, Words(f"{card.name} ({use.en})", f"{card.name}({use.ja})"))


def adapter(settings: Settings, probes: Probes, heard: Heard) -> Iterator[Finding]:
    """The adapter in use; while the line process runs, it is asked instead: a card has one owner."""
    if heard.get("line/alive", {}).get("alive") is True:
        yield line_says(ADAPTER, heard.get("line/state", {}))
    else:
        yield from _pins(settings.adapter, probes)
        yield _sound(settings.adapter, probes.sound(settings.adapter))
    for note in notes_of(settings):
        yield Finding(ADAPTER, Grade.WARN, Words(note.en, note.ja), Words(*HOW_TO_WIRE))


HOW_TO_WIRE = ("If that is not what you want: docs/adapter.md.", "意図と違う場合は docs/adapter.md をご覧ください。")


def _pins(adapter: AdapterSettings, probes: Probes) -> Iterator[Finding]:
    hook = 0 if adapter.tap_only else adapter.hook_pin
    if not any((adapter.ring_pin, adapter.loop_pin, hook, adapter.polarity_pin)):
        return
    gpio = probes.gpio()
    if not gpio.chips:
        yield Finding(
            ADAPTER,
            Grade.BAD,
            Words(
                "this machine has no GPIO header, and the adapter's pins need one",
                "この機器に GPIO がなく、アダプターの配線が使えません",
            ),
            Words(
                "Use a Raspberry Pi; or a tap by sound alone: tap_only = true, ring_pin = 0, loop_pin = 0.",
                "Raspberry Pi を使うか、音だけの録音(tap_only = true、ring_pin = 0、loop_pin = 0)にしてください。",
            ),
        )
    elif not gpio.allowed:
        yield Finding(
            ADAPTER,
            Grade.BAD,
            Words(f"this user may not open {gpio.chips[0]}", f"このユーザーは {gpio.chips[0]} を開けません"),
            Words(
                "sudo adduser $USER gpio, then log in again (the units of systemd/ have it already).",
                "sudo adduser $USER gpio を実行し、ログインし直してください(systemd のサービスは設定済みです)。",
            ),
        )


def _sound(adapter: AdapterSettings, trouble: str) -> Finding:
    card = adapter.capture
    if trouble == MUTED:
        return Finding(
            ADAPTER,
            Grade.WARN,
            Words(f"{card} works, but hears nothing at all", f"{card}: 動いていますが、まったくの無音です"),
            Words(
                "Run alsamixer, press F6 for the card, F4 for its inputs: nothing may be muted (MM) or at level 0.",
                "alsamixer で F6(カード)、F4(入力)を押し、消音(MM)を解除して音量を上げてください。",
            ),
        )
    if trouble:
        return Finding(
            ADAPTER,
            Grade.BAD,
            Words(trouble, f"{card} が使えません: {trouble}"),
            Words(
                "Set adapter.capture to one of the cards above, and plug the adapter in.",
                "アダプターを挿し、adapter.capture を上のカードのどれかにしてください。",
            ),
        )
    return Finding(
        ADAPTER, Grade.OK, Words(f"{adapter.capture} gives sound", f"{adapter.capture}: 音声を取り込めています")
    )
