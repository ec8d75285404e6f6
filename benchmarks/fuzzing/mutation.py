"""Mutations of files: of bytes anywhere, and of what texts, JSON and databases are made of."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from benchmarks.fuzzing.containers import mutate_container

if TYPE_CHECKING:
    import random
    from pathlib import Path

CORPUS = (
    b"",
    b"\x00" * 9,
    b"\xff" * 9,
    b"-1",
    b"nan",
    b"1e999",
    b"99999999999999999999",
    b"../../x",
    b"\xed\xa0\x80",
    b"(" * 40,
)
_JSON_TEXTS = (
    "null", "true", "-1", "0", "1e999", "-Infinity", "NaN", "99999999999999999999", "1.5",
    '""', '"\\ud800"', '"../../x"',
    "[]", "{}", "[[]]", '{"a": 1}', "[" * 3000, '"' + "x" * 5000 + '"', '"\\u001b[2J"', "[null]", "[-1]",
)  # fmt: skip
_VALUES = (
    "NULL", "'x'", "-1", "9000000000000000000", "1e300", "-1e300", "zeroblob(1000)", "x'ff'", "x'edA080'",
    "'../../../etc/passwd'", "''", "'[' || '{'", "char(0)", "'=HYPERLINK(\"x\")'", "0", "'\x1b[2J'",
)  # fmt: skip
_JSON, _LINES, _DATABASE = (".json", ".jsonl"), (".txt", ".csv", ".jsonl"), (".sqlite",)


def mutate_bytes(whole: bytes, rng: random.Random) -> bytes:
    """Return bytes of which a few are changed, put in, taken out, doubled or cut off."""
    data = bytearray(whole)
    for _ in range(rng.choice((1, 1, 2, 4, 12))):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(7)
        if kind == 0:
            data[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 1 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            data[at:at] = rng.choice(CORPUS)
        elif kind == 3:
            del data[at : at + rng.choice((1, 2, 4, 8, 64))]
        elif kind == 4:
            data[at:at] = data[max(0, at - rng.choice((1, 8, 64))) : at]
        elif kind == 5:
            data[at : at + 8] = rng.choice(CORPUS)[:8]
        elif kind == 6 and rng.randrange(4) == 0:
            del data[at:]
    return bytes(data)


def mutate_file(path: Path, rng: random.Random) -> str:
    """Mutate a file in place, by its kind; return what was done in a word."""
    if rng.randrange(50) == 0:
        return _replace_file(path, rng)
    suffix = path.suffix.lower()
    if suffix in _DATABASE and rng.randrange(2):
        return _mutate_database(path, rng)
    whole = path.read_bytes()
    if rng.randrange(2) and (made := mutate_container(whole, rng, mutate_bytes)) is not None:
        path.write_bytes(made)
        return "container"
    if suffix in _JSON and rng.randrange(2) and (made := _mutate_json(whole, rng)) is not None:
        path.write_bytes(made)
        return "json"
    if suffix in _LINES and rng.randrange(2):
        path.write_bytes(_mutate_lines(whole, rng))
        return "lines"
    path.write_bytes(mutate_bytes(whole, rng))
    return "bytes"


def _replace_file(path: Path, rng: random.Random) -> str:
    """Put something that is no such file in its place."""
    kind = rng.choice(("empty", "folder", "pipe", "dangling link", "loop", "web page", "zeros"))
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe" and hasattr(os, "mkfifo"):
        os.mkfifo(path)
    elif kind in ("dangling link", "loop"):
        path.symlink_to(path.name if kind == "loop" else "nowhere")
    else:
        contents = {"web page": b"<!DOCTYPE html><html><body>404</body></html>\n", "zeros": bytes(100_000)}
        path.write_bytes(contents.get(kind, b""))
    return kind


def _mutate_json(whole: bytes, rng: random.Random) -> bytes | None:
    """Replace or remove a value anywhere in a JSON text or in one of its lines; None if it is not JSON."""
    lines = whole.splitlines() if whole.count(b"\n") > 1 and whole[:1] == b"{" and b"}\n{" in whole else [whole]
    chosen = rng.randrange(len(lines))
    try:
        content = json.loads(lines[chosen])
    except (ValueError, IndexError):
        return None
    places = list(_places(content))
    if not places:
        return rng.choice(_JSON_TEXTS).encode()
    holder, key = rng.choice(places)
    mark = "\x00mark\x00"
    if rng.randrange(6) == 0:
        del holder[key]
    else:
        holder[key] = mark
    text = json.dumps(content).replace(json.dumps(mark), rng.choice(_JSON_TEXTS))
    lines[chosen] = text.encode()
    return b"\n".join(lines)


def _places(content: Any) -> Any:
    if isinstance(content, (dict, list)):
        for key in list(content) if isinstance(content, dict) else range(len(content)):
            yield content, key
            yield from _places(content[key])


def _mutate_lines(whole: bytes, rng: random.Random) -> bytes:
    """Remove, double, exchange, cut or lengthen lines, or change a cell."""
    lines = whole.split(b"\n")
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(lines))
        kind = rng.randrange(6)
        if kind == 0 and len(lines) > 1:
            del lines[at]
        elif kind == 1:
            lines.insert(at, lines[rng.randrange(len(lines))])
        elif kind == 2:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == 3:
            lines[at] *= rng.choice((2, 40))
        else:
            separator = b"," if b"," in lines[at] else b" "
            cells = lines[at].split(separator)
            cells[rng.randrange(len(cells))] = rng.choice(CORPUS)
            lines[at] = separator.join(cells)
    return b"\n".join(lines)


def _mutate_database(path: Path, rng: random.Random) -> str:
    """Put nonsense into cells, or remove rows or a table."""
    with closing(sqlite3.connect(path)) as database, database, suppress(sqlite3.Error):
        database.execute("PRAGMA ignore_check_constraints = ON")
        tables = sorted(name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"))
        for _ in range(rng.choice((1, 1, 3))):
            table = rng.choice(tables)
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            where = "" if rng.randrange(2) else f" WHERE rowid = {rng.randrange(1, 8)}"
            statement = f"UPDATE OR IGNORE {table} SET {rng.choice(columns)} = {rng.choice(_VALUES)}{where}"
            if rng.randrange(12) == 0:
                statement = rng.choice((f"DROP TABLE {table}", f"DELETE FROM {table}", "PRAGMA user_version = 99"))
            database.execute(statement)
    with closing(sqlite3.connect(path)) as database, suppress(sqlite3.Error):
        database.execute("PRAGMA journal_mode = DELETE")
    return "cells"


def restore(base: Path, folder: Path) -> None:
    """Make a folder equal to another one again."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder, symlinks=True)
