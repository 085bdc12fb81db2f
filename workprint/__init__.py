"""Workprint decides: the values and the rules, and nothing else.

Purpose: what a brief, a spec, a render, a charge and a failure *are*, and which changes are allowed. Data goes one way:
brief -> variants -> specs -> renders -> assets.

May import: the standard library and pydantic; `cryptography` in `signatures`, which computes and touches nothing.
Must not: import prefect, httpx, boto3, sqlalchemy or starlette; read a clock, a file of the user's, the network or the
environment; generate random numbers. Time and identity come in as arguments. (Its data files are constants.
One exception: `workprint.models` reads the file of models that WORKPRINT_MODELS names, once, at the first question.)

Pitfalls:
- `Spec.fingerprint` decides who pays. A field added to `Spec` changes every fingerprint, and a change of fingerprint
  is a second charge for content already bought: bump nothing casually.
- A failure is classified once, from the body's code before the HTTP status (`workprint.dialects`), and never again.
- An empty list never means "allowed".
"""
