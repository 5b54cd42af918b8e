"""Hiding: addresses of databases as they may be shown, without what is secret in them.

What is shown may be what could not be read as an address, so it is looked at as a text.
"""

from __future__ import annotations

import re

SECRETS = (
    "password",
    "sslpassword",
    "passfile",
    "oauth_client_secret",
    "scram_client_key",
    "scram_server_key",
)
"""The parameters of a URL of PostgreSQL (its manual, 34.1.2) that are secret."""

# Every @ but the last one belongs to what should have been escaped.
_PASSWORD = re.compile(r"(:/{0,2}[^:/?]*):.*@", re.DOTALL)
_PARAMETER = re.compile(rf"\b({'|'.join(SECRETS)})=[^&]*", re.IGNORECASE)


def hidden(address: str) -> str:
    """*address* with … for its password, and for what is secret of its parameters."""
    return _PARAMETER.sub(r"\1=…", _PASSWORD.sub(r"\1:…@", address))
