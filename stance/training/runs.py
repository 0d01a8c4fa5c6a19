"""Several runs of one recipe and the mean of their weights (a soup).

Wortsman et al. 2022 (arXiv:2203.05482): runs from one encoder end near enough to each other that
the mean of their weights is better than any of them, and costs nothing when it is used.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import torch

from stance.training.loop import forget

State = dict[str, torch.Tensor]


def train_runs(
    seeds: Sequence[int],
    one: Callable[[int, Path], State],
    folder: Path,
    *,
    log: Callable[[str], None],
    until: float | None = None,
) -> list[Path]:
    """The weights of every run, as files of ``folder``.

    ``one`` trains with a seed, keeps its checkpoints in the folder it is given, and returns the
    weights. A run that is there already is not trained again. No run but the first is started
    that would end after ``until`` (of :func:`time.monotonic`) if it takes as long as the last.
    """
    from safetensors.torch import save_file

    done: list[Path] = []
    last = 0.0
    for seed in seeds:
        kept = folder / f"{seed}.safetensors"
        if kept.is_file():
            log(f"the run with seed {seed} was finished before")
        else:
            began = time.monotonic()
            if done and until is not None and began + last > until:
                log(f"no time for the run with seed {seed}: the last one took {last:.0f} s")
                break
            if len(seeds) > 1:
                log(f"run {seeds.index(seed) + 1} of {len(seeds)}, seed {seed}")
            own = folder / str(seed)
            own.mkdir(parents=True, exist_ok=True)
            state = one(seed, own)
            draft = kept.with_suffix(".part")
            save_file({name: part.contiguous().cpu() for name, part in state.items()}, draft)
            draft.replace(kept)
            forget(own)
            last = time.monotonic() - began
        done.append(kept)
    return done


def mean_weights(files: Sequence[Path]) -> State:
    """The mean of every weight over the files, summed in float64; one tensor of each in memory."""
    from safetensors import safe_open

    with ExitStack() as stack:
        opened = [stack.enter_context(safe_open(file, "pt")) for file in files]
        found: State = {}
        for name in opened[0].keys():  # noqa: SIM118 - this object is no mapping
            parts = [each.get_tensor(name) for each in opened]
            if parts[0].is_floating_point():
                summed = torch.stack([part.double() for part in parts]).mean(dim=0)
                found[name] = summed.to(parts[0].dtype)
            else:
                found[name] = parts[0]
    return found
