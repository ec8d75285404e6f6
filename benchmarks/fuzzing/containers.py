"""Mutations within containers, whose lengths and checksums stay right: what gets past the first check of a reader."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_NUMBERS = (0, 1, 2, 3, 7, 255, 256, 4096, 13_300, 65_535, 100_000, 2**31 - 1, 2**32 - 1)
_METHODS = (1, 8, 9, 12, 14, 93, 99)


def mutate_container(whole: bytes, rng: random.Random, mutate: Callable[[bytes, random.Random], bytes]) -> bytes | None:
    """Return a container with mutated content; None for other files. ``mutate`` changes the bytes within."""
    if whole.startswith(b"PK"):
        return _zip(whole, rng, mutate)
    if whole.startswith(b"\x89PNG"):
        return _png(whole, rng)
    if whole.startswith(b"\x1f\x8b"):
        return gzip.compress(mutate(gzip.decompress(whole), rng), mtime=0)
    if whole[8:9] == b"{" and int.from_bytes(whole[:8], "little") < len(whole):
        return _safetensors(whole, rng)
    return None


def _zip(whole: bytes, rng: random.Random, mutate: Callable[[bytes, random.Random], bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old:
        names = old.namelist()
        chosen = rng.choice(names)
        with zipfile.ZipFile(stream, "w") as new:
            for name in names:
                content = old.read(name)
                if name == chosen:
                    content = mutate(content, rng)
                    if rng.randrange(8) == 0:
                        continue
                info = zipfile.ZipInfo(rng.choice(("../../x", name * 2)) if rng.randrange(40) == 0 else name)
                info.compress_type = old.getinfo(name).compress_type
                new.writestr(info, content)
    made = bytearray(stream.getvalue())
    if rng.randrange(6) == 0 and (at := made.rfind(b"PK\x01\x02")) >= 0:
        # An unknown method, encryption, or another size in the directory.
        place, value = rng.choice(((10, rng.choice(_METHODS)), (8, 1), (24, rng.choice(_NUMBERS) & 0xFFFF)))
        made[at + place : at + place + 2] = value.to_bytes(2, "little")
    return bytes(made)


def _png(whole: bytes, rng: random.Random) -> bytes:
    """Change fields of the header, or drop, double or exchange chunks."""
    chunks, at = [], 8
    while at + 12 <= len(whole):
        size = int.from_bytes(whole[at : at + 4], "big")
        chunks.append((whole[at + 4 : at + 8], whole[at + 8 : at + 8 + size]))
        at += 12 + size
    number = rng.randrange(len(chunks)) if rng.randrange(2) else 0
    kind, content = chunks[number]
    if kind == b"IHDR":
        fields = bytearray(content)
        if rng.randrange(2):
            place = rng.choice((0, 4))
            fields[place : place + 4] = rng.choice(_NUMBERS).to_bytes(4, "big")
        else:
            fields[rng.randrange(8, 13)] = rng.randrange(20)
        chunks[number] = (kind, bytes(fields))
    elif rng.randrange(2):
        del chunks[number]
    else:
        chunks.insert(rng.randrange(len(chunks)), chunks[number])
    parts = [whole[:8]]
    for kind, content in chunks:
        checksum = zlib.crc32(kind + content).to_bytes(4, "big")
        parts += [len(content).to_bytes(4, "big"), kind, content, checksum]
    return b"".join(parts)


def _safetensors(whole: bytes, rng: random.Random) -> bytes:
    """Change a value of the header; its length stays right."""
    size = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + size])
    holder: Any = header
    key: Any = rng.choice(list(header))
    for _ in range(rng.randrange(4)):
        inner = holder[key]
        if isinstance(inner, str) and inner[:1] in "{[":
            inner = json.loads(inner)
            holder[key] = inner
        if not isinstance(inner, (dict, list)) or not inner:
            break
        holder, key = inner, rng.choice(list(inner)) if isinstance(inner, dict) else rng.randrange(len(inner))
    holder[key] = rng.choice((None, -1, 1e300, float("inf"), "", "x", [], {}, [10**6, 10**6], 2**63, "\ud800", "F64"))
    metadata = header.get("__metadata__")
    if isinstance(metadata, dict):
        # Texts that were taken apart are written as texts again.
        header["__metadata__"] = {k: v if isinstance(v, str) else json.dumps(v) for k, v in metadata.items()}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + whole[8 + size :]
