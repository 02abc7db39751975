"""Screenshots made small for a repository: the screen's own picture again, with a palette of 256 colours."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

Pixels = npt.NDArray[np.uint8]
"""Red, green, blue; shape (height, width, 3)."""

COLOURS = 256
"""As many as a palette of PNG holds. Spec: PNG (ISO/IEC 15948), 11.2.2."""

UNPACK = """
const done = arguments[arguments.length - 1];
const png = Uint8Array.from(atob(arguments[0]), (letter) => letter.charCodeAt(0));
createImageBitmap(new Blob([png], { type: "image/png" })).then((image) => {
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const bytes = pen.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  done([image.width, image.height, btoa(text)]);
});
"""
"""The browser unpacks its own picture: the tests then need no library for pictures."""


def take_picture(driver: Chrome, file: Path) -> None:
    """What is on the screen, as a PNG with a palette."""
    width, height, packed = driver.execute_async_script(UNPACK, driver.get_screenshot_as_base64())
    pixels = np.frombuffer(base64.b64decode(packed), np.uint8).reshape(height, width, 4)[:, :, :3]
    file.write_bytes(png(*with_palette(pixels)))


def with_palette(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """The palette, shape (n, 3), and the place in it of every pixel: the commonest colours, the rest at the nearest."""
    wide = pixels.astype(np.uint32)
    codes = wide[:, :, 0] << 16 | wide[:, :, 1] << 8 | wide[:, :, 2]
    colours, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    kept = np.sort(np.argsort(-counts, kind="stable")[:COLOURS])
    there = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.int32)
    palette = there[kept]
    nearest = np.empty(len(there), np.uint8)
    for start in range(0, len(there), 1024):
        apart = there[start : start + 1024, None, :] - palette[None, :, :]
        nearest[start : start + 1024] = np.argmin((apart**2).sum(axis=2), axis=1)
    return palette.astype(np.uint8), nearest[inverse].reshape(codes.shape)


def png(palette: Pixels, places: Pixels) -> bytes:
    """A PNG of colour type 3, every row unfiltered. Spec: PNG, 11.2 and 9.2 (no filter for palettes)."""
    height, width = places.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), places], axis=1)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", head),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
