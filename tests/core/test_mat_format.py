"""Our reader of MATLAB files agrees with scipy on valid files."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.io
from cub_sample import names

from msdn_core.errors import ImportFault
from msdn_core.importers.readers.mat_files import read_mat, texts

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
def test_numbers_of_every_kind(tmp_path: Path, dtype: str, compressed: bool) -> None:
    content = {
        "table": (np.arange(24) % 7).astype(dtype).reshape(4, 6),
        "cube": np.arange(24).astype(dtype).reshape(2, 3, 4),
        "one": np.array([[5]], dtype),
        "empty": np.zeros((0, 3), dtype),
        "other": np.ones((50, 50)),
    }
    scipy.io.savemat(tmp_path / "a.mat", content, do_compression=compressed)
    wanted = scipy.io.loadmat(tmp_path / "a.mat")
    found = read_mat(tmp_path / "a.mat", ["table", "cube", "one", "empty", "missing"])
    assert set(found) == {"table", "cube", "one", "empty"}
    for name, value in found.items():
        assert value.dtype == wanted[name].dtype
        assert np.array_equal(value, wanted[name])


@pytest.mark.parametrize("compressed", [False, True])
def test_texts_alone_and_in_cells(tmp_path: Path, compressed: bool) -> None:
    words = ["abbey", "Büssard", "a/b/c.jpg", "x" * 300, "鳥"]
    content = {"cells": names(words), "row": names(words).T, "text": "man-made", "rows": np.array(["ab", "cd"])}
    scipy.io.savemat(tmp_path / "a.mat", content, do_compression=compressed)
    found = read_mat(tmp_path / "a.mat", list(content))
    assert texts(found["cells"], tmp_path) == tuple(words)
    assert texts(found["row"], tmp_path) == tuple(words)
    assert texts(found["text"], tmp_path) == ("man-made",)
    assert texts(found["rows"], tmp_path) == ("ab", "cd")


def test_other_kinds_are_skipped(tmp_path: Path) -> None:
    content = {"record": {"a": 1}, "sparse": scipy.sparse.eye(3, format="csc"), "n": 3.0}
    scipy.io.savemat(tmp_path / "a.mat", content)
    assert set(read_mat(tmp_path / "a.mat", list(content))) == {"n"}


def test_invalid_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "odd.mat"
    bomb = zlib.compress(struct.pack("<II", 14, 1 << 31) + bytes(1 << 20))
    whole = tmp_path / "whole.mat"
    scipy.io.savemat(whole, {"n": np.arange(100.0)})
    header = whole.read_bytes()[:128]
    for content, match in (
        (b"MATLAB", "not a MATLAB file"),
        (b"MATLAB 7.3 MAT-file".ljust(128), "-v7"),
        (whole.read_bytes()[:-100], "cut short|reaches out"),
        (header + struct.pack("<II", 15, len(bomb)) + bomb, "without its numbers"),
    ):
        path.write_bytes(content)
        with pytest.raises(ImportFault, match=rf"odd\.mat.*({match})"):
            read_mat(path, ["n"])
    with pytest.raises(ImportFault, match="cannot be read"):
        read_mat(tmp_path / "missing.mat", ["n"])
