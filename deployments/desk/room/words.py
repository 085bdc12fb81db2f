"""Every text of the campaign's page, English and Chinese: `words("zh")["approve"]`."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from deployments.desk.room.words_scripts import SCRIPTS
from deployments.desk.room.words_terms import TERMS

_PAGE: dict[str, tuple[str, str]] = {
    "project": ("Project", "项目"),
    "requested_by": ("Requested by", "申请人"),
    "shots_count": ("Shots {shots} · Variants {variants}", "镜头 {shots} · 变体 {variants}"),
    "keys_open": ("Keys", "快捷键"),
    "said": ("Your decision is on record. Thank you.", "您的决定已记录，谢谢。"),
    "problems_title": ("Nothing was recorded. Please mend this:", "尚未记录，请修改以下内容："),
    "problems_faster": ("Decided or changed before your answer came:", "在您提交之前已有决定或变化："),
    # status
    "status_asking": ("Waiting for decisions", "等待审批"),
    "status_drafting": ("Drafts are being made", "样片制作中"),
    "status_decided": ("Decided", "已决定"),
    "status_making": ("Finals are being made", "终片制作中"),
    "status_over": ("The time to decide is over", "审批时间已过"),
    "status_closed": ("Closed", "已结束"),
    "about_drafting": (
        "Nothing is asked now. Drafts appear here as soon as they are safe in the archive.",
        "目前无需审批。样片归档后会显示在这里。",
    ),
    "about_decided": ("Nothing is asked now. The history below says who decided.", "目前无需审批，决定见下方记录。"),
    "about_making": (
        "Nothing is asked now. Approved films are being made in full quality.",
        "目前无需审批，已通过的影片正在以完整质量制作。",
    ),
    "about_over": (
        "The deadline has passed. What was not decided counts as no.",
        "已过截止时间，未决定的内容视为拒绝。",
    ),
    "about_closed": ("This campaign has ended: {state}.", "该项目已结束：{state}。"),
    # money and time
    "deadline": ("Decide by", "审批截止"),
    "left": ("{left} left", "剩余 {left}"),
    "cause_timeout": ("Then the answer is no.", "届时视为拒绝。"),
    "cause_draft": ("Then the provider no longer keeps the drafts.", "届时供应商不再保留样片。"),
    "cause_quote": ("Then the prices no longer stand, and the answer is no.", "届时报价失效，视为拒绝。"),
    "cause_sunset": ("Then the model is switched off, and the answer is no.", "届时模型下线，视为拒绝。"),
    "finals_cost": ("If all are approved", "全部通过需花费"),
    "finals_for": ("at most, for {number} finals", "最多，共 {number} 个终片"),
    "committed": ("Spent or ordered so far", "已花费或已下单"),
    "of_budget": ("of a budget of {budget}", "预算 {budget}"),
    "unknown_charge": (
        "{amount} of it is in doubt: nobody knows yet whether it was charged.",
        "其中 {amount} 尚不确定是否已计费。",
    ),
    "needs": ("Who must agree", "审批要求"),
    "needs_people": ("{number} approvals each", "各需 {number} 人通过"),
    "needs_one": ("One approval each", "各需 1 人通过"),
    "needs_roles": ("among them: {roles}", "其中须有：{roles}"),
    "needs_watched": ("{share} of each draft watched first", "须先观看样片的 {share}"),
    # a shot
    "playback": ("Play all films of {shot} together", "同步播放 {shot} 的全部影片"),
    "play": ("Play", "播放"),
    "position": ("Position in the film", "播放位置"),
    "speed": ("Speed", "速度"),
    "sound": ("Sound", "声音"),
    "zone": ("Safe zone", "安全区"),
    "zone_none": ("none", "无"),
    "zone_note": ("{name}: {note}. Read {read}, {trust}.", "{name}：{note}。查阅于 {read}，{trust}。"),
    "zone_source": ("Source", "来源"),
    "zone_unknown": ("Nobody publishes a safe zone for {ratio}.", "{ratio} 画幅暂无公开的安全区数据。"),
    "references": ("Reference", "参考图"),
    "reference_alt": (
        "Reference picture ({role}) of the shot {shot}: {name}",
        "镜头 {shot} 的参考图（{role}）：{name}",
    ),
    "variants_of": ("Variants of {shot}", "{shot} 的变体"),
    # a film
    "take": ("Take {take}", "第 {take} 条"),
    "final": ("Final", "终片"),
    "draft": ("Draft", "样片"),
    "takes": ("Takes", "条次"),
    "compare": ("Compare with take {take}", "与第 {take} 条对比"),
    "film_label": (
        "{kind} of {variant}, take {take}, {seconds} seconds",
        "{variant} 的{kind}，第 {take} 条，{seconds} 秒",
    ),
    "film_facts": ("{width} × {height} · {seconds} s", "{width} × {height} · {seconds} 秒"),
    "watch_older": ("Watch take {take}", "观看第 {take} 条"),
    "no_film": ("No film yet", "尚无影片"),
    "no_draft": ("Made without a draft: the final is ordered directly.", "本项目不做样片，通过后直接制作终片。"),
    "ended": ("There is no film of this take.", "该条没有影片。"),
    "in_work": ("This take is being made.", "该条正在制作。"),
    "watched": ("Watched {share}", "已观看 {share}"),
    "watched_wanted": ("{share} is asked for before you approve", "通过前须观看 {share}"),
    "warnings": ("Automatic checks noticed", "自动检查提示"),
    "would_block": (
        "A final like this would be held back, and paid all the same.",
        "此类终片将被扣留，但仍会产生费用。",
    ),
    "warning": ("{rule}, {score}", "{rule}，{score}"),
    "limit": ("limit {limit}", "阈值 {limit}"),
    "whole_film": ("whole film", "整片"),
    "jump_to": ("Go to {clock}", "跳到 {clock}"),
    "changes": ("What changed since take {take}", "与第 {take} 条相比的变化"),
    "asked_by": ("Asked for by {actor}, {at}", "由 {actor} 于 {at} 提出"),
    "prompt": ("Prompt", "提示词"),
    "prompt_same": ("The prompt is the same.", "提示词未变。"),
    "removed": ("removed:", "删除："),
    "added": ("added:", "新增："),
    "end_mark": ("end", "结束"),
    "parameters": ("Parameters", "参数"),
    "before": ("Before", "之前"),
    "after": ("After", "之后"),
    "forgotten": (
        "The provider no longer keeps this draft. A final is made from the same words and seed: another film.",
        "供应商已不再保留该样片；终片将按相同提示词与种子重新生成，与样片不完全相同。",
    ),
    "price": ("Final: at most {amount}", "终片：最多 {amount}"),
    "price_made": ("Final: {amount}", "终片：{amount}"),
    # comments
    "comments": ("Comments", "意见"),
    "no_comments": ("No comments on this take.", "该条暂无意见。"),
    "comment_label": ("Comment on {variant}, take {take}", "对 {variant} 第 {take} 条的意见"),
    "comment_hint": ("What should change? Comments become the next take.", "需要改什么？意见会写入下一条。"),
    "comment_at": ("At the current second", "标记当前时间点"),
    "comment_send": ("Add comment", "提交意见"),
    "comment_needs_js": ("Comments need JavaScript. Decisions work without.", "提交意见需要 JavaScript；审批不需要。"),
    "region": ("Part of the picture", "画面区域"),
    "region_show": ("Show the part of the picture", "显示画面区域"),
    "region_draw": ("Draw on the film", "在画面上框选"),
    "region_clear": ("Whole picture", "整个画面"),
    "region_x": ("From left, %", "左起 %"),
    "region_y": ("From top, %", "上起 %"),
    "region_width": ("Width, %", "宽 %"),
    "region_height": ("Height, %", "高 %"),
    # decision
    "decide": ("Your decision", "您的决定"),
    "decide_on": ("Your decision on {variant}", "您对 {variant} 的决定"),
    "not_now": ("Not now", "暂不"),
    "approve": ("Approve", "通过"),
    "revise": ("Changes", "修改"),
    "reject": ("Reject", "拒绝"),
    "note": ("Why", "理由"),
    "note_hint": ("Needed for a rejection or for changes", "拒绝或修改时必填"),
    "next_prompt": ("Words of the next take", "下一条的提示词"),
    "next_prompt_hint": (
        "Prefilled with your team's comments. Empty: made from the comments when you send.",
        "已自动汇总意见；留空则在提交时由意见生成。",
    ),
    "votes": ("Said so far", "已有表态"),
    "vote_line": ("{decision} · {channel}", "{decision} · {channel}"),
    "you": ("you", "您"),
    "still_missing": ("Still missing: {what}", "还缺：{what}"),
    "missing_people": ("{number} more approvals", "{number} 人通过"),
    "missing_one": ("one more approval", "1 人通过"),
    "missing_roles": ("somebody for: {roles}", "角色：{roles}"),
    "missing_and": ("; ", "；"),
    "decided_by": ("{decision} by {actor}, {at}", "{actor} 于 {at}：{decision}"),
    "decided_deadline": ("Nobody answered in time: {at}", "逾期未审批：{at}"),
    "approve_all": ("Approve all", "全部通过"),
    "clear": ("Clear", "清除"),
    "send": ("Send", "提交"),
    "sum_open": ("{number} wait for your answer", "{number} 个待您决定"),
    "no_form": ("You can look and comment. You cannot decide:", "您可以查看并提出意见，但不能审批："),
    "no_yes": ("You can reject or ask for changes. You cannot approve:", "您可以拒绝或要求修改，但不能通过："),
    # history and keys
    "history": ("History", "历史记录"),
    "history_empty": ("Nothing happened yet.", "暂无记录。"),
    "keys_title": ("Keyboard", "键盘快捷键"),
    "close": ("Close", "关闭"),
    "keys_play": ("Play or pause the shot", "播放或暂停"),
    "keys_seek": ("One second back or on", "后退或前进 1 秒"),
    "keys_frame": ("One picture back or on", "后退或前进一帧"),
    "keys_focus": ("Go to variant 1 to 9", "跳到第 1 至 9 个变体"),
    "keys_approve": ("Approve the variant", "通过该变体"),
    "keys_reject": ("Reject it", "拒绝该变体"),
    "keys_changes": ("Ask for changes", "要求修改"),
    "keys_comment": ("Write a comment", "填写意见"),
    "keys_zone": ("Next safe zone", "切换安全区"),
    "keys_send": ("Send, from the bar below", "在底部栏中提交"),
    "keys_help": ("This list", "显示本列表"),
}


@cache
def words(lang: str) -> Mapping[str, str]:
    """The texts of one language, `en` or `zh`; any other reads English."""
    place = 1 if lang == "zh" else 0
    return MappingProxyType({key: pair[place] for key, pair in {**_PAGE, **TERMS}.items()})


@cache
def script_words(lang: str) -> dict[str, str]:
    """The texts that the page's scripts say. `{}` marks are filled by them."""
    place = 1 if lang == "zh" else 0
    return {key: pair[place] for key, pair in SCRIPTS.items()}
