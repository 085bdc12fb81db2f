"""AllToken's error codes in our classes, and Ark's, which it passes on.

Codes: https://alltoken.ai/docs/apis/video and the OpenAPI types of their SDKs; classes: docs/design.md section 3.
"""

from workprint.dialects.ark_codes import ARK_ERRORS
from workprint.dialects.error_book import ErrorBook
from workprint.failures import FailureKind

_K = FailureKind

ALLTOKEN_ERRORS = ErrorBook(
    beginnings=(
        ("invalid_request", _K.PARAMETERS),
        ("upstream_invalid_parameter", _K.PARAMETERS),
        ("upstream_model_not_found", _K.PARAMETERS),
        ("upstream_content_violation", _K.CONTENT_POLICY),
        # The key AllToken has upstream is not ours.
        ("upstream_auth_failed", _K.UPSTREAM),
        ("upstream_error", _K.UPSTREAM),
        ("unknown_api_format", _K.UPSTREAM),
        *ARK_ERRORS.beginnings,
    ),
    parts=ARK_ERRORS.parts,
    # duplicate_request (documented for images) names a task that is there.
    doubtful=("upstream_error", "duplicate_request", *ARK_ERRORS.doubtful),
)
