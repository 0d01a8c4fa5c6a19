"""The folder for what can be made again: converted models, measured choices."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """``$STANCE_CACHE``, else ``stance`` in ``$XDG_CACHE_HOME`` or ``~/.cache``. Not created."""
    if named := os.environ.get("STANCE_CACHE"):
        return Path(named).expanduser()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "stance"
