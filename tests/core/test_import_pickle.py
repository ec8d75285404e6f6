"""Untrusted pickles give arrays and run nothing."""

from __future__ import annotations

import collections
import os
import pickle
import pickletools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from msdn_core.errors import ImportFault
from msdn_core.importers.readers import safe_pickle
from msdn_core.importers.readers.safe_pickle import load_arrays
from msdn_core.importers.word_vectors import hashed_word_vectors, load_word_vectors, words_of

if TYPE_CHECKING:
    from pathlib import Path


def saved(folder: Path, content: object, protocol: int = 4) -> Path:
    path = folder / "file.pkl"
    path.write_bytes(pickle.dumps(content, protocol))
    return path


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "uint16", "uint8", "bool", ">i4"])
def test_arrays_are_read_unchanged(tmp_path: Path, protocol: int, dtype: str) -> None:
    array = (np.arange(24) % 5).astype(dtype).reshape(2, 3, 4)
    content = {"a": array, "order": np.asfortranarray(array), "one": array.ravel()[3], "names": ["x", "ü"], "n": 1.5}
    found = load_arrays(saved(tmp_path, content, protocol))
    assert found["names"] == ["x", "ü"]
    assert found["n"] == 1.5
    assert found["one"] == content["one"]
    for key in ("a", "order"):
        # numpy turns foreign byte orders into its own in some protocols.
        assert found[key].dtype.newbyteorder("=") == array.dtype.newbyteorder("=")
        assert np.array_equal(found[key], array)


@pytest.mark.parametrize("protocol", [2, 4])
def test_torch_tensors_are_read_as_arrays(tmp_path: Path, protocol: int) -> None:
    whole = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    tensors = {
        "float": whole,
        "columns": whole[:, 2:4],
        "turned": whole.t(),
        "long": torch.tensor([3, 1, 2]),
        "byte": torch.tensor([1, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
        "number": torch.tensor(7.0, dtype=torch.float64),
        "empty": torch.zeros(0, 3),
    }
    found = load_arrays(saved(tmp_path, {**tensors, "array": np.ones(2)}, protocol))
    for key, tensor in tensors.items():
        assert isinstance(found[key], np.ndarray)
        assert found[key].dtype == tensor.numpy().dtype
        assert np.array_equal(found[key], tensor.numpy())
    assert found["array"].tolist() == [1, 1]


class Runs:
    """A pickle of this calls a function when it is opened."""

    def __init__(self, function: Any, *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> Any:
        return self.call


@pytest.mark.parametrize("function", [os.system, eval, getattr, np.load, np.fromfile, collections.Counter])
def test_nothing_else_is_called(tmp_path: Path, function: Any) -> None:
    target = tmp_path / "made"
    path = saved(tmp_path, [np.ones(3), Runs(function, f"touch {target}")])
    with pytest.raises(ImportFault, match=r"calls .*\w+\.\w+"):
        load_arrays(path)
    assert not target.exists()


def test_nothing_is_called_inside_of_a_tensor_either(tmp_path: Path) -> None:
    target = tmp_path / "made"
    storage = pickle.dumps(Runs(os.system, f"touch {target}"))
    # What torch names in its pickles, around bytes that are a pickle themselves.
    path = saved(tmp_path, Runs(torch.storage._load_from_bytes, storage))
    names = {(op.name, arg) for op, arg, _ in pickletools.genops(path.read_bytes())}
    assert ("SHORT_BINUNICODE", "_load_from_bytes") in names
    with pytest.raises(ImportFault, match="calls"):
        load_arrays(path)
    assert not target.exists()


def test_a_tensor_does_not_reach_out_of_its_storage(tmp_path: Path) -> None:
    storage = torch.zeros(4).untyped_storage()
    typed = torch.storage.TypedStorage(wrap_storage=storage, dtype=torch.float32, _internal=True)
    for offset, size, stride in (
        (0, (5,), (1,)),
        (2, (3,), (1,)),
        (0, (2, 2), (3, 3)),
        (0, (2,), (-1,)),
        (-1, (2,), (1,)),
    ):
        call = Runs(torch._utils._rebuild_tensor_v2, typed, offset, size, stride, False, collections.OrderedDict())
        with pytest.raises(ImportFault, match="damaged"):
            load_arrays(saved(tmp_path, call))


def test_few_bytes_do_not_become_much_memory(tmp_path: Path) -> None:
    storage = torch.storage.TypedStorage(
        wrap_storage=torch.zeros(4).untyped_storage(), dtype=torch.float32, _internal=True
    )
    spread = Runs(
        torch._utils._rebuild_tensor_v2, storage, 0, (50_000, 50_000), (0, 0), False, collections.OrderedDict()
    )
    room = Runs(np.ndarray, (50_000, 50_000))
    for call, match in ((spread, "damaged"), (room, r"calls numpy\.ndarray")):
        with pytest.raises(ImportFault, match=match):
            load_arrays(saved(tmp_path, call))


def test_a_file_of_endless_small_objects_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte would take a microsecond, for as many as the file has."""
    monkeypatch.setattr(safe_pickle, "MOST_STEPS", 1000)
    (tmp_path / "file.pkl").write_bytes(b"\x80\x04](K\x00" + b"2" * 2000 + b"e.")
    with pytest.raises(ImportFault, match="not a pickle of arrays"):
        load_arrays(tmp_path / "file.pkl")
    assert len(load_arrays(saved(tmp_path, list(range(300))))) == 300


def test_a_file_cut_short_is_a_clear_error(tmp_path: Path) -> None:
    whole = saved(tmp_path, {"a": np.arange(100), "t": torch.arange(50)}).read_bytes()
    path = tmp_path / "cut.pkl"
    for length in (0, 1, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(ImportFault, match=r"cut\.pkl"):
            load_arrays(path)
    path.write_bytes(b"no pickle at all")
    with pytest.raises(ImportFault, match=r"cut\.pkl"):
        load_arrays(path)
    with pytest.raises(ImportFault, match="cannot be read"):
        load_arrays(tmp_path / "missing.pkl")


def test_word_vectors_are_read_from_both_kinds_of_file(tmp_path: Path) -> None:
    vectors = np.arange(6.0).reshape(2, 3)
    np.save(tmp_path / "words.npy", vectors)
    for path in (tmp_path / "words.npy", saved(tmp_path, vectors, 3)):
        found = load_word_vectors(path)
        assert found.dtype == np.float32
        assert np.array_equal(found, vectors)


@pytest.mark.parametrize("content", [np.arange(3.0), np.array([["a"]]), {"a": 1}, np.array([[1.0, np.nan]])])
def test_anything_but_a_matrix_of_numbers_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(ImportFault):
        load_word_vectors(saved(tmp_path, content))


def test_a_npy_file_of_objects_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "made"
    np.save(tmp_path / "words.npy", np.array([Runs(os.system, f"touch {target}")], dtype=object), allow_pickle=True)
    with pytest.raises(ImportFault, match=r"words\.npy"):
        load_word_vectors(tmp_path / "words.npy")
    assert not target.exists()


def test_hashed_vectors_share_the_directions_of_shared_words() -> None:
    names = ["has_bill_shape::hooked", "has_wing_color::grey", "has_bill_shape::dagger", "wing color::gray", "(?)"]
    vectors = hashed_word_vectors(names)
    assert vectors.shape == (5, 300)
    assert np.array_equal(vectors[:3], hashed_word_vectors(names[:3]))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = unit @ unit.T
    assert likeness[0, 2] > 0.5
    assert abs(likeness[0, 1]) < 0.25
    # Names of the same words are near one another, and yet two.
    assert 0.7 < likeness[1, 3] < 0.99
    one_word = hashed_word_vectors(["crest"], dimension=70)
    assert np.linalg.norm(one_word) == pytest.approx(1, abs=1e-6)


def test_names_are_cleaned_as_for_the_released_vectors() -> None:
    assert words_of("has_bill_shape::curved_(up_or_down)") == ("bill", "shape", "curved")
    assert words_of("has_upperparts_color::grey") == ("upper", "parts", "color", "gray")
    assert words_of("has_bill_shape::spatulate") == ("bill", "shape", "broad")
    assert words_of("has_tail_pattern::multi-colored") == ("tail", "pattern", "multi", "colored")
