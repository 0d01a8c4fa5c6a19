"""Speed and quality suites; peers run in the same run. ``python -m benchmarks --help``."""
