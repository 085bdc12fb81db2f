"""Every text of the entrance and of the refusals, English and Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """One text in both languages."""

    en: str
    zh: str


_ASK = "Ask whoever sent it to you for a new one."
_ASK_ZH = "请向发送者索取新的链接。"
_AGAIN = "Please load the page again and try once more."
_AGAIN_ZH = "请刷新页面后重试。"

#: By the word that the code raises it with.
REFUSALS: Mapping[str, Said] = {
    "link_damaged": Said(f"This link does not open anything. {_ASK}", f"此链接无效。{_ASK_ZH}"),
    "link_expired": Said(f"This link has expired. {_ASK}", f"此链接已过期。{_ASK_ZH}"),
    "link_withdrawn": Said(f"This link was withdrawn. {_ASK}", f"此链接已被撤销。{_ASK_ZH}"),
    "link_foreign": Said(
        "Your link does not open this page. Open the link that you were sent for it.",
        "您的链接无权打开此页面。请使用为此页面发送给您的链接。",
    ),
    "not_inside": Said(
        "You are not inside. Open the personal link that you were sent.", "您尚未进入。请打开发送给您的个人链接。"
    ),
    "session_over": Said(
        "Your visit has ended. Open your personal link once more.", "本次访问已结束。请再次打开您的个人链接。"
    ),
    "form_outdated": Said(
        "This form belongs to another visit; nothing was done. Go back, load the page again and repeat it.",
        "此表单属于另一次访问，未执行任何操作。请返回并刷新页面后重新提交。",
    ),
    "other_site": Said(
        "This was sent from another site; nothing was done. Open the page here and repeat it.",
        "此请求来自其他网站，未执行任何操作。请在本站打开页面后重新提交。",
    ),
    "other_host": Said(
        "This address is not the screening room's. Use the address in the link that you were sent.",
        "此地址不是审片室的地址。请使用发送给您的链接中的地址。",
    ),
    "wrong_type": Said("This was not sent as it must be (content type).", "请求的内容类型不正确。"),
    "body_oversized": Said("This is too much at once. Shorten the texts.", "内容过长，请缩短后重试。"),
    "body_slow": Said(f"This took too long to arrive. {_AGAIN}", f"传输超时。{_AGAIN_ZH}"),
    "body_broken_off": Said(f"This did not arrive whole. {_AGAIN}", f"内容传输不完整。{_AGAIN_ZH}"),
    "not_a_form": Said(f"This is no form of ours. {_AGAIN}", f"表单无法识别。{_AGAIN_ZH}"),
    "not_json": Said("This is no JSON.", "不是有效的 JSON。"),
    "not_an_object": Said("This is no JSON object.", "必须是 JSON 对象。"),
    "not_text": Said("A text has characters that cannot be kept.", "文本中含有无法保存的字符。"),
    "field_twice": Said(f"A field was sent twice. {_AGAIN}", f"有字段被重复提交。{_AGAIN_ZH}"),
    "too_many": Said("Too many requests. Wait a moment and try again.", "请求过于频繁，请稍后再试。"),
    "no_sign_in": Said(
        "There is no sign-in here. Open the personal link that you were sent.",
        "此处未启用登录。请打开发送给您的个人链接。",
    ),
    "sign_in_refused": Said(
        "The sign-in was refused or broken off. Try again, or ask for a personal link.",
        "登录被拒绝或已中断。请重试，或索取个人链接。",
    ),
    "sign_in_stale": Said(
        "This sign-in took too long, or was begun in another window. Begin it again.",
        "登录已超时，或是在其他窗口开始的。请重新登录。",
    ),
    "sign_in_stranger": Said(
        "This account may not enter. Ask whoever runs the screening room, or ask for a personal link.",
        "此账号无权进入。请联系审片室管理员，或索取个人链接。",
    ),
    "sign_in_away": Said(
        "The sign-in service does not answer. Try again in a moment; personal links work.",
        "登录服务暂时无法访问。请稍后再试；个人链接仍可使用。",
    ),
    "left": Said("You have left the screening room.", "您已离开审片室。"),
    "staff_inside": Said(
        "You are signed in. Open the campaign's address that you were sent.", "您已登录。请打开发送给您的项目地址。"
    ),
}

#: For whatever has no words of its own.
BY_STATUS: Mapping[int, Said] = {
    400: Said(f"This request is broken. {_AGAIN}", f"请求格式错误。{_AGAIN_ZH}"),
    401: REFUSALS["not_inside"],
    403: Said("This is not allowed here.", "此操作不被允许。"),
    404: Said("There is nothing here.", "此处没有内容。"),
    405: Said("This address does not do that.", "此地址不支持该操作。"),
    409: Said(f"Somebody was faster, and this has changed. {_AGAIN}", f"内容已被他人更新。{_AGAIN_ZH}"),
    422: Said("Something in this is not right; nothing was kept.", "提交的内容有误，未保存任何内容。"),
    500: Said(
        "Something went wrong here; what was on record before still is. Try again, or tell whoever sent you the link.",
        "系统出现错误，此前的记录不受影响。请重试，或告知链接的发送者。",
    ),
    503: Said("The screening room is not ready just now. Try again in a moment.", "审片室暂时不可用，请稍后再试。"),
}
UNEXPECTED = Said("This cannot be answered.", "无法处理此请求。")

#: The page of a personal link.
ENTER: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Screening room",
        "you_are": "This link is for",
        "roles": "You answer for",
        "agent": "This link is for a software agent: it may look and comment, and cannot decide.",
        "until": "The link works until",
        "personal": "It is personal: whoever opens it acts under this name. Do not pass it on.",
        "replaces": "You are inside already with another link. Entering here ends that visit in this browser.",
        "enter": "Enter",
        "sign_in": "Sign in",
        "role_creative": "creative",
        "role_brand": "brand",
        "role_legal": "legal",
    },
    "zh": {
        "title": "审片室",
        "you_are": "此链接属于",
        "roles": "您负责",
        "agent": "此链接供软件代理使用：可以查看和评论，但不能审批。",
        "until": "链接有效期至",
        "personal": "此链接仅供本人使用：打开者将以此姓名操作，请勿转发。",
        "replaces": "您已通过另一个链接进入。从此处进入将结束该访问（本浏览器）。",
        "enter": "进入",
        "sign_in": "登录",
        "role_creative": "创意",
        "role_brand": "品牌",
        "role_legal": "法务",
    },
}
