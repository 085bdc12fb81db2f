"""How callbacks are signed, by the provider's own scheme. Checked with keys, headers, body and time given from outside.

`verifying.verify` says what a callback's signature is worth, `keys` reads secrets and published keys. Both only
compute: `cryptography` does Ed25519 without I/O, and whoever only needs the name of a scheme does not import it.

Sources: Standard Webhooks 1.0 (Kling, whose test vector is among the tests), OpenRouter "Get Video Results with
Webhooks" (official), fal "Webhooks" (official; several third-party guides call its Ed25519 an HMAC, which is wrong).

Left out: Vidu's HMAC, which does not cover the body (no dialect speaks Vidu, and it would prove nothing about what a
callback says), and Gemini's JWT, whose audience is not documented.
"""

from enum import StrEnum


class Scheme(StrEnum):
    """Which signature a provider's callbacks carry."""

    #: Nothing is signed: the unguessable token of the address is all there is.
    UNSIGNED = "unsigned"
    #: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>` over `id.timestamp.body` (HMAC-SHA256).
    STANDARD_WEBHOOKS = "standard_webhooks"
    #: `X-OpenRouter-Signature: t=<unix>,v1=<hex>` over `timestamp,body` (HMAC-SHA256).
    OPENROUTER = "openrouter"
    #: `X-Fal-Webhook-*`: Ed25519 over request id, user id, timestamp and the body's SHA-256; keys from a JWKS.
    FAL = "fal"
