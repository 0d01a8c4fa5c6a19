"""One self-contained HTML page, a terminal summary and a notebook chart of a run's results."""

from stance.reporting.console import print_summary
from stance.reporting.notebook import plot_timelines
from stance.reporting.page import render

__all__ = ["plot_timelines", "print_summary", "render"]
