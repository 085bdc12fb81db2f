"""Which provider signs its callbacks how: the TOML file that WORKPRINT_CALLBACK_KEYS names, read once at the start.

One table for each provider block that signs, under the block's own name:

    [kling]
    scheme = "standard_webhooks"
    secrets = ["whsec_..."]          # several while one takes over from another

    [fal]
    scheme = "fal"                   # its keys come from fal; or jwks_url = "https://...", or an inline jwks

A block without a table is one that signs nothing.
"""

import json
import os
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretBytes, SecretStr, StrictBool, ValidationError

from blocks.guard import check_syntax
from workprint.errors import InputError, UnsafeUrl
from workprint.problems import Problem, refuse
from workprint.reading_words import describe
from workprint.signatures import Scheme
from workprint.signatures.keys import SECRET_RULES, Keys, published_keys, signing_key

CALLBACK_KEYS = "WORKPRINT_CALLBACK_KEYS"
#: Where fal publishes its keys (fal "Webhooks").
FAL_JWKS = "https://rest.fal.ai/.well-known/jwks.json"
_OTHERS = stat.S_IRWXO
_COPY = "copy the signing secret whole from the provider's console"


@dataclass(frozen=True, slots=True)
class Signing:
    """How one provider block's callbacks are signed, and what they are checked with: `keys`, or those at `jwks_url`."""

    scheme: Scheme
    keys: Keys = ()
    jwks_url: str = ""
    #: Whether `jwks_url` may lead into a private network, also over plain http.
    allow_private_network: bool = False


class _Table(BaseModel):
    """One table as it stands in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    scheme: Scheme
    secrets: tuple[SecretStr, ...] = ()
    jwks_url: str = ""
    jwks: dict[str, Any] | None = None
    allow_private_network: StrictBool = False

    @property
    def published(self) -> Keys:
        """The keys of the inline document."""
        return published_keys(json.dumps(self.jwks, default=str).encode())

    @property
    def secret_keys(self) -> tuple[SecretBytes | None, ...]:
        """The key of each secret; None for one that breaks its scheme's rule."""
        return tuple(signing_key(self.scheme, secret) for secret in self.secrets)

    def signing(self) -> Signing:
        """What follows from a table without problems."""
        if self.scheme is not Scheme.FAL:
            return Signing(self.scheme, tuple(key for key in self.secret_keys if key is not None))
        if self.jwks is not None:
            return Signing(self.scheme, self.published)
        return Signing(self.scheme, (), self.jwks_url or FAL_JWKS, self.allow_private_network)


def read_callback_keys(path: Path) -> Mapping[str, Signing]:
    """Every table by its block's name. Raises `InputError` with all problems of the file at once, and no secret."""
    tables: dict[str, _Table] = {}
    problems: list[Problem] = []
    for name, values in _parsed(path).items():
        try:
            tables[name] = _Table.model_validate(values)
        except ValidationError as error:
            problems += _shape_problems(name, error)
        else:
            problems += _broken(name, tables[name])
    refuse(Problem(p.path, p.rule, p.fix, where=str(path)) for p in problems)
    return {name: table.signing() for name, table in tables.items()}


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            _refuse_open_to_others(path, os.fstat(file.fileno()).st_mode)
            found = tomllib.load(file)
    except (OSError, ValueError) as error:
        # A decoder's own words name line and column, and nothing of what stands there.
        rule = f"cannot be read: {error.strerror if isinstance(error, OSError) else error}"
        raise InputError([_of_the_file(path, rule, "name a TOML file that the desk may read, or unset it")]) from error
    if not found:
        fix = "write a table for each provider block that signs, or unset it"
        raise InputError([_of_the_file(path, "names no provider", fix)])
    return found


def _refuse_open_to_others(path: Path, mode: int) -> None:
    if mode & _OTHERS:
        rule = f"can be opened by every user of this machine (mode {stat.S_IMODE(mode):04o}), and it holds secrets"
        raise InputError([_of_the_file(path, rule, f"chmod o= {path}")])


def _of_the_file(path: Path, rule: str, fix: str) -> Problem:
    return Problem(CALLBACK_KEYS, rule, fix, where=str(path))


def _shape_problems(name: str, error: ValidationError) -> Iterator[Problem]:
    for wrong in error.errors(include_url=False, include_input=False):
        rule, fix, _ = describe(wrong["type"], dict(wrong.get("ctx", {})), wrong["msg"])
        field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in wrong["loc"])
        yield Problem(name + field, *_SHAPES.get(wrong["type"], (rule, fix)))


_SCHEMES = ", ".join(scheme for scheme in Scheme if scheme is not Scheme.UNSIGNED)
_SHAPES = {
    "missing": ("is missing", f"add it: one of {_SCHEMES}"),
    "enum": ("is no scheme", f"use one of: {_SCHEMES}"),
    "extra_forbidden": (
        "is not a field",
        f"use {', '.join(_Table.model_fields)}; a block's name with a dot in it is written in quotes",
    ),
    "tuple_type": ("must be a list", 'write ["..."], also for a single one'),
    "model_type": ("must be a table", "write [name], and below it scheme = ... and the keys"),
}


def _broken(name: str, table: _Table) -> Iterator[Problem]:
    """What is wrong with a table whose fields are each of the right shape."""
    if table.scheme is Scheme.UNSIGNED:
        yield Problem(
            f"{name}.scheme", "leaves nothing to check", "remove the table: a block without one signs nothing"
        )
    elif table.scheme is Scheme.FAL:
        yield from _broken_jwks(name, table)
    else:
        yield from _broken_secrets(name, table)


def _broken_secrets(name: str, table: _Table) -> Iterator[Problem]:
    if not table.secrets:
        yield Problem(f"{name}.secrets", "is missing: without a secret nothing can be checked", _COPY)
    for place, key in enumerate(table.secret_keys):
        if key is None:
            yield Problem(f"{name}.secrets[{place}]", SECRET_RULES[table.scheme], _COPY)
    for field in sorted(table.model_fields_set & {"jwks", "jwks_url", "allow_private_network"}):
        yield Problem(f"{name}.{field}", f"says nothing to {table.scheme}, which has secrets", "remove it")


def _broken_jwks(name: str, table: _Table) -> Iterator[Problem]:
    if table.secrets:
        yield Problem(f"{name}.secrets", "says nothing to fal, which publishes its keys", "remove it")
    if table.jwks is not None and not table.published:
        yield Problem(f"{name}.jwks", "holds no Ed25519 key (kty OKP, crv Ed25519, x)", f"copy it from {FAL_JWKS}")
    if table.jwks is not None and table.jwks_url:
        yield Problem(f"{name}.jwks_url", "says where keys are that jwks already gives", "keep one of the two")
    if table.jwks_url and (rule := _unfit_address(table)):
        yield Problem(f"{name}.jwks_url", rule, f"leave it out for {FAL_JWKS}")


def _unfit_address(table: _Table) -> str:
    try:
        check_syntax(table.jwks_url)
    except UnsafeUrl as error:
        return str(error)
    safe = table.allow_private_network or table.jwks_url.lower().startswith("https://")
    return "" if safe else "must be https: whoever can change the keys on the way can sign anything"
