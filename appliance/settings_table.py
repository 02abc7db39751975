"""Every setting as data: where it stands, what may stand there, its unit, and what it does in both languages.

`appliance.settings` checks by this table; `docs/settings.md` is printed from it; a test holds all three together.
"""

from __future__ import annotations

from dataclasses import dataclass

from appliance.settings_checks import (
    SUN_PATH_BYTES,
    AbsolutePath,
    Checker,
    Choice,
    Command,
    Device,
    Host,
    Line,
    OptionalPin,
    Pin,
    SoundDevice,
    Span,
    Speed,
    Switch,
    Week,
    Whole,
    Words,
    Zone,
)


@dataclass(frozen=True)
class Section:
    name: str
    words: Words


@dataclass(frozen=True)
class Row:
    """One setting. `unit` is empty where a value has none."""

    section: str
    key: str
    checker: Checker
    unit: str
    words: Words

    @property
    def name(self) -> str:
        return f"{self.section}.{self.key}"


SECTIONS = (
    Section("line", Words("The telephone line and what connects the box to it.", "電話回線と接続機器")),
    Section(
        "adapter",
        Words(
            'The analog adapter, for line.kind = "sound": a sound card on the line, optocouplers and a hook relay at '
            "the GPIO header.",
            "アナログアダプター(line.kind が sound のとき)。サウンドカードと、GPIO の着信・電流検出・フックリレー",
        ),
    ),
    Section("call", Words("How a call runs.", "通話の進め方")),
    Section(
        "policy",
        Words(
            "What is done with whom. pass: ring only, record when the phone is lifted; announce: say that the call is "
            "recorded; skip: record without saying so; message: take a message at once; ask_redial: ask to call again "
            "with the number shown, then hang up; refuse: say that the call is not taken, then hang up.",
            "誰からの電話をどう扱うか。pass: 鳴らすだけ(受話器が上がれば録音)、announce: 録音していることを案内、"
            "skip: 案内なしで録音、message: すぐに伝言を預かる、ask_redial: 番号を通知してかけ直すよう案内して切る、"
            "refuse: お受けできない旨を案内して切る",
        ),
    ),
    Section("hours", Words("When the shop is open.", "営業時間")),
    Section("recording", Words("What is recorded, and how much room is kept.", "録音と空き容量")),
    Section("panel", Words("Lamps, buzzer and buttons at the GPIO header.", "ランプ・ブザー・ボタン(GPIO)")),
    Section("web", Words("The page.", "画面(ウェブページ)")),
    Section("bus", Words("Messages between the processes.", "プロセス間のメッセージ")),
    Section("paths", Words("Where things are kept.", "保存場所")),
    Section("shop", Words("The shop.", "店")),
)

COUNTRIES = ("JP", "US", "CA", "GB", "DE", "FR", "AU", "NZ", "KR", "TW", "CN", "IN")
"""Countries (ISO 3166-1 alpha-2) whose tones are known. Spec: `line.progress_tones`; a test holds the two together."""

_PROFILES = ("usr5637", "cx930xx", "si24xx", "generic", "cx930xx-duplex", "generic-duplex")
"""Chipset profiles. Spec: `line.modem.profiles`; a test holds the two together."""

_ANSWERS = ("pass", "announce", "skip", "message", "refuse")
_HIDDEN = (*_ANSWERS, "ask_redial")


def _row(name: str, checker: Checker, unit: str, en: str, ja: str) -> Row:
    section, _, key = name.partition(".")
    return Row(section, key, checker, unit, Words(en, ja))


TABLE = (
    _row(
        "line.kind",
        Choice(("modem", "sound")),
        "",
        "What connects the box to the line. modem: a USB voice modem. sound: an analog adapter, see [adapter].",
        "回線につなぐ機器の種類。modem: USB 音声モデム、sound: アナログアダプター([adapter] を参照)",
    ),
    _row(
        "line.port",
        Device(),
        "",
        "The modem's serial device. Needed for a modem. A path under /dev/serial/by-path stays the same after "
        "replugging; "
        "`denwaban doctor` lists what is plugged in.",
        "モデムのシリアル機器。モデムなら必須。/dev/serial/by-path のパスなら挿し直しても変わりません。"
        "`denwaban doctor` で一覧が出ます",
    ),
    _row(
        "line.country",
        Choice(COUNTRIES),
        "",
        "Whose ringing, tones and caller ID are on the line.",
        "呼出音・信号音・番号表示の方式(国)",
    ),
    _row(
        "line.profile",
        Choice(("auto", *_PROFILES)),
        "",
        "The modem's chipset; auto asks the modem.",
        "モデムのチップ。auto なら自動判別",
    ),
    _row(
        "line.baud", Speed(), "bit/s", "Speed of the serial link; voice needs 115200.", "シリアル速度。音声には 115200"
    ),
    _row(
        "line.number_display",
        Switch(),
        "",
        "Whether the line has the caller-number service (Number Display, caller ID).",
        "ナンバー・ディスプレイ契約の有無",
    ),
    _row(
        "line.heartbeat_s",
        Whole(1, 600),
        "s",
        "How often an idle modem is asked whether it still answers.",
        "待機中のモデムに応答を確かめる間隔",
    ),
    _row(
        "line.usb_reset",
        Command(),
        "",
        "A command that is run when a mute modem does not come back otherwise, for example one that switches the power "
        'of its USB socket: "/usr/sbin/uhubctl -a cycle -l 1-1 -p 2". Empty: the kernel\'s own USB reset.',
        "モデムが応答せず他の手段で戻らないときに実行するコマンド(USB 電源を入れ直すものなど。例: "
        "「/usr/sbin/uhubctl -a cycle -l 1-1 -p 2」)。空: カーネルの USB リセット",
    ),
    _row(
        "adapter.capture",
        SoundDevice(),
        "",
        "The sound card that hears the line, by its id. Needed for an adapter; `denwaban doctor` lists the cards.",
        "回線を聞くサウンドカード(ID で指定)。アダプターなら必須。`denwaban doctor` で一覧が出ます",
    ),
    _row(
        "adapter.playback",
        SoundDevice(optional=True),
        "",
        "The sound card that speaks to the line. Empty: the same as capture.",
        "回線に話すサウンドカード。空: capture と同じ",
    ),
    _row(
        "adapter.ring_pin",
        OptionalPin(),
        "GPIO",
        "Input: the optocoupler across the line that pulses with the ringing current.",
        "入力: 呼出電流で断続するフォトカプラー",
    ),
    _row(
        "adapter.loop_pin",
        OptionalPin(),
        "GPIO",
        "Input: the optocoupler in series with the shop's telephones; on while one of them is off the hook.",
        "入力: 店の電話機に直列のフォトカプラー(受話器が上がっている間オン)",
    ),
    _row(
        "adapter.hook_pin",
        OptionalPin(),
        "GPIO",
        "Output: the relay that closes the loop. 0: there is none, the box only listens.",
        "出力: 回線を閉じるフックリレー。0 ならリレーなし(聞くだけ)",
    ),
    _row(
        "adapter.polarity_pin",
        OptionalPin(),
        "GPIO",
        "Input: the optocoupler that tells a reversed pair. Not needed; with it Number Display is more certain.",
        "入力: 極性反転を知るフォトカプラー。なくても動きますが、あると番号表示がより確実です",
    ),
    _row(
        "adapter.tap_only",
        Switch(),
        "",
        "Never answer and never speak: record and recognise what the shop's telephones answer.",
        "応答も発話もせず、店の電話機での通話を録音・認識するだけにする",
    ),
    _row(
        "call.mode",
        Choice(("staff_first", "box_first")),
        "",
        "staff_first: the phones ring as ever and the box joins when one is lifted. "
        "box_first: the box answers, announces and summons staff.",
        "staff_first: いつも通り電話が鳴り、受話器が上がると加わる。box_first: 先に応答・案内して店員を呼び出す",
    ),
    _row(
        "call.message_after_s",
        Whole(0, 300),
        "s",
        "How long it rings, or staff are summoned, before the box takes a message; 0: it never takes one by itself.",
        "誰も出ないとき伝言に切り替えるまでの時間。0 なら切り替えません",
    ),
    _row("call.message_max_s", Whole(5, 1800), "s", "Longest message that is taken.", "伝言の最長時間"),
    _row(
        "call.join_outgoing_s",
        Whole(0, 120),
        "s",
        "How long after the phone is lifted without a ring the box joins to record an outgoing call.",
        "着信なしに受話器が上がってから、発信通話の録音に加わるまでの時間",
    ),
    _row("policy.known", Choice(_ANSWERS), "", "A caller in the customer list.", "顧客名簿にある番号"),
    _row("policy.unknown", Choice(_ANSWERS), "", "A number nobody knows.", "名簿にない番号"),
    _row("policy.withheld", Choice(_HIDDEN), "", "The caller withheld the number.", "非通知"),
    _row("policy.pay_phone", Choice(_HIDDEN), "", "A pay phone.", "公衆電話"),
    _row(
        "policy.unavailable",
        Choice(_HIDDEN),
        "",
        "The number cannot be shown (from abroad, service conflict).",
        "表示圏外・サービス競合",
    ),
    _row("policy.refused", Choice(_ANSWERS), "", "A number on the refusal list.", "拒否リストにある番号"),
    _row("policy.closed", Choice(_ANSWERS), "", "Any call outside the opening hours.", "営業時間外の着信"),
    _row("hours.open", Week(), "", "Opening hours. Empty: always open.", "営業時間。空: いつでも営業中"),
    _row("hours.timezone", Zone(), "", "Time zone of the hours. Empty: that of the machine.", "時間帯。空: 機器の設定"),
    _row("recording.outgoing", Switch(), "", "Record calls that the shop makes.", "店からの発信も録音する"),
    _row(
        "recording.min_free_mb",
        Whole(50, 1_000_000),
        "MB",
        "With less room than this the owner is warned. Calls are still answered.",
        "空き容量がこれを下回ると知らせます(電話は受け続けます)",
    ),
    _row(
        "panel.driver",
        Choice(("auto", "gpiozero", "disabled")),
        "",
        "auto: lamps where there is a GPIO header, none elsewhere.",
        "auto: GPIO があれば使い、なければ使わない",
    ),
    _row("panel.red_pin", Pin(), "GPIO", "Red lamp.", "赤ランプ"),
    _row("panel.amber_pin", Pin(), "GPIO", "Amber lamp.", "黄ランプ"),
    _row("panel.green_pin", Pin(), "GPIO", "Green lamp.", "緑ランプ"),
    _row("panel.buzzer_pin", Pin(), "GPIO", "Buzzer (an active one: on or off).", "ブザー(自励式)"),
    _row("panel.acknowledge_pin", Pin(), "GPIO", "Button: seen, quiet now.", "確認ボタン"),
    _row("panel.sos_pin", Pin(), "GPIO", "Button: help.", "SOS ボタン"),
    _row("panel.mark_pin", Pin(), "GPIO", "Button: mark this moment.", "目印ボタン"),
    _row(
        "panel.quiet_hours",
        Span(),
        "",
        "No buzzer in these hours but for alarms. Empty: never quiet.",
        "警報以外のブザーを鳴らさない時間帯。空: なし",
    ),
    _row(
        "web.host",
        Host(),
        "",
        "Where the page listens. Only this box by default.",
        "画面を出すアドレス。既定はこの機器のみ",
    ),
    _row("web.port", Whole(1024, 65535), "", "TCP port of the page.", "画面の TCP ポート"),
    _row("web.language", Choice(("ja", "en")), "", "Language of page and doctor.", "画面と診断の言語"),
    _row(
        "bus.socket",
        AbsolutePath(longest=SUN_PATH_BYTES, optional=True),
        "",
        "The broker's socket. Empty: bus.sock under paths.run.",
        "ブローカーのソケット。空: paths.run の bus.sock",
    ),
    _row("paths.data", AbsolutePath(), "", "Database and recordings.", "データベースと録音"),
    _row("paths.run", AbsolutePath(longest=SUN_PATH_BYTES - len("/bus.sock")), "", "Sockets.", "ソケットなど"),
    _row("shop.name", Line(60), "", "Name of the shop, shown on the page.", "店名(画面に出ます)"),
)
"""Bounds. Why: wide enough for any shop, narrow enough to catch minutes given for seconds and a lost zero."""
