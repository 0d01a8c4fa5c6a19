"""Can scoring work here? What is installed, on which device, with which weights."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from stance import __version__
from stance.errors import StanceError

_NEEDED = ("torch", "transformers", "tokenizers", "datasets", "evaluate", "typer")
_OPTIONAL = {"openvino": "cpu", "trafilatura": "html", "pandas": "frames", "polars": "frames"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``ok`` is False where scoring cannot work because of it."""

    check: str
    value: str
    ok: bool = True


def examine(model: str = "default") -> list[Finding]:
    """Everything scoring depends on, and one scored pair as proof.

    >>> [f.check for f in examine()][:2]  # doctest: +SKIP
    ['stance', 'python']
    """
    findings = [
        Finding("stance", __version__),
        Finding("python", f"{platform.python_version()} on {platform.platform()}"),
        *(_package(name) for name in _NEEDED),
        *(_extra(name, extra) for name, extra in _OPTIONAL.items()),
    ]
    if all(f.ok for f in findings):
        findings += _devices() + _scoring(model)
    return findings


def _package(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, f"not installed; run: pip install {name}", ok=False)


def _extra(name: str, extra: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, f"not installed (optional: stance-tracker[{extra}])")


def _devices() -> list[Finding]:
    import torch

    from stance.inference import native

    compiled = filter(native.computes, ("fp32", "bf16", "int8"))
    cuda = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return [
        Finding("threads", str(torch.get_num_threads())),
        Finding("cuda", ", ".join(cuda) if cuda else "no device"),
        Finding("mps", "available" if torch.backends.mps.is_available() else "no device"),
        Finding("compiled forward", ", ".join(compiled) or "not on this machine"),
    ]


def _scoring(model: str) -> list[Finding]:
    """Load the weights and score one pair: the only check that proves anything."""
    try:
        from stance.inference import NLI
        from stance.models import find_model

        ref = find_model(model)
        found = [
            Finding("model", f"{ref.name} in {ref.path}"),
            Finding("sha256", ref.sha256),
        ]
        nli = NLI.from_pretrained(model)
        supports = nli.score([("The bridge is open, the mayor said.", "The bridge is open.")])[0, 0]
        found.append(Finding("backend", f"{nli.info()['backend']}, {nli.info()['dtype']}"))
        found.append(
            Finding("scoring", f"works (a paraphrase is supported with p = {supports:.2f})")
        )
        return found
    except (StanceError, OSError, RuntimeError, ImportError) as error:
        return [Finding("scoring", f"does not work: {error}", ok=False)]
