"""The ways that are timed: ours and the libraries one would take instead, each with its batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import speed_peers as peers
from benchmarks.speed_pairs import Pair, make_pairs
from stance.inference import NLI, native
from stance.inference import openvino as our_openvino
from stance.inference.linears import onednn_works
from stance.inference.plan import LENGTH_STEP, batches
from stance.models import ModelRef, find_model

Groups = Callable[[Any, Sequence[Pair]], Iterator[Any]]

SINGLE, PIPELINE, CROSS_ENCODER, EXACT = (
    "transformers pipeline (1)",
    "transformers pipeline (32)",
    "CrossEncoder.predict",
    "plain sorted loop",
)
NOT_COMPARED = {
    "FlashRank, fastembed": "rerankers with one relevance logit and weights of their own, fetched "
    "from the network: neither runs a 3-way checkpoint that is given to it",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to score pairs. ``groups`` says which pairs it pads to one length.

    A slow way is given one pair of every so many, and its time is scaled by tokens.
    """

    name: str
    dtype: str
    make: Callable[[], peers.Peer]
    groups: Groups | None
    every: int = 1


def in_order(lengths: Any, pairs: Sequence[Pair]) -> Iterator[Any]:
    """Batches of 32 in input order."""
    yield from (np.arange(len(pairs))[i : i + 32] for i in range(0, len(pairs), 32))


def by_tokens(lengths: Any, pairs: Sequence[Pair]) -> Iterator[Any]:
    """Batches of 32, longest first."""
    order = np.argsort(-lengths, kind="stable")
    yield from (order[i : i + 32] for i in range(0, len(order), 32))


def by_characters(lengths: Any, pairs: Sequence[Pair]) -> Iterator[Any]:
    """Batches of 32 sorted by characters, as CrossEncoder does."""
    order = np.argsort([-len(text) - len(claim) for text, claim in pairs])
    yield from (order[i : i + 32] for i in range(0, len(order), 32))


def by_budget(lengths: Any, pairs: Sequence[Pair]) -> Iterator[Any]:
    """Our batches, where a backend wants rectangles."""
    yield from batches(lengths, 2_048)


def padding(way: Way, lengths: Any, pairs: Sequence[Pair]) -> float:
    """Share of the computed tokens that are padding."""
    if way.groups is None:
        return 0.0
    step = LENGTH_STEP if way.groups is by_budget else 1
    computed = sum(
        -(-int(lengths[group].max()) // step) * step * len(group)
        for group in way.groups(lengths, pairs)
    )
    return 1 - float(lengths.sum()) / computed


def uncalibrated(path: Path) -> ModelRef:
    """A model without the calibration of its card: the others know none, and would disagree."""
    ref = find_model(path)
    return replace(ref, card={k: v for k, v in ref.card.items() if k != "calibration"})


def all_ways(path: Path, device: str, *, int8: bool) -> list[Way]:
    """Everything to be timed on a device; what cannot run here says so when it is made."""

    def ours(**options: Any) -> Callable[[], peers.Peer]:
        def make() -> peers.Peer:
            nli = NLI.from_pretrained(uncalibrated(path), device=device, **options)
            nli.score(make_pairs(300 if options.get("dtype") == "int8" else 2, seed=9))
            return lambda pairs: nli.score(pairs).astype(np.float64)

        return make

    if device != "cpu":
        return [*_peers_on_gpu(path, device), *(
            Way(f"stance ({t})", t, ours(dtype=t), None) for t in ("fp32", "bf16", "fp16")
        )]  # fmt: skip
    ways = [
        Way(SINGLE, "fp32", lambda: peers.pipeline(path, device, 1), None, 5),
        Way(PIPELINE, "fp32", lambda: peers.pipeline(path, device, 32), in_order, 5),
        Way(CROSS_ENCODER, "fp32", lambda: peers.cross_encoder(path, device), by_characters),
        Way(EXACT, "fp32", lambda: peers.sorted_loop(path, device), by_tokens),
    ]
    for runtime, export in (("ONNX Runtime", "onnx"), ("OpenVINO", "openvino")):
        name = f"CrossEncoder over {runtime}"
        make = partial(peers.cross_encoder, path, device, export)
        ways.append(Way(name, "fp32", make, by_characters))
    ways += [
        Way("ONNX Runtime by hand", "fp32", lambda: peers.by_hand(path, peers.onnx_session(path)),
            by_tokens),
        Way("OpenVINO by hand", "fp32",
            lambda: peers.by_hand(path, peers.openvino_model(path, "fp32")), by_tokens),
        Way("OpenVINO by hand (bf16)", "bf16",
            lambda: peers.by_hand(path, peers.openvino_model(path, "bf16")), by_tokens),
    ]  # fmt: skip
    torch_alone = "onednn" if onednn_works(torch.float32) else "torch"
    for dtype in ("fp32", "bf16"):
        make = ours(backend=torch_alone, dtype=dtype)
        ways.append(Way(f"stance, torch alone ({dtype})", dtype, make, None))
    for dtype in ("fp32", "bf16") + ("int8",) * int8:
        if native.computes(dtype):
            make = ours(backend="native", dtype=dtype)
            ways.append(Way(f"stance, compiled here ({dtype})", dtype, make, None))
    if our_openvino.installed():
        for dtype in ("fp32", "bf16") + ("int8",) * int8:
            make = ours(backend="openvino", dtype=dtype)
            ways.append(Way(f"stance, extra cpu ({dtype})", dtype, make, by_budget))
    if int8:
        make = lambda: peers.by_hand(path, peers.onnx_session(path, int8=True))  # noqa: E731
        ways.append(Way("ONNX Runtime by hand (int8)", "int8", make, by_tokens))
    return ways


def _peers_on_gpu(path: Path, device: str) -> Iterator[Way]:
    """Each in fp32 and in bf16; ours take thousands of pairs a second there, so they get fewer."""
    yield Way(SINGLE, "fp32", lambda: peers.pipeline(path, device, 1), None, 100)
    for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        end = "" if name == "fp32" else f", {name}"
        yield from (
            Way(PIPELINE + end, name, partial(peers.pipeline, path, device, 32, dtype),
                in_order, 10),
            Way(CROSS_ENCODER + end, name, partial(peers.cross_encoder, path, device, None, dtype),
                by_characters, 10),
            Way(EXACT + end, name, partial(peers.sorted_loop, path, device, dtype), by_tokens, 10),
        )  # fmt: skip
