"""Tiny random models with real tokenizers, made on the spot: one for each encoder family."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import (
    AutoModelForSequenceClassification,
    BertConfig,
    BertModel,
    CamembertConfig,
    DebertaV2Config,
    ElectraConfig,
    ModernBertConfig,
    MPNetConfig,
    PreTrainedTokenizerFast,
    RobertaConfig,
    XLMRobertaConfig,
)

PACKED = ("bert", "roberta", "xlm-roberta", "camembert", "mpnet", "modernbert")
OTHERS = ("deberta-v2", "electra")
LABELS = {0: "contradiction", 1: "entailment", 2: "neutral"}

_TEXT = """The mission is ready to leave for the border, the minister said on Wednesday.
Officials in the capital denied that any agreement had been signed before the talks.
"We will not take part," the spokeswoman told reporters, and said the ball was in their court.
Forecasters expect rain on the northern coast, while the south stays dry and warm.
Ärzte, naïve façade, Москва заявила, 東京は雨です, 12,345.67 tonnes — and so on…"""
WORDS = _TEXT.split()

_SIZE: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 98,
    "num_labels": 3,
    "id2label": LABELS,
    "label2id": {name: i for i, name in LABELS.items()},
}


def word_encoder(folder: Path, texts: Iterable[str], *, layers: int, pairs: bool) -> Path:
    """A random BERT whose vocabulary is the words of ``texts``; ``pairs``: with a pair template."""
    words = sorted(set(re.findall(r"\w+|[^\w\s]", " ".join(texts).lower())))
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words]
    inner = Tokenizer(models.WordLevel({w: i for i, w in enumerate(vocab)}, unk_token="[UNK]"))
    inner.normalizer = normalizers.Lowercase()
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    named: dict[str, Any] = {}
    if pairs:
        inner.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]",
            pair="[CLS] $A [SEP] $B:1 [SEP]:1",
            special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
        )
        inputs = ["input_ids", "token_type_ids", "attention_mask"]
        named = {"sep_token": "[SEP]", "model_input_names": inputs}
    PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", **named
    ).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocab),
        hidden_size=32,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder)
    return folder


def tiny_tokenizer(family: str, longest: int = 96) -> PreTrainedTokenizerFast:
    """A trained tokenizer with the family's special tokens and pair template.

    Training breaks ties by hash, so a text's number of tokens differs from run to run.
    """
    berts = family in ("bert", "electra", "deberta-v2", "modernbert")
    cls, sep, pad = ("[CLS]", "[SEP]", "[PAD]") if berts else ("<s>", "</s>", "<pad>")
    unk, mask = ("[UNK]", "[MASK]") if berts else ("<unk>", "<mask>")
    special = [cls, pad, sep, unk, mask]  # the padding id is 1, as RoBERTa's
    trainer: Any
    if family in ("roberta", "modernbert"):
        inner = Tokenizer(models.BPE(unk_token=unk))
        inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        inner.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(
            vocab_size=400, special_tokens=special, initial_alphabet=alphabet, show_progress=False
        )
    elif family in ("xlm-roberta", "camembert", "deberta-v2"):
        inner = Tokenizer(models.Unigram())
        inner.normalizer = normalizers.NFKC()
        inner.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=250, special_tokens=special, unk_token=unk, show_progress=False
        )
    else:
        inner = Tokenizer(models.WordPiece(unk_token=unk))
        inner.normalizer = normalizers.BertNormalizer()
        inner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(
            vocab_size=300, special_tokens=special, show_progress=False
        )
    inner.train_from_iterator(_TEXT.splitlines() * 3, trainer)
    ids = {token: inner.token_to_id(token) for token in special}
    if berts:
        inner.post_processor = processors.TemplateProcessing(
            single=f"{cls} $A {sep}",
            pair=f"{cls} $A {sep} $B:1 {sep}:1"
            if family != "modernbert"
            else f"{cls} $A {sep} $B {sep}",
            special_tokens=[(cls, ids[cls]), (sep, ids[sep])],
        )
    else:
        inner.post_processor = processors.RobertaProcessing(
            sep=(sep, ids[sep]),
            cls_token=(cls, ids[cls]),
            trim_offsets=True,
            add_prefix_space=False,
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        cls_token=cls,
        sep_token=sep,
        pad_token=pad,
        unk_token=unk,
        mask_token=mask,
        model_max_length=longest,
        model_input_names=["input_ids", "attention_mask"]
        + ["token_type_ids"] * (family in ("bert", "electra", "deberta-v2")),
    )


def tiny_config(family: str, vocabulary: int, **changes: Any) -> Any:
    size = _SIZE | {"vocab_size": vocabulary, "pad_token_id": 1} | changes
    kinds: dict[str, Any] = {
        "bert": BertConfig,
        "electra": ElectraConfig,
        "roberta": RobertaConfig,
        "xlm-roberta": XLMRobertaConfig,
        "camembert": CamembertConfig,
        "mpnet": MPNetConfig,
        "deberta-v2": DebertaV2Config,
        "modernbert": ModernBertConfig,
    }
    if family in ("roberta", "xlm-roberta", "camembert"):
        size["type_vocab_size"] = 1
    if family == "modernbert":
        # two of three layers see 6 tokens to each side, fewer than most of the texts have
        size |= {"local_attention": 12, "classifier_pooling": "mean"} | changes
        size |= {f"{name}_token_id": 0 for name in ("bos", "eos", "cls", "sep")}
    return kinds[family](**size)


def tiny_model(folder: Path, family: str, *, seed: int = 0, **changes: Any) -> Path:
    """Save a random classifier and its tokenizer; weights are scaled up so that labels differ."""
    positions = changes.get("max_position_embeddings", _SIZE["max_position_embeddings"])
    tokenizer = tiny_tokenizer(family, positions - 2)  # RoBERTa's positions start at 2
    torch.manual_seed(seed)
    config = tiny_config(family, len(tokenizer), **changes)
    model = AutoModelForSequenceClassification.from_config(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() > 1:
                weight.normal_(0.0, 0.3)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def tiny_pairs(count: int, *, seed: int = 0, longest: int = 40) -> list[tuple[str, str]]:
    """Pairs of word salad, short and long, no two of one length in a row."""
    import random

    rng = random.Random(seed)
    return [
        (
            " ".join(rng.choices(WORDS, k=rng.randint(1, longest))),
            " ".join(rng.choices(WORDS, k=rng.randint(1, 6))),
        )
        for _ in range(count)
    ]
