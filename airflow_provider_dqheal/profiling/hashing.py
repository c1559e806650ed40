"""64-bit hashes of Arrow values: vectorised, the same in every process, on every driver.

A value's hash depends on its kind (integer, float, text) and its value only, never on its position, its batch
or the width of its type. Not cryptographic.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import xxhash
from numpy.typing import NDArray

U64 = NDArray[np.uint64]

NULL_HASH = np.uint64(0x9AE16A3B2F90404F)
LONG_TEXT_BYTES = 256
"""Text above this length is hashed value by value with XXH3; below it eight bytes at a time for all values."""

_A = np.uint64(0xBF58476D1CE4E5B9)
_B = np.uint64(0x94D049BB133111EB)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_INT_SALT = np.uint64(0x2545F4914F6CDD1D)
_FLOAT_SALT = np.uint64(0xD6E8FEB86659FD93)
_TEXT_SALT = np.uint64(0xA0761D6478BD642F)


def mix(values: U64) -> U64:
    """A bijection of 64-bit words that spreads every bit.

    Source: Steele, Lea and Flood 2014, splitmix64 (the finaliser of Stafford, variant 13).
    """
    values = values ^ (values >> np.uint64(30))
    values *= _A
    values ^= values >> np.uint64(27)
    values *= _B
    values ^= values >> np.uint64(31)
    return values


def hash_ints(values: NDArray[np.int64]) -> U64:
    """Hashes of integers, shape (n,)."""
    return mix((values.astype(np.int64, copy=False).view(np.uint64) + _GOLDEN) ^ _INT_SALT)


def hash_floats(values: NDArray[np.float64]) -> U64:
    """Hashes of floats, shape (n,). -0.0 hashes as 0.0 and every NaN alike."""
    values = values + 0.0
    bad = np.isnan(values)
    if bad.any():
        values[bad] = np.nan
    return mix((values.view(np.uint64) + _GOLDEN) ^ _FLOAT_SALT)


def text_buffers(array: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Offsets (n + 1, starting at 0) and bytes of a string or binary array; a null has length 0 or any."""
    large = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
    _, offsets, data = array.buffers()
    if len(array) == 0 or offsets is None:
        return np.zeros(len(array) + 1, np.int64), np.zeros(0, np.uint8)
    kind = np.int64 if large else np.int32
    bounds = np.frombuffer(offsets, dtype=kind)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    if data is None:
        return np.zeros(len(array) + 1, np.int64), np.zeros(0, np.uint8)
    return bounds - bounds[0], np.frombuffer(data, dtype=np.uint8)[bounds[0] : bounds[-1]]


def hash_text(array: pa.Array) -> U64:
    """Hashes of a string or binary array, shape (n,); nulls give :data:`NULL_HASH`."""
    offsets, data = text_buffers(array)
    starts, lengths = offsets[:-1], np.diff(offsets)
    hashes: U64 = mix((lengths.view(np.uint64) + _GOLDEN) ^ _TEXT_SALT)
    longest = int(lengths.max(initial=0))
    if longest:
        padded = np.zeros(len(data) + 8, np.uint8)
        padded[: len(data)] = data
        words = np.ndarray((len(data) + 1,), dtype="<u8", buffer=padded.data, strides=(1,))
        short = lengths <= LONG_TEXT_BYTES
        for at in range(0, min(longest, LONG_TEXT_BYTES), 8):
            rows = np.flatnonzero((lengths > at) & short)
            if not len(rows):
                break
            left = np.minimum(lengths[rows] - at, 8).astype(np.uint64)
            mask = ~np.uint64(0) >> (np.uint64(64) - left * np.uint64(8))
            hashes[rows] = mix(hashes[rows] ^ (words[starts[rows] + at] & mask)) + _GOLDEN
        for row in np.flatnonzero(~short):
            hashes[row] = xxhash.xxh3_64_intdigest(data[offsets[row] : offsets[row + 1]].tobytes())
    if array.null_count:
        hashes[array.is_null().to_numpy(zero_copy_only=False)] = NULL_HASH
    return hashes


def hash_name(name: str) -> int:
    """An odd 64-bit multiplier for a column's name: what makes a row's hash know its columns."""
    return xxhash.xxh3_64_intdigest(name.encode("utf-8", "surrogatepass")) | 1
