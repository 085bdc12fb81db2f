"""Values in words of one language, where a template would need more than one word."""

from collections.abc import Iterable, Mapping

from deployments.desk.room.moments import Moment
from workprint.policy import person
from workprint.problems import Problem
from workprint.votes import Missing

Words = Mapping[str, str]


def roles(names: Iterable[str], words: Words) -> str:
    """Roles of approvers, with commas."""
    return ", ".join(words[f"approver_{name}"] for name in names)


def missing_text(missing: Missing, words: Words) -> str:
    """Who must still agree."""
    people = {0: "", 1: words["missing_one"]}.get(missing.people, words["missing_people"].format(number=missing.people))
    among = words["missing_roles"].format(roles=roles(missing.roles, words)) if missing.roles else ""
    return words["missing_and"].join(part for part in (people, among) if part)


def moment_text(moment: Moment, words: Words) -> str:
    """One line of the history."""
    said = {name: words.get(value, value) if name in moment.words else value for name, value in moment.fields.items()}
    return words[f"moment_{moment.what}"].format(**said)


def problem_text(problem: Problem, lang: str) -> str:
    """What is wrong and how to mend it. A rule that begins with its verb is said of the field it names."""
    if lang == "zh" and problem.zh:
        return problem.zh
    field = problem.path.rpartition(".")[2] + " " if problem.rule.startswith(("is ", "has ", "must ")) else ""
    return "; ".join(part for part in (field + problem.rule, problem.fix) if part)


def same_person(one: str, other: str) -> bool:
    """Whether two spellings are one person."""
    return person(one) == person(other)
