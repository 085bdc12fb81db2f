"""`ProjectNotices`: the form in which a project says who is told what, and through which notification blocks."""

from prefect.blocks.core import Block
from pydantic import ConfigDict

from workprint.notice_settings import NoticeSettings


class ProjectNotices(NoticeSettings, Block):
    """Who is told what. Its fields are those of `workprint.notice_settings.NoticeSettings`, in that order.

    Addresses and secrets are not here but in the notification blocks it names.
    """

    _block_type_name = "Workprint Notices"
    _block_type_slug = "workprint-notices"
    _description = (
        "Who is told of gates, decisions and endings, and through which notification blocks. Name it "
        "notices-<project>, or notices for every project without one."
    )

    # What stands in a form and is no setting we know must not be taken for one that is kept.
    model_config = ConfigDict(extra="forbid")

    def settings(self) -> NoticeSettings:
        """The settings as a plain value."""
        return NoticeSettings.model_validate({name: getattr(self, name) for name in NoticeSettings.model_fields})
