"""The words for a value of the wrong shape: pydantic's error types as rule, fix and Chinese sentence."""

from typing import Any

#: Error type -> rule, fix, Chinese. Placeholders are pydantic's error context.
_WORDS: dict[str, tuple[str, str, str]] = {
    "control": (
        "has control characters in it",
        "type the text again without them",
        "含有控制字符；请重新输入。",
    ),
    "string_type": ("must be text", 'put it in quotes: "..."', "必须是文本；请加引号。"),
    "string_too_short": (
        "must not be empty",
        "fill it in",
        "不能为空；请填写。",
    ),
    "string_too_long": (
        "must have at most {max_length} characters",
        "shorten it",
        "最多 {max_length} 个字符；请缩短。",
    ),
    "string_unicode": ("is not valid Unicode text", "type it again", "不是有效的 Unicode 文本；请重新输入。"),
    "int_type": ("must be a whole number", "write it without quotes or decimals, e.g. 5", "必须是整数，例如 5。"),
    "int_parsing": ("must be a whole number", "write it without quotes or decimals, e.g. 5", "必须是整数，例如 5。"),
    "int_from_float": ("must be a whole number", "remove the decimals, e.g. 5", "必须是整数；请去掉小数。"),
    "float_type": ("must be a number", "write a number, e.g. 72", "必须是数字，例如 72。"),
    "float_parsing": ("must be a number", "write a number, e.g. 72", "必须是数字，例如 72。"),
    "finite_number": ("must be a finite number", "write a number, e.g. 72", "必须是有限的数字，例如 72。"),
    "decimal_type": ("must be an amount of money", 'write it as "50.00"', '必须是金额，例如 "50.00"。'),
    "decimal_parsing": ("must be an amount of money", 'write it as "50.00"', '必须是金额，例如 "50.00"。'),
    "decimal_max_places": (
        "must have at most {decimal_places} decimals",
        "round it",
        "最多 {decimal_places} 位小数；请四舍五入。",
    ),
    "decimal_max_digits": (
        "must have at most {max_digits} digits",
        "write a smaller amount",
        "最多 {max_digits} 位数字；请减小金额。",
    ),
    "decimal_whole_digits": (
        "must have at most {whole_digits} digits before the point",
        "write a smaller amount",
        "小数点前最多 {whole_digits} 位；请减小金额。",
    ),
    "bool_type": ("must be true or false", "write true or false", "必须是 true 或 false。"),
    "bool_parsing": ("must be true or false", "write true or false", "必须是 true 或 false。"),
    "greater_than": ("must be more than {gt}", "raise it", "必须大于 {gt}。"),
    "greater_than_equal": ("must be at least {ge}", "raise it", "必须不小于 {ge}。"),
    "less_than": ("must be less than {lt}", "lower it", "必须小于 {lt}。"),
    "less_than_equal": ("must be at most {le}", "lower it", "必须不大于 {le}。"),
    "too_short": ("needs at least {min_length} entry", "add one", "至少需要 {min_length} 项；请补充。"),
    "too_long": ("may have at most {max_length} entries", "remove some", "最多 {max_length} 项；请删减。"),
    "tuple_type": ("must be a list", "write [a, b] or one entry a line with a dash", "必须是列表，例如 [a, b]。"),
    "model_type": ("must be a block of fields", "write it as `name: value` lines", "必须是一组字段（名称: 值）。"),
    "model_attributes_type": (
        "must be a block of fields",
        "write it as `name: value` lines",
        "必须是一组字段（名称: 值）。",
    ),
    "invalid_key": ("has a field name that is no text", "put the name in quotes", "字段名必须是文本；请加引号。"),
}
_PATTERNS: dict[str, tuple[str, str, str]] = {
    r"^[a-z]{2}(?:-[A-Z]{2})?$": (
        "must be a language code",
        "write en, zh, zh-CN ...",
        "必须是语言代码，例如 en、zh、zh-CN。",
    ),
    r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$": (
        "must be 1 to 40 lower-case letters, digits and hyphens, with no hyphen at either end",
        "write it like spring-launch: it becomes part of file names",
        "只能用小写字母、数字和连字符（1 到 40 个，首尾不能是连字符），例如 spring-launch。",
    ),
}


def describe(kind: str, context: dict[str, Any], message: str) -> tuple[str, str, str]:
    """Rule, fix and Chinese sentence of one pydantic error; its own message where this table has no words."""
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(str(context.get("pattern")), (message, "write it in the form asked for", "格式不正确。"))
    known = _WORDS.get(kind)
    if known is None:
        return message, "correct the value", "取值无效；请更正。"
    rule, fix, zh = (text.format_map(context) for text in known)
    return rule, fix, zh


def words(kind: str) -> tuple[str, str, str]:
    """The words of a rule that needs no context."""
    return _WORDS[kind]
