"""The three chip families as data. Spec: LINE_HARDWARE.md 1.1-1.9 and 4.2 items 2 and 3."""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.exchange.modem_codec import Law


@dataclass(frozen=True)
class Codec:
    """One row of +VSM=?; `law` is None for codecs that are listed and refused here (ADPCM)."""

    id: int
    name: str
    bits: int
    law: Law | None

    def row(self) -> str:
        return f'{self.id},"{self.name}",{self.bits},0,(8000),(0),(0)'


@dataclass(frozen=True)
class ModemProfile:
    """What one family says of itself and where it differs."""

    name: str
    info: dict[int, str]  # ATIn
    maker: str
    model: str
    revision: str
    codecs: tuple[Codec, ...]
    vls_rows: tuple[str, ...]
    classes: str = "0,1,2,8"
    equals: str = "="  # in caller-ID lines
    blank_lines: bool = False  # an empty line before the caller ID
    vcid_kept: bool = True  # over ATZ, once stored by AT&W
    stores: bool = True  # AT&W works
    country_kept: bool = True  # over ATZ and power
    countries: tuple[int, ...] = (0x00, 0xB5, 0xB4, 0x3D)
    answer_result: str = "OK"  # ATA, ATD with +FCLASS=8
    vit_default: int = 0  # 0.1 s
    vsd_default: tuple[int, int] = (128, 0)
    vsd_only_zero: bool = False  # "128,50" is taken and read back as "128,0"
    gain: tuple[int, int] = (0, 255)
    patches: bool = False  # AT!4886=, -PV, -STE, -SCID
    vcdt: bool = False
    cid_extras: bool = False  # CIDM, FLASH, NO CARRIER after the identity
    esc_reply: bytes = b"\x10\x03"  # to <DLE><ESC> in +VRX
    reset_ms: int = 1000  # ATZ
    quirks: dict[str, str] = field(default_factory=dict)  # commands of this family with a fixed answer


USR5637 = ModemProfile(
    name="usr5637",
    info={
        0: "5601",
        1: "A9C3",
        3: "U.S. Robotics 56K FAX USB V1.2.23",
        7: "Configuration Profile...\r\nProduct type           US/Canada USB",
    },
    maker="U.S. Robotics",
    model="U.S. Robotics 56K FAX USB V1.2.23",
    revision="V1.2.23",
    codecs=(
        Codec(128, "8-BIT LINEAR", 8, Law.UNSIGNED_8),
        Codec(129, "16-BIT LINEAR", 16, Law.LINEAR_16),
        Codec(130, "8-BIT ALAW", 8, Law.A),
        Codec(131, "8-BIT ULAW", 8, Law.MU),
        Codec(132, "IMA ADPCM", 4, None),
    ),
    vls_rows=('0,"",00000000,00000000,08800200', '1,"T",0BF40000,0BF40000,0BF40000'),
    blank_lines=True,
    answer_result="VCON",
)

CX930XX = ModemProfile(
    name="cx930xx",
    info={0: "56000", 1: "255", 3: "CX93010-EIS_V0.2013-V92", 6: "RCV56DPF-PLL L8571A Rev 47.00/33.00"},
    maker="CONEXANT",
    model="V90",
    revision="CX93010-EIS_V0.2013-V92",
    codecs=(
        Codec(1, "UNSIGNED PCM", 8, Law.UNSIGNED_8),
        Codec(128, "8-BIT LINEAR", 8, Law.UNSIGNED_8),
        Codec(129, "ADPCM", 4, None),
        Codec(131, "ULAW", 8, Law.MU),
        Codec(132, "ALAW", 8, Law.A),
        Codec(133, "LINEAR", 16, Law.LINEAR_16),
    ),
    vls_rows=('0,"",0A0001000,0E601800,1A803840', '1,"T",0BF40000,0FF41800,1BF43840'),
    equals=" = ",
    vcid_kept=False,
    vit_default=70,
    vsd_default=(0, 0),
    vsd_only_zero=True,
    gain=(121, 131),
    patches=True,
    quirks={"-PV": "F10574", "+GMI9": "CONEXANT ACF 93010"},
)

SI24XX = ModemProfile(
    name="si24xx",
    info={0: "A", 1: "0F2B", 6: "2494"},
    maker="Silicon Labs",
    model="Si2494",
    revision="Revision A",
    classes="0,1,8",
    codecs=(
        Codec(0, "SIGNED PCM", 8, Law.SIGNED_8),
        Codec(1, "UNSIGNED PCM", 8, Law.UNSIGNED_8),
        Codec(4, "G.711U", 8, Law.MU),
        Codec(5, "G.711A", 8, Law.A),
        Codec(129, "ADPCM2", 2, None),
        Codec(131, "ADPCM4", 4, None),
    ),
    vls_rows=('0,"",B0000B00,B0000B00', '1,"T",0B8419E00,0FC419E00'),
    vcid_kept=False,
    stores=False,
    country_kept=False,
    gain=(112, 134),
    vcdt=True,
    cid_extras=True,
    esc_reply=b"\x10\x1b",
    reset_ms=300,
)

PROFILES = {profile.name: profile for profile in (USR5637, CX930XX, SI24XX)}
