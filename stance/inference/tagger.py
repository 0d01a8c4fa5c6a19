"""The token head: which tokens of a text are holder, cue and content, beside what the rules say.

A token classifier reads windows of whole paragraphs. For each of three roles it says whether a
token is outside, begins or continues a span (PARC 3 and PolNeAR are annotated so). Capitals, which
an uncased tokenizer drops, are shown to it as token types. :class:`TokenHead` is a second opinion:
it rates what the rules found and adds what they missed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray

from stance.attribution import Opinion, Reading
from stance.errors import ModelError
from stance.inference.backends import packed_with_head
from stance.inference.opinions import combined
from stance.inference.options import pick_device
from stance.inference.plan import Batch
from stance.inference.tokens import fast_tokenizer
from stance.models import ModelRef, data_folder, find_model
from stance.text import paragraphs, sentences

Range = tuple[int, int]
Floats = NDArray[np.float32]

ROLES = ("holder", "cue", "content")
STATES = 3
"""Outside, begins, continues; the classifier has ``len(ROLES) * STATES`` outputs."""
FOLDER = "tokens"
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens of some paragraphs with their characters; (-1, -1) for special tokens."""

    ids: NDArray[np.int32]
    types: NDArray[np.int32]
    offsets: NDArray[np.int64]


def windows(
    text: str, tokenizer: Any, limit: int, parts: Sequence[Range] | None = None
) -> list[Window]:
    """Cut a text into windows of at most ``limit`` tokens, between paragraphs where possible.

    ``parts`` are the paragraphs to read, all by default. They stand apart by a separator; one that
    is too long is cut between sentences, a sentence that is too long at the limit. ``tokenizer``
    is a fast one with [CLS] and [SEP].
    """
    first, last = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    found: list[Window] = []
    pieces: list[tuple[list[int], list[Range]]] = []
    size = 1
    if parts is None:
        parts = [(p.start, p.end) for p in paragraphs(text)]
    for ids, offsets in _pieces(text, tokenizer, limit - 2, parts):
        if pieces and size + len(ids) + 1 > limit:
            found.append(_joined(text, pieces, first, last))
            pieces, size = [], 1
        pieces.append((ids, offsets))
        size += len(ids) + 1
    return [*found, _joined(text, pieces, first, last)] if pieces else found


def _pieces(
    text: str, tokenizer: Any, room: int, parts: Sequence[Range]
) -> Iterator[tuple[list[int], list[Range]]]:
    for start, end in parts:
        whole = _tokens(text, start, end, tokenizer)
        if len(whole[0]) <= room:
            yield whole
            continue
        for sentence in sentences(text, start, end):
            ids, offsets = _tokens(text, sentence.start, sentence.end, tokenizer)
            for at in range(0, len(ids), room):
                yield ids[at : at + room], offsets[at : at + room]


def _tokens(text: str, start: int, end: int, tokenizer: Any) -> tuple[list[int], list[Range]]:
    clean = _SURROGATE.sub("\ufffd", text[start:end])  # half a character is no str to a tokenizer
    encoded = tokenizer.encode(clean, add_special_tokens=False)
    return encoded.ids, [(start + a, start + b) for a, b in encoded.offsets]


def _joined(
    text: str, pieces: Sequence[tuple[list[int], list[Range]]], first: int, last: int
) -> Window:
    ids, offsets = [first], [(-1, -1)]
    for piece, where in pieces:
        ids += [*piece, last]
        offsets += [*where, (-1, -1)]
    types = [int(a >= 0 and text[a : a + 1].isupper()) for a, _ in offsets]
    return Window(
        np.array(ids, dtype=np.int32),
        np.array(types, dtype=np.int32),
        np.array(offsets, dtype=np.int64).reshape(-1, 2),
    )


class TokenHead:
    """A trained token head; a :class:`stance.attribution.Tagger`. Made by :meth:`load`.

    >>> head = TokenHead.load()  # doctest: +SKIP
    >>> attribute(documents, tagger=head)  # doctest: +SKIP
    """

    def __init__(self, model: Any, tokenizer: Any, card: Mapping[str, Any]) -> None:
        self.model, self.tokenizer, self.card = model, tokenizer, card
        self.limit = int(card.get("window", 192))
        self._forward = _packed_forward(model)

    @classmethod
    def load(cls, folder: str | Path | None = None, *, device: str = "cpu") -> TokenHead:
        """Load a head from ``folder``, by default the one shipped beside the small pair head.

        Raises ModelError where there is none, or where its files are damaged.
        """
        from transformers import AutoModelForTokenClassification, AutoTokenizer
        from transformers.utils import logging as hub_logging

        folder = Path(folder) if folder else data_folder("models") / "small" / FOLDER
        ref = find_model(folder)
        bars = hub_logging.is_progress_bar_enabled()
        hub_logging.disable_progress_bar()
        try:
            model: Any = AutoModelForTokenClassification.from_pretrained(
                ref.path, dtype=torch.float32, local_files_only=True
            )
            tokenizer = fast_tokenizer(AutoTokenizer.from_pretrained(ref.path))
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError(f"cannot load the token head in {ref.path}: {error}") from error
        finally:
            if bars:
                hub_logging.enable_progress_bar()
        if model.config.num_labels != len(ROLES) * STATES:
            raise ModelError(
                f"{folder} has {model.config.num_labels} outputs, a token head has "
                f"{len(ROLES) * STATES}; give the folder that training made"
            )
        return cls(model.to(pick_device(device)).eval(), tokenizer, ref.card)

    @classmethod
    def beside(cls, ref: ModelRef | None = None, *, device: str = "cpu") -> TokenHead:
        """The head of a pair model, or that of ``small`` where it has none of its own."""
        own = ref.parts[0] if ref and ref.parts else ref
        folder = own.path / FOLDER if own else None
        return _kept(folder if folder and folder.is_dir() else None, device)

    def __call__(self, readings: Sequence[Reading], /) -> list[Opinion]:
        """How sure each find of the rules is now, 0 to drop it, and what they missed."""
        threads = torch.get_num_threads()
        on_cpu = next(self.model.parameters()).device.type == "cpu"
        if not on_cpu or threads == 1 or len(readings) < 2:
            return [self.opinion(reading) for reading in readings]
        # An article a core: its matrices are too small to be worth sharing between cores.
        torch.set_num_threads(1)
        try:
            with ThreadPoolExecutor(threads, initializer=partial(torch.set_num_threads, 1)) as pool:
                return list(pool.map(self.opinion, readings))
        finally:
            torch.set_num_threads(threads)

    def opinion(self, reading: Reading) -> Opinion:
        """What the head makes of one text."""
        offsets, inside = self.probabilities(reading.text, reading.parts)
        weigh = self.card.get("combine")
        if not weigh or not len(offsets):
            return [one.probability for one in reading.found], []
        return combined(reading.text, offsets, inside, reading.found, weigh)

    def probabilities(
        self, text: str, parts: Sequence[Range] | None = None
    ) -> tuple[NDArray[np.int64], Floats]:
        """Character offsets (n, 2) of the tokens and, per role, P(outside, begins, continues).

        The second has shape (n, roles, states); special tokens are left out.
        """
        cut = windows(text, self.tokenizer, self.limit, parts)
        if not cut:
            return np.zeros((0, 2), dtype=np.int64), np.zeros((0, 3, 3), dtype=np.float32)
        order = sorted(range(len(cut)), key=lambda k: (-len(cut[k].ids), k))
        sizes = np.array([len(cut[k].ids) for k in order], dtype=np.int64)
        batch = Batch(
            np.concatenate([cut[k].ids for k in order]),
            np.concatenate([cut[k].types for k in order]),
            sizes,
        )
        logits = self._forward(batch).float().reshape(-1, len(ROLES), STATES)
        pieces = np.split(logits.softmax(-1).cpu().numpy(), np.cumsum(sizes)[:-1])
        probs = np.concatenate([pieces[order.index(k)] for k in range(len(cut))])
        offsets = np.concatenate([w.offsets for w in cut])
        keep = offsets[:, 0] >= 0
        return offsets[keep], probs[keep]


@lru_cache(maxsize=2)
def _kept(folder: Path | None, device: str) -> TokenHead:
    """A head that calls in one process share: reading the weights takes longer than an article."""
    return TokenHead.load(folder, device=device)


def _packed_forward(model: Any) -> Callable[[Batch], torch.Tensor]:
    """Logits of every token."""
    device = next(model.parameters()).device
    return packed_with_head(model, device, "a token", _token_head).of_tokens


def _token_head(model: Any, _: torch.device) -> Callable[[torch.Tensor], torch.Tensor]:
    out = model.classifier
    return partial(_classified, weight=out.weight.detach().float(), bias=out.bias.detach().float())


def _classified(hidden: torch.Tensor, *, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    return functional.linear(hidden.float(), weight, bias)
