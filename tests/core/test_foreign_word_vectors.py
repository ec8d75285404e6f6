"""Word vectors of strangers: any encoding and packing by content, wrong counts, and values that are no numbers."""

from __future__ import annotations

import gzip
import pickle
from typing import TYPE_CHECKING

import format_samples as samples
import numpy as np
import pytest

from msdn_core.errors import ImportFault
from msdn_core.importers.findings import Findings
from msdn_core.importers.readers.mat_files import read_mat
from msdn_core.importers.readers.safe_pickle import load_arrays
from msdn_core.importers.word_vectors import attribute_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = ("black", "long leg", "Füße")
TEXT = "the 1 2\nblack 3 4\nlong .5 1e1\nleg -1 -2\nfüße 7 8\n"
EXPECTED = [[3, 4], [-0.5, 8], [7, 8]]


def read(path: Path, names: tuple[str, ...] = NAMES) -> tuple[list[list[float]], str]:
    findings = Findings()
    words, _ = attribute_words(names, path, findings)
    return words.tolist(), " ".join(findings.sentences())


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (TEXT.encode(), ""),
        (TEXT.encode("utf-8-sig"), ""),
        (TEXT.encode("utf-16"), ""),
        (TEXT.replace("\n", "\r\n").encode(), ""),
        (TEXT.replace("ü", "u\u0308").encode(), ""),
        (TEXT.encode("cp1252"), "1 word of words.txt not in UTF-8 and read as Windows-1252"),
        (gzip.compress(TEXT.encode()), ""),
        (f"5 2\n{TEXT}".encode(), ""),
    ],
    ids=["utf-8", "mark", "utf-16", "crlf", "nfd", "cp1252", "gz without suffix", "header"],
)
def test_a_text_is_read_in_any_encoding(tmp_path: Path, content: bytes, finding: str) -> None:
    # An unknown word has the file read to its end.
    (tmp_path / "words.txt").write_bytes(content)
    words, said = read(tmp_path / "words.txt", (*NAMES, "purple"))
    assert np.allclose(words[:3], EXPECTED)
    assert finding in said
    assert bool(finding) == ("UTF-8" in said)


@pytest.mark.parametrize("name", ["words.txt", "words.BIN", "words.vec", "words"])
def test_the_content_decides_and_not_the_suffix(tmp_path: Path, name: str) -> None:
    for make in (samples.glove, samples.word2vec):
        make(tmp_path / name)
        words, _ = read(tmp_path / name, samples.ATTRIBUTES[:2])
        assert np.allclose(words, EXPECTED[:2])


@pytest.mark.parametrize("name", ["words.npy", "words.pkl", "words.txt", "WORDS.NPY"])
def test_arrays_are_read_under_any_suffix(tmp_path: Path, name: str) -> None:
    rows = np.arange(6.0).reshape(3, 2) + 1
    for content in (pickle.dumps(rows, 2), npy(tmp_path, rows)):
        (tmp_path / name).write_bytes(content)
        assert read(tmp_path / name)[0] == rows.tolist()


def npy(folder: Path, rows: np.ndarray) -> bytes:
    np.save(folder / "saved.npy", rows)
    return (folder / "saved.npy").read_bytes()


def test_columns_are_transposed_and_said(tmp_path: Path) -> None:
    rows = np.arange(15.0).reshape(3, 5) + 1
    np.save(tmp_path / "words.npy", rows.T)
    words, said = read(tmp_path / "words.npy")
    assert words == rows.tolist()
    assert "transposed" in said


def test_a_text_with_fewer_words_than_announced_is_said(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text(f"400000 2\n{TEXT}", encoding="utf-8")
    _, said = read(tmp_path / "words.txt", (*NAMES, "purple"))
    assert "announces 400,000 words and has 5" in said


@pytest.mark.parametrize("value", ["nan", "inf", "x", "1,234"])
def test_a_word_without_numbers_is_left_out_and_said(tmp_path: Path, value: str) -> None:
    (tmp_path / "words.txt").write_text(TEXT.replace("black 3", f"black {value}"), encoding="utf-8")
    words, said = read(tmp_path / "words.txt")
    assert words[1:] == EXPECTED[1:]
    assert "malformed line was left out" in said
    assert "lacks 1 word of the attributes' names: black" in said


OTHERS: dict[str, tuple[bytes, str]] = {
    "page": (b"<!doctype html><html>", "is a web page"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "Git LFS"),
    "message": (b'{"message": "Not Found"}', "a server's message .Not Found"),
    "empty": (b"", "is empty"),
    "half": (b"PK\x03\x04" + bytes(range(1, 60)), "without its end"),
}
READERS: dict[str, Callable[[Path], object]] = {
    "words.txt": read,
    "words.bin": read,
    "words.npy": read,
    "words.pkl": read,
    "lists.pkl": load_arrays,
    "lists.mat": lambda path: read_mat(path, ["labels"]),
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("name", READERS)
def test_what_is_no_file_of_data_is_named(tmp_path: Path, name: str, other: str) -> None:
    content, sentence = OTHERS[other]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImportFault, match=sentence):
        READERS[name](tmp_path / name)


def test_an_archive_of_word_vectors_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "words.npz", words=np.eye(3))
    with pytest.raises(ImportFault, match=r"archive of arrays.*numpy\.save"):
        read(tmp_path / "words.npz")
