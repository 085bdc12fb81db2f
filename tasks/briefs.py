"""Briefs that lie in the bucket."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from blocks.briefs import parse_brief
from blocks.bucket import ArchiveBucket
from tasks.house import BUCKET
from workprint.brief import Brief
from workprint.errors import InputError
from workprint.problems import Problem

SUFFIXES = (".yaml", ".yml", ".json")


@task(cache_policy=NO_CACHE, persist_result=False)
async def briefs_in(prefix: str) -> list[Brief]:
    """Every brief under the prefix, by key. Raises `InputError` with the problems of all bad files, and starts none."""
    bucket: ArchiveBucket = await ArchiveBucket.aload(BUCKET)
    found: list[Brief] = []
    problems: list[Problem] = []
    for key in sorted(await bucket.list(prefix)):
        if key.endswith(SUFFIXES):
            try:
                found.append(parse_brief(await bucket.get(key), name=key).brief)
            except InputError as error:
                problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return found
