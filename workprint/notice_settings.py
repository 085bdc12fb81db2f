"""What a project wants to be told of, and through which Prefect notification blocks."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from workprint.notices import Occasion

#: As Prefect itself spells a block document: `slack-webhook/spring-team`.
_BLOCK = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*")
#: How messages are worded.
Language = Literal["en", "zh", "both"]


def _spelled(block: str) -> str:
    if not _BLOCK.fullmatch(block):
        raise ValueError(
            f"{block!r} names no block: write its type and its name in small letters, as slack-webhook/spring-team "
            "· 请填写 类型/名称，如 slack-webhook/spring-team"
        )
    return block


def _refuse_twice(names: Iterable[str], what: str) -> None:
    twice = [name for name, count in Counter(map(str, names)).items() if count > 1]
    if twice:
        raise ValueError(f"named twice as {what}: {', '.join(twice)} · 重复：{', '.join(twice)}")


BlockName = Annotated[str, Field(max_length=200), AfterValidator(_spelled)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, str_strip_whitespace=True)


class NoticeChannel(_Part):
    """One notification block, and what it is told."""

    block: BlockName
    """Prefect notification block, `type/name`, as slack-webhook/spring-team."""
    occasions: Annotated[tuple[Occasion, ...], Field(min_length=1)] = tuple(Occasion)
    """What is told there: opened, reminded, escalated, decided, delivered, failed."""

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        _refuse_twice(self.occasions, "occasion")
        return self


class NoticeSettings(_Part):
    """Who is told what of one project's campaigns."""

    channels: Annotated[tuple[NoticeChannel, ...], Field(max_length=20)] = ()
    """Where this project is talked about, and what is told there."""
    escalate_to: Annotated[tuple[BlockName, ...], Field(max_length=20)] = ()
    """Blocks that hear of a gate nobody has decided in nine tenths of its time. Empty: nobody does."""
    remind: bool = True
    """Whether half of a gate's time, and its last tenth, are told."""
    language: Language = "both"
    """en, zh, or both in one message."""

    @model_validator(mode="after")
    def _each_block_once(self) -> Self:
        _refuse_twice((channel.block for channel in self.channels), "channel")
        _refuse_twice(self.escalate_to, "block to escalate to")
        return self

    def targets(self, occasion: Occasion) -> tuple[str, ...]:
        """The blocks that are told of it, each once. Nobody, where nobody wants it."""
        if occasion is Occasion.REMINDED and not self.remind:
            return ()
        if occasion is Occasion.ESCALATED and not self.escalate_to:
            return ()
        wanted = [channel.block for channel in self.channels if occasion in channel.occasions]
        return tuple(dict.fromkeys((*self.escalate_to, *wanted) if occasion is Occasion.ESCALATED else wanted))


#: Of a project without settings: nobody but the approvers whom its policy knows how to reach.
SILENT = NoticeSettings()
