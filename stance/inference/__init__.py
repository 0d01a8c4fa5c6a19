"""The performance core: pair scoring for every stage, and for millions of rows."""

from stance.inference.nli import NLI

__all__ = ["NLI"]
