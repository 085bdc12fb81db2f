"""Raw text of a provider, made fit to keep: no keys, no signatures, no file contents, no endless answers.

Patterns find secrets that show their form. A key without one (an Ark key is a plain UUID) is known only to the block
that holds it, which replaces it before a reply comes here.
"""

import re

#: Characters. More than the longest task object, less than a row anybody would mind.
LIMIT = 16_384
GONE = "[redacted]"
#: Times what is kept of an answer is looked at: patterns over megabytes would hold up everything else.
_LOOKED_AT = 8
#: Characters given up where the looking stopped: half a secret shows no form.
_TAIL = 512

_SIGNING = r"X-(?:Amz|Tos|Goog|Oss)-(?:Signature|Credential|Security-Token)"
_QUERY_NAMES = rf"(?:{_SIGNING}|Signature|sig|token|access_token|security-token|api_?key|key|(?:AWS|OSS)AccessKeyId)"
_FIELD_NAMES = (
    r"(?:(?:x-)?api[_-]?key|access[_-]?key(?:[_-]?id)?|secret(?:[_-]?(?:access[_-]?)?key)?"
    r"|(?:access[_-]?|security[_-]?|session[_-]?)?token|password|authorization|signature)"
)

#: Each pattern is linear in the text: it reads what a stranger wrote. The first group, where there is one, stays.
_PATTERNS: tuple[re.Pattern[str], ...] = (
    re.compile(r"(data:[\w.+-]{1,64}/[\w.+-]{1,64}(?:;[\w=.+-]{1,64})*;base64,)[A-Za-z0-9+/=_\\-]*", re.I),
    # Separators as they are, as Go writes them inside JSON, as HTML writes them, and percent-encoded in another URL.
    re.compile(rf"((?:[?&;]|\\u0026|%26|%3F){_QUERY_NAMES}(?:=|%3D))[^&\s\"'<>\\#;]*", re.I),
    re.compile(rf"(\"{_FIELD_NAMES}\"\s*:\s*\")(?:[^\"\\]|\\.)*", re.I | re.S),
    re.compile(r"(\bauthorization\s*[:=]\s*)[^\r\n\"',}]+", re.I),
    re.compile(r"(\bbearer\s+)[A-Za-z0-9._~+/=-]+", re.I),
    re.compile(r"\b(?:sk|rk|pk|ak|ark|key)-[A-Za-z0-9_-]{12,}"),
    re.compile(r"\bAK(?:IA|LT|TP)[A-Za-z0-9]{12,}"),
    re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]+"),
    # A file without its label: nothing a person reads has 256 such characters in a row.
    re.compile(r"(?:[A-Za-z0-9+_-]|\\?/){256,}={0,2}"),
)

_SECRET_NAME = re.compile(rf"cookie|{_FIELD_NAMES.replace('|signature', '')}", re.I)


def redact(raw: str | bytes, *, limit: int = LIMIT) -> str:
    """The text without API keys, bearer tokens, signatures and base64 payloads, at most `limit` characters and a mark.

    Bytes that are not UTF-8 and what a database refuses (NUL, lone surrogates) become the replacement character.
    """
    most = _LOOKED_AT * limit + _TAIL
    text, unread = raw[:most], max(len(raw) - most, 0)
    text = clean(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)
    for pattern in _PATTERNS:
        text = pattern.sub(_keep_the_name, text)
    if unread:
        text, unread = text[:-_TAIL], unread + _TAIL
    cut = max(len(text) - limit, 0) + unread
    return f"{text[:limit]} [{cut} characters cut]" if cut else text


def is_secret(name: str) -> bool:
    """Whether what a field or header of this name holds is a secret by itself: a key, a token, a cookie."""
    return _SECRET_NAME.search(name) is not None


def clean(text: str) -> str:
    """The text as every database takes it: PostgreSQL refuses NUL, UTF-8 refuses lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")


def _keep_the_name(match: re.Match[str]) -> str:
    name = match.group(1) if match.re.groups else ""
    return f"{name}{GONE}"
