"""How callbacks are signed, by the provider's own scheme. Checked with a key, a body and the time given from outside.

Sources: Standard Webhooks 1.0 (Kling), OpenRouter "Video generation webhooks", fal "Webhooks" (Ed25519 with JWKS).
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
