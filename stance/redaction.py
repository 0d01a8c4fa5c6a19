"""Secrets kept out of what is written down: run.json, manifests, messages."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

MASK = "***"
_SHORTEST = 8  # characters; masking every "1" because DEBUG_TOKEN=1 would ruin a file

_NAMES = r"(?:token|secret|passw(?:or)?d|api[_-]?key|access[_-]?key|credential)"
_SECRET_NAME = re.compile(_NAMES, re.IGNORECASE)
_USER = re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s/@]+(?:@[^\s/@]+)*@", re.IGNORECASE)
_VALUE = re.compile(
    rf"((?:[?&;][\w-]*(?:{_NAMES}|sig(?:nature)?|auth)[\w-]*=)|(?:--[\w-]*{_NAMES}[\w-]*[= ]))"
    r"[^\s&;#'\"]+",
    re.IGNORECASE,
)
_SHAPES = re.compile(
    r"\b(?:hf_\w{16,}|gh[oprsu]_\w{16,}|github_pat_\w{16,}|sk-[\w-]{16,}|xox[abpr]-[\w-]{10,}"
    r"|AKIA[A-Z0-9]{16}|glpat-[\w-]{16,})|\bBearer\s+[\w.~+/=-]{8,}"
)


def redacted(value: Any) -> Any:
    """``value`` with secrets in its strings masked, at any depth of dicts and lists.

    Masked are the user and password of an address, values of parameters and options that are
    named like a secret, values of environment variables that are, and tokens of known shapes.

    >>> redacted({"command": "stance track x --model https://me:hunter2@hub.example/m?token=abc"})
    {'command': 'stance track x --model https://***@hub.example/m?token=***'}
    """
    return _masked(value, _environment())


def _environment() -> list[str]:
    """Values of the environment that are secrets by their name, the longest first."""
    found = {v for k, v in os.environ.items() if _SECRET_NAME.search(k) and len(v) >= _SHORTEST}
    return sorted(found, key=len, reverse=True)


def _masked(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        value = _USER.sub(rf"\g<1>{MASK}@", value)
        value = _SHAPES.sub(MASK, value)
        return _VALUE.sub(rf"\g<1>{MASK}", value)
    if isinstance(value, Mapping):
        return {key: _masked(inner, secrets) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(inner, secrets) for inner in value]
    return value
