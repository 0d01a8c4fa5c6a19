"""Find claims in dated documents, who makes them, each holder's stance, and when it changed."""

__version__ = "0.1.0"
