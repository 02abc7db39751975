"""The curve of the README: percent of messages exact against SNR, one panel a standard, as SVG by these few lines."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from bench.decoding.crew import Tally
from bench.decoding.messages import SIGNALS
from bench.decoding.snr import RECEIVERS, SNRS_DB, THEORY_DB, Key

PANEL_W, PANEL_H, GAP, LEFT, TOP, BOTTOM = 250, 200, 26, 52, 64, 74
"""Sizes in the picture's own pixels."""

NAMES = {"class": "Bell 202 (CLASS)", "clip": "V.23 (ETSI CLIP)", "jclip": "ナンバー・ディスプレイ (JCLIP)"}

LABELS = {"ours": "Denwaban", "spandsp": "spandsp", "minimodem": "minimodem"}

LOWEST_DB, HIGHEST_DB = 0.0, 12.0

STYLE = """
  .page { fill: #ffffff; stroke: #d0d7de; } .grid { stroke: #d8dee4; } .edge { stroke: #8c959f; fill: none; }
  text { fill: #1f2328; font: 12px system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK JP", sans-serif; }
  .small { font-size: 11px; fill: #59636e; } .title { font-size: 13px; font-weight: 600; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; } .theory { stroke: #59636e; stroke-dasharray: 2 3; }
  .ours { stroke: #0969da; } .spandsp { stroke: #bc4c00; } .minimodem { stroke: #8250df; }
  .line.ours { stroke-width: 3; }
  .dot { stroke: none; } .dot.ours { fill: #0969da; } .dot.spandsp { fill: #bc4c00; } .dot.minimodem { fill: #8250df; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d; } .grid { stroke: #2a313c; } .edge { stroke: #656c76; }
    text { fill: #f0f6fc; } .small { fill: #9198a1; } .theory { stroke: #9198a1; }
    .ours { stroke: #58a6ff; } .spandsp { stroke: #f0883e; } .minimodem { stroke: #bc8cff; }
    .dot.ours { fill: #58a6ff; } .dot.spandsp { fill: #f0883e; } .dot.minimodem { fill: #bc8cff; }
  }
"""
"""Why an own page colour: the picture stays readable where page and system disagree about dark and light."""


def draw(curve: Mapping[Key, Tally]) -> str:
    """The picture as SVG."""
    width = LEFT + len(SIGNALS) * (PANEL_W + GAP)
    height = TOP + PANEL_H + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-label="Caller ID messages decoded without a fault, percent, by signal-to-noise ratio">',
        f"<style>{STYLE}</style>",
        f'<rect class="page" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"/>',
        *_legend([one for one in RECEIVERS if (SIGNALS[0], SNRS_DB[0], "twin", one) in curve]),
    ]
    for place, signal in enumerate(SIGNALS):
        parts += _panel(curve, signal, LEFT + place * (PANEL_W + GAP), first=place == 0)
    note = "dotted: where, in theory, deciding bit by bit (noncoherent, coherent) or by sequence reaches 90 %"
    parts.append(_text(width / 2, height - 10, note, "small"))
    return "\n".join([*parts, "</svg>", ""])


def _x(left: float, snr_db: float) -> float:
    return left + (HIGHEST_DB - snr_db) / (HIGHEST_DB - LOWEST_DB) * PANEL_W


def _y(percent: float) -> float:
    return TOP + (100 - percent) / 100 * PANEL_H


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "middle") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _legend(receivers: list[str]) -> list[str]:
    parts, x = [], LEFT
    for receiver in receivers:
        parts += [
            f'<path class="line {receiver}" d="M{x} 20h24"/>',
            _text(x + 30, 24, LABELS[receiver], anchor="start"),
        ]
        x += 120
    note = "percent of messages exact; white noise over 0–4 kHz, −20 dBm0"
    return [*parts, _text(x, 24, note, "small", "start")]


def _panel(curve: Mapping[Key, Tally], signal: str, left: float, *, first: bool) -> list[str]:
    bottom = TOP + PANEL_H
    parts = [_text(left + PANEL_W / 2, TOP - 12, NAMES[signal], "title")]
    for percent in (0, 25, 50, 75, 90, 100):
        parts.append(f'<path class="grid" d="M{left} {_y(percent):.1f}h{PANEL_W}"/>')
        if first:
            parts.append(_text(left - 8, _y(percent) + 4, f"{percent}", "small", "end"))
    for snr in range(12, -1, -2):
        parts.append(_text(_x(left, snr), bottom + 16, f"{snr}", "small"))
    parts.append(_text(left + PANEL_W / 2, bottom + 32, "SNR, dB", "small"))
    parts += _theory(signal, left)
    parts.append(f'<rect class="edge" x="{left}" y="{TOP}" width="{PANEL_W}" height="{PANEL_H}"/>')
    for receiver in reversed(RECEIVERS):
        if (signal, SNRS_DB[0], "twin", receiver) in curve:
            parts += _line(curve, signal, receiver, left)
    return parts


def _theory(signal: str, left: float) -> list[str]:
    """Where theory lets each way of deciding reach 90 %."""
    bottom = TOP + PANEL_H
    parts = []
    for way, marks in THEORY_DB.items():
        x = _x(left, marks[signal])
        parts.append(f'<path class="theory" d="M{x:.1f} {TOP}V{bottom}"/>')
        parts.append(_text(x, bottom + 50, way.rpartition(" ")[2], "small", "end" if "non" in way else "middle"))
    return parts


def _line(curve: Mapping[Key, Tally], signal: str, receiver: str, left: float) -> list[str]:
    points = [(_x(left, snr), _y(curve[signal, snr, "twin", receiver].percent)) for snr in SNRS_DB]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = [f'<circle class="dot {receiver}" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in points]
    return [f'<polyline class="line {receiver}" points="{path}"/>', *dots]
