"""What the judges ask of their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rollcast.errors import listed, nearest

T = TypeVar("T")
Word = TypeVar("Word", bound=str)


def one_of(words: Mapping[Word, T], word: Word, name: str) -> T:
    """What a word stands for. Raises ValueError with the nearest right one."""
    if word in words:
        return words[word]
    suggestion = nearest(word, words)
    hint = f'; did you mean "{suggestion}"?' if suggestion else ""
    raise ValueError(f'{name}: expected {listed(words)}, got "{word}"{hint}')


def counts(**given: ArrayLike) -> list[NDArray[np.int64]]:
    """Whole numbers, none below 0, all of one shape (n,)."""
    arrays = []
    for name, each in given.items():
        array = np.asarray(each)
        if array.ndim != 1:
            raise ValueError(f"{name}: expected counts of shape (n,), got {array.shape}")
        whole = array.astype(np.int64)
        if np.any(whole != array) or np.any(whole < 0):
            raise ValueError(f"{name}: expected whole numbers, none below 0")
        arrays.append(whole)
    if len({len(array) for array in arrays}) > 1:
        raise ValueError(f"expected {listed(given, 'and')} of one length")
    return arrays
