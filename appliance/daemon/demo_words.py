"""What the demo says to the person at the terminal, in both languages."""

from __future__ import annotations

import os
from collections.abc import Mapping

from appliance.call.states import State
from appliance.events import Outcome, Prompt

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "starting": "starting the box: line, page, clerk, broker ...   (Ctrl-C ends)",
        "page": "open the page:  {url}",
        "page_soon": "the first call comes in a few seconds",
        "page_silent": "the page does not answer at {url}; the calls go on without it, as in life",
        "line_ready": "the line is ready: {device}",
        "line_lost": "the line is lost: {why}",
        "caller": "call from {caller}",
        "decided": "the box decides: {what}",
        "lamp": "lamp: {name}",
        "lifted": "staff lift the telephone",
        "caller_gone": "the caller has hung up",
        "recorded": "recorded: {seconds} s",
        "unrecorded": "not recorded: {why}",
        "sos": "SOS is pressed",
        "mark": "mark is pressed",
        "acknowledged": "the alarm is acknowledged",
        "died": "the process {name} has ended and is started again; its last words:",
        "ended": "ended: {outcome}",
        "score": "{good} of {all} calls went as they should",
        "stopped": "stopped before the end: {played} of {wanted} calls were played",
        "stay": "The calls are over. The page stays up; Ctrl-C ends.",
        "kept": "kept: {folder} ({what})",
        "lived": "{line_s} s on the line in {real_s} s",
        "none": "none",
        "any": "any",
        "should": "should",
        "did": "did",
        "seconds": "{seconds} s",
        "wrong": "WRONG",
    },
    "ja": {
        "starting": "電話番を始めます: 回線、画面、記録係、連絡役 …   (Ctrl-C で終わります)",
        "page": "画面を開いてください:  {url}",
        "page_soon": "まもなく最初の電話がかかってきます",
        "page_silent": "画面 {url} が開きません。電話は画面なしで続きます",
        "line_ready": "回線の準備ができました: {device}",
        "line_lost": "回線が使えません: {why}",
        "caller": "着信: {caller}",
        "decided": "電話番の判断: {what}",
        "lamp": "ランプ: {name}",
        "lifted": "スタッフが受話器を上げました",
        "caller_gone": "相手が電話を切りました",
        "recorded": "録音しました: {seconds} 秒",
        "unrecorded": "録音できません: {why}",
        "sos": "SOS が押されました",
        "mark": "「印」が押されました",
        "acknowledged": "警報が確認されました",
        "died": "{name} が止まったため、もう一度始めます。最後の言葉:",
        "ended": "終わり: {outcome}",
        "score": "{all} 件のうち {good} 件が期待どおりでした",
        "stopped": "途中で終わりました: {wanted} 件のうち {played} 件",
        "stay": "電話は終わりました。画面はこのまま見られます。Ctrl-C で終わります。",
        "kept": "残しました: {folder} ({what})",
        "lived": "電話 {line_s} 秒分を {real_s} 秒で",
        "none": "なし",
        "any": "どれでも",
        "should": "予定",
        "did": "結果",
        "seconds": "{seconds} 秒",
        "wrong": "相違",
    },
}

STATES: Mapping[str, Mapping[State, str]] = {
    "en": {
        State.LETTING_RING: "the shop's telephone rings",
        State.RINGING_SILENT: "the shop's telephone rings",
        State.RINGING_OUT: "the shop's telephone rings",
        State.RINGING_LONG: "nobody has come yet",
        State.RINGING_LONG_SILENT: "nobody has come yet",
        State.ANNOUNCING: "the box tells the caller that the call is recorded",
        State.SUMMONING: "the box calls staff by lamp, buzzer and page",
        State.LISTENING: "the caller speaks; the box does not talk over them",
        State.HEARING_OUT: "the caller speaks; the box does not talk over them",
        State.JOIN_ANNOUNCING: "caller and staff hear that the call is recorded",
        State.TALKING: "caller and staff talk; the box is silent and records",
        State.MESSAGE_ANNOUNCING: "the box tells the caller that the call is recorded",
        State.INVITING: "the box asks for a message",
        State.TAKING_MESSAGE: "the caller leaves a message",
        State.THANKING: "the box thanks for the message",
        State.REFUSING: "the box says that the call is not taken",
        State.ASKING_REDIAL: "the box asks to redial with the number shown",
        State.FAX: "a fax machine calls; the box falls silent",
        State.LINE_IN_USE: "staff make a call",
        State.CALLING_OUT: "staff and the called party talk; the box is silent and records",
        State.CALLING_OUT: "staff call out; the box is silent and records",
        State.UNRECORDED: "the call goes on without the box",
    },
    "ja": {
        State.LETTING_RING: "店の電話が鳴っています",
        State.RINGING_SILENT: "店の電話が鳴っています",
        State.RINGING_OUT: "店の電話が鳴っています",
        State.RINGING_LONG: "まだ誰も出ません",
        State.RINGING_LONG_SILENT: "まだ誰も出ません",
        State.ANNOUNCING: "録音のお知らせを流しています",
        State.SUMMONING: "ランプ、ブザー、画面でスタッフを呼んでいます",
        State.LISTENING: "相手が話しているあいだ、電話番は黙っています",
        State.HEARING_OUT: "相手が話しているあいだ、電話番は黙っています",
        State.JOIN_ANNOUNCING: "双方に録音のお知らせを流しています",
        State.TALKING: "通話中です。電話番は黙って録音しています",
        State.MESSAGE_ANNOUNCING: "録音のお知らせを流しています",
        State.INVITING: "伝言をお願いしています",
        State.TAKING_MESSAGE: "伝言を預かっています",
        State.THANKING: "お礼を伝えています",
        State.REFUSING: "お受けできないことを伝えています",
        State.ASKING_REDIAL: "番号を通知してかけ直すようお願いしています",
        State.FAX: "ファクスからの電話です。電話番は黙ります",
        State.LINE_IN_USE: "店から電話をかけています",
        State.CALLING_OUT: "こちらからかけた通話です。電話番は黙って録音しています",
        State.CALLING_OUT: "店からかけた電話を録音しています",
        State.UNRECORDED: "電話番なしで通話が続いています",
    },
}
"""What a person notices. Why not all states: most last a moment and belong to the machine's journal alone."""

# English speaks the words of the scripts, so that what is seen can be held against what a script expects.

OUTCOMES: Mapping[str, Mapping[Outcome, str]] = {
    "en": {outcome: outcome.value for outcome in Outcome},
    "ja": {
        Outcome.TALKED: "通話",
        Outcome.MESSAGE: "伝言あり",
        Outcome.NO_MESSAGE: "伝言なし",
        Outcome.REFUSED: "お断り",
        Outcome.ASKED_REDIAL: "かけ直しのお願い",
        Outcome.ABANDONED: "相手が切った",
        Outcome.MISSED: "出られず",
        Outcome.FAX: "ファクス",
        Outcome.LINE_LOST: "回線が切れた",
        Outcome.INTERRUPTED: "途中で中断",
    },
}

PROMPTS: Mapping[str, Mapping[Prompt, str]] = {
    "en": {prompt: prompt.value for prompt in Prompt},
    "ja": {
        Prompt.RECORDING_NOTICE: "録音のお知らせ",
        Prompt.PLEASE_WAIT: "お待ちください",
        Prompt.LEAVE_MESSAGE: "伝言をどうぞ",
        Prompt.MESSAGE_THANKS: "お礼",
        Prompt.ASK_REDIAL: "かけ直しのお願い",
        Prompt.REFUSED: "お断り",
    },
}

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "en": ("call", "", "caller", "outcome", "announcement heard", "recording", "", "path", "lamp"),
    "ja": ("電話", "", "相手", "結果", "聞こえた案内", "録音", "", "道すじ", "ランプ"),
}


def terminal_language() -> str:
    """The language of the person at the terminal. Spec: POSIX, LC_ALL before LC_MESSAGES before LANG."""
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ja" if spoken.startswith("ja") else "en"
