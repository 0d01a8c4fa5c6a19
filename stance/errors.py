"""One tree of errors. A message says what failed, with which value, and what to do about it."""

from __future__ import annotations

import errno


class StanceError(Exception):
    """Every error this library raises on purpose; the command line prints it in one line."""


class UsageError(StanceError):
    """The call cannot mean anything: an unknown option value, a missing column, a taken output."""


class InputError(StanceError):
    """A file or row cannot be read. ``file``, ``row`` (1-based) and ``field`` say where."""

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        row: int | None = None,
        field: str | None = None,
    ) -> None:
        self.message, self.file, self.row, self.field = message, file, row, field
        super().__init__(message)

    def __str__(self) -> str:
        where = [str(self.file)] if self.file else []
        where += [f"row {self.row}"] if self.row is not None else []
        where += [f"field '{self.field}'"] if self.field else []
        return f"{', '.join(where)}: {self.message}" if where else self.message


class ModelError(StanceError):
    """Weights are missing, damaged, or of a kind that cannot score stance."""


class OutputError(StanceError):
    """An output cannot be written or belongs to another command."""


def remedy(error: BaseException) -> str:
    """What to do about an output that the system does not let be written.

    >>> remedy(OSError(errno.ENOSPC, "No space left on device"))
    'free some space and give the same command again'
    >>> remedy(PermissionError(errno.EACCES, "Permission denied"))
    'choose a folder that exists and may be written'
    """
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "free some space and give the same command again"
    return "choose a folder that exists and may be written"


class MissingExtraError(StanceError, ImportError):
    """An optional package is needed; the message names the extra that brings it."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package '{package}', which is not installed; "
            f"install it with: pip install 'stance-tracker[{extra}]'"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (StanceError, (str(self),))  # crosses processes with its message
