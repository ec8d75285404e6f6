"""The columns of the attribute table; one entry of ``COLUMNS`` adds a column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.display_names import class_text, group_text, value_text
from msdn_core.domain.evidence import MapKind
from msdn_gui.explore.attributes.score_delegate import ScoreDelegate
from msdn_gui.widgets.tables.ordered_table import number
from msdn_gui.widgets.tables.table_delegates import BarDelegate, TextDelegate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QStyledItemDelegate

    from msdn_core.domain.attributes import Attribute

OVERRIDDEN_SIGN = "*"
"""Follows a number that a person typed, or that depends on one."""
_HITS = {1: "✓", 0: "✗", -1: "–"}
_HIT_WORDS = {1: "hit", 0: "miss", -1: "no such sub-net"}
_EVIDENCE = "What the selected regions add to the attribute's score or, with maps of classes, to the class score: "
_FUSED = (
    "Attribute score that classes are ranked by: both sub-nets, and a global branch if there is one, weighted as in "
    "the checkpoint. "
)


@dataclass(frozen=True, eq=False)
class AttributeData:
    """Everything that is known of the K attributes of an image; arrays are (K,), None while unknown."""

    attributes: tuple[Attribute, ...] = ()
    scores_av: NDArray[np.floating] | None = None
    scores_va: NDArray[np.floating] | None = None
    """Attribute scores of each sub-net, or what ``of_regions`` says; shares of attention are in percent."""
    scores_pooled: NDArray[np.floating] | None = None
    """Attribute scores of the global branch; None without one."""
    of_regions: MapKind | None = None
    """Of selected regions, what their numbers are: shares of attention, or evidence; None without a selection."""
    fused: NDArray[np.floating] | None = None
    """Fused attribute scores, as the network computed them."""
    overrides: Mapping[int, float] = field(default_factory=dict)
    """Scores that replace some of ``fused``, by column of the class table."""
    hits: NDArray[np.int8] | None = None
    """(K, 2) results of the pointing game, A→V and V→A; None if no parts of the image are known."""
    class_name: str = ""
    class_values: NDArray[np.floating] | None = None
    """The vector of this class, in the units in which it was given."""

    def overridden_scores(self) -> NDArray[np.floating] | None:
        """Return the fused scores with the overrides in their place."""
        if self.fused is None or not self.overrides or len(self.fused) != len(self.attributes):
            return self.fused
        scores = np.array(self.fused, dtype=np.float64)
        scores[list(self.overrides)] = list(self.overrides.values())
        return scores


def _no_sign(_data: AttributeData, _item: int) -> str:
    return ""


@dataclass(frozen=True, eq=False, kw_only=True)
class NumberColumn:
    """A column of numbers over bars; unknown numbers are empty cells."""

    name: str
    """Stable name in code."""
    heading: str
    tip: str
    """Tooltip of the heading."""
    width: int
    values: Callable[[AttributeData], NDArray[np.floating] | None]
    """(K,) numbers that are shown and sorted by."""
    colour: str
    """The theme's colour of the bars."""
    delegate: Callable[[QObject], QStyledItemDelegate] = BarDelegate
    label: Callable[[AttributeData], str] | None = None
    """What the number is called in tooltips, if not by the heading."""
    sign: Callable[[AttributeData, int], str] = _no_sign
    """Follows a cell's number, which is bold then."""
    cell_tip: Callable[[AttributeData, int], str] = _no_sign
    """Another line of a cell's tooltip."""
    editable: bool = False
    region_heading: str = ""
    region_tip: str = ""
    """Heading and tooltip while regions are selected and attention is shown, if others."""
    evidence_tip: str = ""
    """Tooltip while regions are selected and evidence is shown, if another."""
    is_numeric: bool = True
    is_shown: Callable[[AttributeData], bool] = lambda _data: True

    def label_of(self, data: AttributeData) -> str:
        """Return what the number is called in tooltips."""
        return self.label(data) if self.label is not None else heading_of(self, data)

    def text(self, value: float, reach: float) -> str:
        """Return a number as its cell shows it; ``reach`` is the column's greatest magnitude."""
        return number(value, reach)


@dataclass(frozen=True, eq=False, kw_only=True)
class TextColumn:
    """A column of texts."""

    name: str
    """Stable name in code."""
    heading: str
    tip: str
    """Tooltip of the heading."""
    values: Callable[[AttributeData], Sequence[str]]
    """K texts."""
    width: int | None = None
    """None takes the room that other columns leave."""
    raw: Callable[[AttributeData], Sequence[str]] | None = None
    """K texts that are copied, if others."""
    sort: Callable[[AttributeData], NDArray[Any]] | None = None
    """(K,) keys, if not sorted by the text."""
    cell_tip: Callable[[AttributeData, int], str] | None = None
    """A cell's tooltip, if not all numbers of the attribute."""
    delegate: Callable[[QObject], QStyledItemDelegate] = TextDelegate
    is_shown: Callable[[AttributeData], bool] = lambda _data: True
    is_numeric: bool = False
    """Whether it is aligned and sorted as numbers are."""
    region_heading: str = ""
    region_tip: str = ""
    evidence_tip: str = ""


Column = NumberColumn | TextColumn


def heading_of(column: Column, data: AttributeData) -> str:
    """Return a column's heading."""
    of_attention = data.of_regions is MapKind.ATTENTION
    return column.region_heading if of_attention and column.region_heading else column.heading


def tip_of(column: Column, data: AttributeData) -> str:
    """Return the tooltip of a column's heading."""
    if data.of_regions is None:
        return column.tip
    return (column.evidence_tip if data.of_regions.is_signed else column.region_tip) or column.tip


def column_number(name: str, columns: Sequence[Column] = ()) -> int:
    """Return the number of a column by its name."""
    return [column.name for column in columns or COLUMNS].index(name)


def muted_text(parent: QObject) -> QStyledItemDelegate:
    """Return a delegate for text in a quiet colour."""
    return TextDelegate(parent, "muted")


def _hit_texts(data: AttributeData) -> list[str]:
    return [" ".join(_HITS[hit] for hit in pair) if max(pair) >= 0 else "" for pair in _hits(data).tolist()]


def _hit_tip(data: AttributeData, item: int) -> str:
    av, va = _hits(data)[item].tolist()
    if max(av, va) < 0:
        return ""
    return f"{data.attributes[item].full_name}\nA→V: {_HIT_WORDS[av]}, V→A: {_HIT_WORDS[va]}"


def _hits(data: AttributeData) -> NDArray[np.int8]:
    count = len(data.attributes)
    known = data.hits is not None and len(data.hits) == count
    return data.hits if known and data.hits is not None else np.full((count, 2), -1, dtype=np.int8)


def _overridden_tip(data: AttributeData, item: int) -> str:
    if data.fused is None or not _is_overridden(data, item):
        return ""
    return f"Overridden; the model's score is {data.fused[item]:.6g}"


def _is_overridden(data: AttributeData, item: int) -> bool:
    return item in data.overrides


COLUMNS: tuple[Column, ...] = (
    TextColumn(
        name="group",
        heading="Group",
        tip="Attribute group",
        width=120,
        values=lambda data: [group_text(attribute.group) for attribute in data.attributes],
        raw=lambda data: [attribute.group for attribute in data.attributes],
        delegate=muted_text,
    ),
    TextColumn(
        name="attribute",
        heading="Attribute",
        tip="Attribute within its group",
        values=lambda data: [value_text(attribute) for attribute in data.attributes],
        raw=lambda data: [attribute.name for attribute in data.attributes],
    ),
    NumberColumn(
        name="av",
        heading="A→V",
        tip="Attribute score of the attribute → visual sub-net: how strongly it finds the attribute in this image",
        width=74,
        values=lambda data: data.scores_av,
        colour="av",
        region_heading="A→V %",
        region_tip="Share of the attribute's attention within the selected regions, attribute → visual",
        evidence_tip=f"{_EVIDENCE}attribute → visual",
    ),
    NumberColumn(
        name="va",
        heading="V→A",
        tip="Attribute score of the visual → attribute sub-net: how strongly it finds the attribute in this image",
        width=74,
        values=lambda data: data.scores_va,
        colour="va",
        region_heading="V→A %",
        region_tip="Share of the selected regions' attention that the attribute receives, visual → attribute",
        evidence_tip=f"{_EVIDENCE}visual → attribute",
    ),
    NumberColumn(
        name="pooled",
        heading="Pooled",
        tip="Attribute score of the global branch: how strongly it finds the attribute in the image as a whole. It "
        "comes from no single region and has no map",
        width=74,
        values=lambda data: data.scores_pooled,
        colour="accent",
        is_shown=lambda data: data.scores_pooled is not None,
    ),
    TextColumn(
        name="hit",
        heading="Hit",
        tip="Pointing game, A→V then V→A: whether the highest region of the map is at a known part of the attribute. "
        "Counted only for attributes of the image's class",
        width=52,
        values=_hit_texts,
        sort=lambda data: _hits(data).sum(axis=1),
        cell_tip=_hit_tip,
        is_shown=lambda data: data.hits is not None,
        is_numeric=True,
    ),
    NumberColumn(
        name="fused",
        heading="Fused",
        tip=f"{_FUSED}Double-click a score to override it",
        width=78,
        values=AttributeData.overridden_scores,
        colour="accent",
        delegate=ScoreDelegate,
        sign=lambda data, item: OVERRIDDEN_SIGN if _is_overridden(data, item) else "",
        cell_tip=_overridden_tip,
        editable=True,
    ),
    NumberColumn(
        name="class",
        heading="Class value",
        tip="Value of the attribute in the selected class, as given",
        width=104,
        values=lambda data: data.class_values,
        colour="muted",
        label=lambda data: f"Value in {class_text(data.class_name)}",
    ),
)
