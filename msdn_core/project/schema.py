"""The tables of ``project.sqlite``, and the migrations from older versions.

``PRAGMA user_version`` is the number of migrations applied to a file; ``PRAGMA application_id`` identifies our files.
Existing migrations never change: to change the schema, add a migration at the end.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

APPLICATION_ID = 0x4D53444E
"""``MSDN`` in ASCII."""

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- The order of attributes is the order of numbers in every class vector.
CREATE TABLE attributes (
    position INTEGER PRIMARY KEY,
    group_name TEXT NOT NULL,
    name TEXT NOT NULL,
    word_vector BLOB,               -- float32, little-endian; NULL if unknown
    UNIQUE (group_name, name)
);

CREATE TABLE classes (
    id INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,
    name TEXT NOT NULL UNIQUE,
    vector BLOB NOT NULL,           -- float64, little-endian, one number per attribute
    seen INTEGER NOT NULL CHECK (seen IN (0, 1)),
    description TEXT NOT NULL DEFAULT ''
);

CREATE TABLE image_roots (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE       -- posix; relative to the project's folder if inside it
);

CREATE TABLE images (
    id INTEGER PRIMARY KEY,
    root_id INTEGER NOT NULL REFERENCES image_roots (id),
    path TEXT NOT NULL,             -- posix, relative to the root
    class_id INTEGER REFERENCES classes (id) ON DELETE SET NULL,
    split TEXT NOT NULL CHECK (split IN ('train', 'test_seen', 'test_unseen', 'none')),
    box_x REAL, box_y REAL, box_width REAL, box_height REAL,
    UNIQUE (root_id, path)
);
CREATE INDEX images_by_class ON images (class_id);

CREATE TABLE parts (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE part_points (
    image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    part INTEGER NOT NULL REFERENCES parts (position),
    x REAL NOT NULL, y REAL NOT NULL,
    visible INTEGER NOT NULL CHECK (visible IN (0, 1)),
    PRIMARY KEY (image_id, part)
) WITHOUT ROWID;

CREATE TABLE group_parts (
    position INTEGER PRIMARY KEY,
    group_name TEXT NOT NULL,
    part TEXT NOT NULL,
    UNIQUE (group_name, part)
);

CREATE TABLE image_attributes (
    image_id INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    present BLOB NOT NULL,          -- int8, one per attribute: 1 present, 0 absent, -1 not judged
    certainty BLOB NOT NULL         -- int8, one per attribute: the data set's own scale, 0 if not judged
);
"""

_ANNOTATIONS = """
-- Annotations by people; the data set's own judgements stay in image_attributes as imported.
CREATE TABLE annotators (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE judgements (
    image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    attribute INTEGER NOT NULL,     -- attributes.position; no reference, since attributes are replaced as a whole
    annotator INTEGER NOT NULL REFERENCES annotators (id),
    present INTEGER NOT NULL CHECK (present IN (0, 1)),
    certainty INTEGER NOT NULL CHECK (certainty BETWEEN 1 AND 4),
    at TEXT NOT NULL,               -- ISO 8601, UTC
    suggested_by TEXT NOT NULL,     -- the checkpoint whose suggestion was accepted
    PRIMARY KEY (image_id, attribute, annotator)
) WITHOUT ROWID;
CREATE INDEX judgements_by_attribute ON judgements (attribute);

CREATE TABLE reviews (
    image_id INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('checked', 'flagged')),
    note TEXT NOT NULL,
    annotator INTEGER NOT NULL REFERENCES annotators (id),
    at TEXT NOT NULL
);

CREATE TABLE image_labels (         -- who set images.class_id; no row if the data set did
    image_id INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    annotator INTEGER NOT NULL REFERENCES annotators (id),
    at TEXT NOT NULL
);

CREATE TABLE marks (
    id INTEGER PRIMARY KEY,
    image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,          -- a part, an attribute group, or '' for the whole object
    x REAL NOT NULL, y REAL NOT NULL,
    width REAL NOT NULL CHECK (width >= 0), height REAL NOT NULL CHECK (height >= 0),
    annotator INTEGER NOT NULL REFERENCES annotators (id),
    at TEXT NOT NULL
);
CREATE INDEX marks_by_image ON marks (image_id);
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _ANNOTATIONS)
"""``MIGRATIONS[n]`` turns a file of version n into one of version n + 1."""


def statements(script: str) -> Iterator[str]:
    """Yield the statements of a migration (``executescript`` would commit between them)."""
    pending = ""
    for piece in script.split(";"):
        pending += piece + ";"
        # A semicolon in a text or a comment does not end a statement.
        if sqlite3.complete_statement(pending):
            yield pending.strip()
            pending = ""
