"""Unknown outcomes in words: what one may cost a second time, and who gave it up."""

from workprint.quotes import money
from workprint.render import Render
from workprint.states import RenderState

#: `failure_code` of a submit that nobody answered, once the provider's list has proven that there is no task.
PROVEN_ABSENT = "absent"
#: A person gave an unknown render up: as `failure_code`, it is the whole story.
GIVEN_UP = "given_up"
#: The same, and only this word lets the board make a new take.
GIVEN_UP_FOR_NEW_TAKE = "given_up_for_new_take"


def was_given_up(render: Render) -> bool:
    """Whether a person gave this render up while nobody knew what had become of it."""
    return render.state is RenderState.FAILED and render.failure_code in {GIVEN_UP, GIVEN_UP_FOR_NEW_TAKE}


def makes_new_take(render: Render | None) -> bool:
    """Whether a person gave this render up for a new take."""
    return render is not None and was_given_up(render) and render.failure_code == GIVEN_UP_FOR_NEW_TAKE


def in_doubt(render: Render) -> bool:
    """Whether nobody can say if the provider made and charged it: now, or when somebody gave it up."""
    return render.state is RenderState.UNKNOWN or was_given_up(render)


def double_cost(render: Render) -> str:
    """The most that is paid twice when the same content is ordered again, with its currency (ISO 4217)."""
    return f"{money(render.charge_amount)} {render.charge_currency}"


def sentence(render: Render, language: str = "en") -> str:
    """What a reader of the report has to know of a render in doubt, `en` or `zh`."""
    cost, chinese = double_cost(render), language.startswith("zh")
    if was_given_up(render):
        if chinese:
            return f"无法确认供应商是否接受了该提交，已人工放弃（{render.failure_raw}）；供应商仍可能收取最多 {cost}。"
        return (
            f"Nobody could find out whether the provider took it; {render.failure_raw}. "
            f"The provider may still charge up to {cost}."
        )
    if chinese:
        return (
            f"提交没有得到应答，无法确认供应商是否接受；重新下单最多可能重复支付 {cost}。"
            "请用 `workprint unknown list` 处理。"
        )
    return (
        "The submit had no answer and nobody can say whether the provider took it; ordered again, it may cost "
        f"{cost} twice. `workprint unknown list` says what can be done."
    )
