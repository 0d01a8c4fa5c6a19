"""What a model has to beat: the majority class, and words counted (TF-IDF + logistic regression).

The words of text and claim, and those they share, are weighed by scikit-learn's TF-IDF; the
regression learns from the training half of the set. Where a set has none, five folds of the dev
rows with whole claims in each do, which is kinder to the floor than to a model that saw none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality_pair_sets import DevSet, groups
from stance.training.metrics import intervals, macro_f1
from stance.training.sources import Example


def floors(dev: DevSet, train: Sequence[Example]) -> dict[str, Any]:
    """Accuracy and macro-F1 of the majority class, and of TF-IDF + logistic regression."""
    gold = [row.label for row in dev.rows]
    common, count = Counter(gold).most_common(1)[0]
    if train:
        said, learned = counted_words(train, dev.rows), f"{len(train)} training rows"
    else:
        said, learned = _folds(dev.rows), "5 folds by claim"
    return {
        "majority": round(count / len(gold), 3),
        "majority_macro_f1": round(macro_f1(gold, [common] * len(gold)), 3),
        "tfidf_accuracy": round(float(np.mean(said == np.asarray(gold))), 3),
        "tfidf_macro_f1": round(macro_f1(gold, said.tolist()), 3),
        "tfidf_macro_f1_95": intervals(gold, said.tolist(), groups(dev.rows))["macro_f1"],
        "tfidf_learned_from": learned,
    }


def counted_words(train: Sequence[Example], rows: Sequence[Example]) -> NDArray[np.int64]:
    """Labels for ``rows``, of those that ``train`` has."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    both = [*train, *rows]
    texts, claims = [row.premise for row in both], [row.hypothesis for row in both]
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, max_features=40_000)
    words.fit([*texts[: len(train)], *claims[: len(train)]])
    left, right = words.transform(texts), words.transform(claims)
    shared = left.multiply(right)
    x = hstack([left, right, shared, shared.sum(axis=1)]).tocsr()
    model = LogisticRegression(C=2.0, max_iter=200)
    model.fit(x[: len(train)], [row.label for row in train])
    return np.asarray(model.predict(x[len(train) :]))


def _folds(rows: Sequence[Example]) -> NDArray[np.int64]:
    from sklearn.model_selection import GroupKFold

    said = np.zeros(len(rows), np.int64)
    names = groups(rows)
    for train, test in GroupKFold(min(5, len(set(names)))).split(rows, groups=names):
        said[test] = counted_words([rows[i] for i in train], [rows[i] for i in test])
    return said
