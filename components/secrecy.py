"""How a secret is recognised where none may stand: by the name of its setting, or by its looks."""

import itertools
import re
from typing import Any

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET_WORDS = frozenset({"token", "tokens", "apikey", "kubeconfig"})
_SECRET_PARTS = ("password", "passwd", "passphrase", "secret", "credential")
_SECRET_PAIRS = frozenset({"private key", "access key", "api key", "authentication parameters"})
_PUBLIC_KEYS = frozenset(
    {"tokenAudience", "tokenAudienceClaim", "tokenAuthClaim", "tokenPublicAlg", "tokenPublicKey", "tokenSettingPrefix"}
    | {"bookkeeperClientAuthenticationParametersName", "forwardAuthorizationCredentials"}
)
"""Pulsar's own keys that are named after a secret, and hold none."""

_LOOKS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    # A signed token: header, claims and signature, of which the first two are JSON in base64.
    re.compile(r"\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+"),
    # A URL with a user's password in it.
    re.compile(r"://[^/\s:@]+:[^/\s@]+@"),
    re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"client-key-data:|^\s*kind:\s*Config\b", re.MULTILINE),
    # The parameters of Pulsar's token authentication.
    re.compile(r"^token:\S"),
)
_PATH = re.compile(r"(file:)?/")


def named(name: str) -> bool:
    """Whether a setting of this name holds a secret, however its words are joined."""
    if name in _PUBLIC_KEYS:
        return False
    if any(part in name.lower() for part in _SECRET_PARTS):
        return True
    words = [word.lower() for word in _WORDS.findall(name)]
    pairs = {f"{one} {other}" for one, other in itertools.pairwise(words)}
    return bool(_SECRET_WORDS & set(words) or _SECRET_PAIRS & pairs)


def looks_like_one(value: Any) -> bool:
    """Whether a value is one by its looks: a private key, a signed token, a kubeconfig, a URL with a password."""
    return isinstance(value, str) and any(look.search(value) for look in _LOOKS)


def is_path(value: str) -> bool:
    """Whether a value only tells where a mounted secret is."""
    return _PATH.match(value) is not None
