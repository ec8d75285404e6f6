"""Images in the database: their files, classes, splits, boxes and parts."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.annotation import Box, PartPoint, Split
from msdn_core.domain.name_matching import match_paths
from msdn_core.errors import ProjectError
from msdn_core.project.connection import Database, translate_errors
from msdn_core.project.records import ImageRecord, NewImage, is_plain_path, require_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SELECT = (
    "SELECT images.id, images.root_id, images.path, classes.name, images.split "
    "FROM images LEFT JOIN classes ON classes.id = images.class_id "
)
_SPLITS = {split.value: split for split in Split}


@translate_errors
class ImageStore:
    """Reads and changes images, each change in one transaction; image files are never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._folder = database.file.parent.resolve()

    def add_root(self, folder: Path) -> int:
        """Return the number of a folder of images, adding the folder if it is new."""
        absolute = folder.resolve()
        require_text(absolute)
        inside = absolute.is_relative_to(self._folder)
        text = (absolute.relative_to(self._folder) if inside else absolute).as_posix()
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO image_roots (path) VALUES (?)", (text,))
            found = connection.execute("SELECT id FROM image_roots WHERE path = ?", (text,)).fetchone()
        return int(found[0])

    def add(self, root_id: int, images: Sequence[NewImage]) -> None:
        """Add images of one root, all or none.

        Raises
        ------
        ProjectError
            For an unknown class, a path that leads out of the root, or an image that is already in the project.
        """
        classes = dict(self._database.rows("SELECT name, id FROM classes"))
        for image in images:
            if not is_plain_path(image.path):
                raise ProjectError(
                    f"The image path {image.path!a} is not a plain path below its folder, so nothing was added; "
                    "correct the path."
                )
            if image.class_name is not None and image.class_name not in classes:
                raise ProjectError(
                    f"The class “{image.class_name}” of the image {image.path} is not in this project; define the "
                    "classes first."
                )
        with self._database.transaction() as connection:
            first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM images").fetchone()[0]
            known = connection.execute("SELECT path FROM images WHERE root_id = ?", (root_id,)).fetchall()
            seen = {path for (path,) in known}
            for image in images:
                if image.path in seen:
                    raise ProjectError(f"The image {image.path} is already in this project; nothing was added.")
                seen.add(image.path)
            connection.executemany(
                "INSERT INTO images VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        *(first + i, root_id, image.path, classes.get(image.class_name or ""), image.split.value),
                        *_box_columns(image.box),
                    )
                    for i, image in enumerate(images)
                ],
            )
            parts = dict(connection.execute("SELECT name, position FROM parts").fetchall())
            for name in dict.fromkeys(point.part for image in images for point in image.parts):
                if name not in parts:
                    parts[name] = len(parts)
                    connection.execute("INSERT INTO parts VALUES (?, ?)", (parts[name], name))
            connection.executemany(
                "INSERT INTO part_points VALUES (?, ?, ?, ?, ?)",
                [
                    (first + i, parts[point.part], point.x, point.y, int(point.visible))
                    for i, image in enumerate(images)
                    for point in image.parts
                ],
            )

    def all(self) -> list[ImageRecord]:
        """Return all images in the order of their ids."""
        return self._records(_SELECT + "ORDER BY images.id")

    def count(self) -> int:
        """Return the number of images."""
        return int(self._database.value("SELECT count(*) FROM images"))

    def one(self, image_id: int) -> ImageRecord:
        """Return an image by its id."""
        found = self._records(_SELECT + "WHERE images.id = ?", (image_id,))
        if not found:
            raise ProjectError(f"There is no image {image_id} in this project; choose one of {self.count():,} images.")
        return found[0]

    def find(self, text: str) -> ImageRecord:
        """Return an image by id, relative name, an end of its name such as the file name, or absolute path.

        An id takes precedence over a name of the same digits.
        """
        # The numbers of SQLite have up to 19 digits.
        by_id = text.isdecimal() and len(text) < 19
        if by_id and (found := self._records(_SELECT + "WHERE images.id = ?", (int(text),))):
            return found[0]
        name = text.replace("\\", "/")
        for matches in (
            self._records(_SELECT + "WHERE images.path = ?", (name,)),
            self._records(_SELECT + "WHERE substr(images.path, -length(?1) - 1) = '/' || ?1", (name,)),
            self._under_roots(Path(text).absolute()),
        ):
            if len(matches) == 1:
                return matches[0]
            if matches:
                ids = ", ".join(f"{record.id} ({record.name})" for record in matches[:5])
                raise ProjectError(f"Several images have the name “{text}”; choose one by its id: {ids}.")
        stored = list(self._database.rows("SELECT id, path FROM images ORDER BY id"))
        names = [path for _, path in stored]
        spelled = match_paths([text], names)
        if text in spelled.matched:
            return self._records(_SELECT + "WHERE images.id = ?", (stored[spelled.matched[text]][0],))[0]
        if text in spelled.ambiguous:
            ids = ", ".join(f"{stored[place][0]} ({names[place]})" for place in spelled.ambiguous[text])
            raise ProjectError(f"Several images have the name “{text}”; choose one by its id: {ids}.")
        # Comparing with more names than these takes seconds.
        similar = difflib.get_close_matches(name, names[:20_000], n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(similar)}?" if similar else f"choose one of its {len(names):,} images."
        raise ProjectError(f"There is no image “{text}” in this project; {hint}")

    def box(self, image_id: int) -> Box | None:
        """Return the box of the object in pixels, if it is known."""
        rows = self._database.rows(
            "SELECT box_x, box_y, box_width, box_height FROM images WHERE id = ? AND box_x IS NOT NULL", (image_id,)
        )
        return Box(*rows[0]) if rows else None

    def parts(self, image_id: int) -> tuple[PartPoint, ...]:
        """Return the parts marked in an image, in the order of ``part_names``."""
        rows = self._database.rows(
            "SELECT parts.name, x, y, visible FROM part_points JOIN parts ON parts.position = part "
            "WHERE image_id = ? ORDER BY part",
            (image_id,),
        )
        return tuple(PartPoint(name, x, y, bool(visible)) for name, x, y, visible in rows)

    def part_names(self) -> tuple[str, ...]:
        """Return the names of all parts that are marked in any image."""
        return tuple(name for (name,) in self._database.rows("SELECT name FROM parts ORDER BY position"))

    def part_points(self, image_ids: Sequence[int]) -> NDArray[np.float64]:
        """Return (N, P, 2) x and y in pixels of each part in each image; NaN if unknown or not visible."""
        points = np.full((len(image_ids), len(self.part_names()), 2), np.nan)
        rows_of: dict[int, list[int]] = {}
        for row, image_id in enumerate(image_ids):
            rows_of.setdefault(int(image_id), []).append(row)
        everything = self._database.rows("SELECT image_id, part, x, y FROM part_points WHERE visible = 1")
        for image_id, part, x, y in everything:
            for row in rows_of.get(image_id, ()):
                points[row, part] = x, y
        return points

    def set_attributes(self, image_ids: Sequence[int], present: NDArray[np.int8], certainty: NDArray[np.int8]) -> None:
        """Set the data set's judgements of several images: (N, K) presence and certainty."""
        attributes = self._database.value("SELECT count(*) FROM attributes")
        for name, array in (("presence", present), ("certainty", certainty)):
            if array.shape != (len(image_ids), attributes):
                raise ProjectError(
                    f"The {name} judgements of {len(image_ids)} images have the shape {array.shape}; provide one "
                    f"number for each of the {attributes} attributes."
                )
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO image_attributes VALUES (?, ?, ?)",
                [
                    (int(number), presences.astype(np.int8).tobytes(), certainties.astype(np.int8).tobytes())
                    for number, presences, certainties in zip(image_ids, present, certainty, strict=True)
                ],
            )

    def attributes(self, image_id: int) -> tuple[NDArray[np.int8], NDArray[np.int8]] | None:
        """Return the data set's (K,) presence and certainty for an image, or None."""
        rows = self._database.rows("SELECT present, certainty FROM image_attributes WHERE image_id = ?", (image_id,))
        if not rows:
            return None
        present, certainty = (np.frombuffer(blob, np.int8).copy() for blob in rows[0])
        return present, certainty

    def _under_roots(self, path: Path) -> list[ImageRecord]:
        """Return the images whose file has that absolute path."""
        found = []
        for root in self._roots().values():
            if path.is_relative_to(root):
                found += self._records(_SELECT + "WHERE images.path = ?", (path.relative_to(root).as_posix(),))
        return [record for record in dict.fromkeys(found) if record.path == path]

    def _roots(self) -> dict[int, Path]:
        # Joining with an absolute path gives that path, so this is right for roots outside the project, too.
        return {number: self._folder / path for number, path in self._database.rows("SELECT id, path FROM image_roots")}

    def _records(self, sql: str, parameters: Sequence[object] = ()) -> list[ImageRecord]:
        roots = self._roots()
        rows = self._database.rows(sql, parameters)
        return [
            ImageRecord(number, roots[root] / _checked(name), name, class_name, _SPLITS[split])
            for number, root, name, class_name, split in rows
        ]


def _checked(name: str) -> str:
    """Return the path of an image below its root; raise ValueError if it leads out of it, as in a malicious project."""
    if (".." in name or name[:1] == "/" or "\\" in name or ":" in name) and not is_plain_path(name):
        raise ValueError(f"“{name[:80]!a}” is not a path below a folder")
    return name


def _box_columns(box: Box | None) -> tuple[Any, ...]:
    return (None, None, None, None) if box is None else (box.x, box.y, box.width, box.height)
