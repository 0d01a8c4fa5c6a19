"""One JSON file per suite under benchmarks/results/, with what is needed to believe it."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"
_PACKAGES = ("stance-tracker", "torch", "transformers", "numpy", "openvino", "ruptures")


def save(name: str, figures: object, **facts: Any) -> Path:
    """Write ``results/<name>.json``: date, machine, versions, the facts given, the figures."""
    FOLDER.mkdir(exist_ok=True)
    content = {
        "suite": name,
        "date": dt.date.today().isoformat(),
        "machine": machine(),
        "versions": {p: v for p in _PACKAGES if (v := _version(p))},
        **facts,
        "figures": figures,
    }
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def load(name: str) -> dict[str, Any]:
    """What :func:`save` wrote."""
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return content


def machine() -> dict[str, Any]:
    """Processor, what it computes with, cores and system, without host names.

    Processors of one name may or may not multiply bf16 themselves, and differ in speed by that.
    """
    import torch

    from stance.inference.backends import cpu_has_bf16

    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].split(":", 1)[1].strip() if lines else model
    return {
        "cpu": model,
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "bf16": cpu_has_bf16(),
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
