"""What every answer tells the browser: load nothing foreign, keep nothing, tell nobody where you come from."""

from starlette.responses import Response

from deployments.desk.room.settings import RoomSettings

#: Two years would be needed for the preload list; one is what the operator can still take back.
_HSTS = "max-age=31536000"
_PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), browsing-topics=()"
_PLAIN = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: with that browsers send `Origin: null` with our own forms (Fetch, 3.2.1). Others see nothing.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": _PERMISSIONS,
    "x-robots-tag": "noindex, nofollow",
}


def policy(media_origin: str = "") -> str:
    """The Content-Security-Policy; pictures and films may also come from the bucket's origin."""
    media = f"'self' {media_origin}".strip()
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {media}",
            f"media-src {media}",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def dress(response: Response, settings: RoomSettings, media_origin: str = "") -> None:
    """Set the headers; what a handler set itself stays."""
    for name, value in _PLAIN.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("content-security-policy", policy(media_origin))
    response.headers.setdefault("cache-control", "no-store")
    if settings.secure:
        response.headers.setdefault("strict-transport-security", _HSTS)
