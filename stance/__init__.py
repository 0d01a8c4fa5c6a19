"""Find claims in dated documents, who makes them, each holder's stance, and when it changed.

>>> import stance
>>> documents = stance.read([
...     {"id": "a", "source": "The Ledger", "date": "2024-05-02",
...      "text": "“The dam is safe,” Mayor Ana Ruiz said on Thursday."}])
>>> [(row.holder, row.content[0].text) for row in stance.attribute(documents)]
[('Ana Ruiz', '“The dam is safe,”')]

Public names are loaded on first use, so that ``import stance`` stays light: torch, transformers
and pandas are imported by the functions that need them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "load": "readers",
    "read": "readers",
    "read_claims": "readers",
    "Archive": "archive",
    "Verdict": "verification",
    "history": "verification",
    "read_claim_reviews": "schemaorg",
    "write": "writers",
    "to_arrow": "writers",
    "record": "writers",
    "attribute": "verbs",
    "passages": "voice",
    "detect": "verbs",
    "match": "verbs",
    "score": "verbs",
    "shifts": "changes",
    "verify": "verbs",
    "track": "tracking",
    "Store": "store",
    "Tracking": "tracking",
    "build_timelines": "timelines",
    "render": "reporting",
    "plot_timelines": "reporting",
    "NLI": "inference",
    "audit_estimate": "audit",
    "draw_sample": "audit",
    "find_shifts": "changes",
    "contradictions": "pairwise",
    "Contradiction": "pairwise",
    "decompose": "decomposition",
    "trend": "trends",
    "Trend": "trends",
    "TrendPoint": "trends",
    "find_model": "models",
    "list_models": "models",
    "Attribution": "types",
    "Candidate": "types",
    "Claim": "types",
    "ClaimMember": "types",
    "Date": "types",
    "DetectedClaim": "types",
    "Document": "types",
    "Evidence": "types",
    "Passage": "types",
    "Shift": "types",
    "Span": "types",
    "Stance": "types",
    "Timeline": "types",
    "TimelinePoint": "types",
    "StanceError": "errors",
    "InputError": "errors",
    "MissingExtraError": "errors",
    "ModelError": "errors",
    "OutputError": "errors",
    "UsageError": "errors",
}

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'stance' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"stance.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])


if TYPE_CHECKING:
    from stance.archive import Archive as Archive
    from stance.audit import audit_estimate as audit_estimate
    from stance.audit import draw_sample as draw_sample
    from stance.changes import find_shifts as find_shifts
    from stance.changes import shifts as shifts
    from stance.decomposition import decompose as decompose
    from stance.errors import InputError as InputError
    from stance.errors import MissingExtraError as MissingExtraError
    from stance.errors import ModelError as ModelError
    from stance.errors import OutputError as OutputError
    from stance.errors import StanceError as StanceError
    from stance.errors import UsageError as UsageError
    from stance.inference import NLI as NLI
    from stance.models import find_model as find_model
    from stance.models import list_models as list_models
    from stance.pairwise import Contradiction as Contradiction
    from stance.pairwise import contradictions as contradictions
    from stance.readers import load as load
    from stance.readers import read as read
    from stance.readers import read_claims as read_claims
    from stance.reporting import plot_timelines as plot_timelines
    from stance.reporting import render as render
    from stance.schemaorg import read_claim_reviews as read_claim_reviews
    from stance.store import Store as Store
    from stance.timelines import build_timelines as build_timelines
    from stance.tracking import Tracking as Tracking
    from stance.tracking import track as track
    from stance.trends import Trend as Trend
    from stance.trends import TrendPoint as TrendPoint
    from stance.trends import trend as trend
    from stance.types import (
        Attribution as Attribution,
    )
    from stance.types import (
        Candidate as Candidate,
    )
    from stance.types import (
        Claim as Claim,
    )
    from stance.types import (
        ClaimMember as ClaimMember,
    )
    from stance.types import (
        Date as Date,
    )
    from stance.types import (
        DetectedClaim as DetectedClaim,
    )
    from stance.types import (
        Document as Document,
    )
    from stance.types import (
        Evidence as Evidence,
    )
    from stance.types import (
        Passage as Passage,
    )
    from stance.types import (
        Shift as Shift,
    )
    from stance.types import (
        Span as Span,
    )
    from stance.types import (
        Stance as Stance,
    )
    from stance.types import (
        Timeline as Timeline,
    )
    from stance.types import (
        TimelinePoint as TimelinePoint,
    )
    from stance.verbs import attribute as attribute
    from stance.verbs import detect as detect
    from stance.verbs import match as match
    from stance.verbs import score as score
    from stance.verbs import verify as verify
    from stance.verification import Verdict as Verdict
    from stance.verification import history as history
    from stance.voice import passages as passages
    from stance.writers import record as record
    from stance.writers import to_arrow as to_arrow
    from stance.writers import write as write
