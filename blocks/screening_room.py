"""`ScreeningRoom`: where the screening room is, for those who write links to it."""

from typing import Annotated

from prefect.blocks.core import Block
from pydantic import Field, SecretStr, field_validator

from workprint.room_links import RoomLinks
from workprint.tokens import SHORTEST_KEY


class ScreeningRoom(Block):
    """The desk's public address and the key that its links are signed with."""

    _block_type_name = "Workprint Screening Room"
    _block_type_slug = "workprint-screening-room"
    _description = "Where people look at drafts and decide. Named screening-room; the desk must be given the same key."

    public_url: Annotated[str, Field(pattern=r"^https?://[^/?#\s]+$")] = Field(
        description="The desk's address as people's browsers reach it, https://room.example.com, without a path."
    )
    key: SecretStr = Field(
        description="At least 32 signs, the same as the desk's WORKPRINT_ROOM_KEY. Another one ends every link."
    )

    @field_validator("key")
    @classmethod
    def _long_enough(cls, key: SecretStr) -> SecretStr:
        if len(key.get_secret_value().encode()) < SHORTEST_KEY:
            raise ValueError(f"at least {SHORTEST_KEY} signs, for instance from: openssl rand -base64 48")
        return key

    def links(self) -> RoomLinks:
        """Its addresses."""
        return RoomLinks(self.public_url, self.key)
