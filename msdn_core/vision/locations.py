"""Locations of objects and their parts in the square that the network views. No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from msdn_core.errors import ImageError
from msdn_core.vision.images import image_size
from msdn_core.vision.transform import viewed_box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.project import ImageRecord, Project

Locations = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class ViewedLocations:
    """Locations in the viewed squares of N images, from 0 at the left or top edge to 1 at the right or bottom one."""

    part_names: tuple[str, ...]
    points: Locations
    """(N, P, 2) x and y of each part; NaN if it is unknown, not visible or outside the square."""
    boxes: Locations
    """(N, 4) left, top, right and bottom of the object, cropped to the square; NaN if unknown or outside it."""

    def regions(self, grid: tuple[int, int]) -> Locations:
        """Return the (N, P, 2) row and column of the region of each part; NaN if its location is unknown."""
        return np.asarray(np.floor(self.points[..., ::-1] * np.array(grid)))


def viewed_locations(project: Project, images: Sequence[ImageRecord]) -> ViewedLocations:
    """Return the known locations of images; those of an image whose file is missing are unknown, as is its size."""
    points = project.part_points([image.id for image in images])
    boxes = np.full((len(images), 4), np.nan)
    for row, image in enumerate(images):
        try:
            view = viewed_box(*image_size(image.path))
        except ImageError:
            points[row] = np.nan
            continue
        corner, size = np.array([view.x, view.y]), np.array([view.width, view.height])
        points[row] = (points[row] - corner) / size
        if (box := project.box(image.id)) is not None:
            edges = np.array([[box.x, box.y], [box.x + box.width, box.y + box.height]])
            boxes[row] = ((edges - corner) / size).ravel()
    points[((points < 0) | (points >= 1)).any(axis=2)] = np.nan
    boxes = np.clip(boxes, 0.0, 1.0)
    boxes[(boxes[:, 2:] <= boxes[:, :2]).any(axis=1)] = np.nan
    return ViewedLocations(project.part_names(), points, boxes)
