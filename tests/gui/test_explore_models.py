"""The item models of Explore: Qt's rules, sorting, cells."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from explore_kit import AV, NAME
from PySide6.QtCore import QObject, Qt, Signal
from small_birds import ATTRIBUTES, CLASSES, SEEN, VECTORS

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.project import ImageRecord
from msdn_gui.explore.attributes.attribute_model import AttributeModel
from msdn_gui.explore.finding.gallery import count_text
from msdn_gui.explore.finding.gallery_model import GalleryModel
from msdn_gui.explore.ranking.contribution_model import SHARE, ContributionModel
from msdn_gui.explore.ranking.ranking_model import CLASS, MARK_ROLE, RANK, SCORE, RankingModel
from msdn_gui.widgets.images.image_view import ImageListView
from msdn_gui.widgets.maps.heat import colour_table, coloured, short_number, smooth
from msdn_gui.widgets.tables.item_table import ItemTable
from msdn_gui.widgets.tables.ordered_table import BAR_ROLE, bar

TABLE = ClassTable(ATTRIBUTES, CLASSES, VECTORS, SEEN)
DESCENDING = Qt.SortOrder.DescendingOrder


class NoThumbnails(QObject):
    """Thumbnails that never come."""

    ready = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Path] = []

    def get(self, path: Path) -> None:
        self.asked.append(path)


def records(count: int) -> list[ImageRecord]:
    splits = list(Split)
    return [
        ImageRecord(
            i + 1, Path(f"/images/{i}.jpg"), f"folder {i % 7}/Bird_{i:06}.jpg", f"Class {i % 50}", splits[i % 4]
        )
        for i in range(count)
    ]


def column(model, number: int) -> list[str]:
    return [model.index(row, number).data() for row in range(model.rowCount())]


@pytest.mark.parametrize("kind", ["attributes", "ranking", "contributions", "gallery"])
def test_item_models_keep_the_rules_of_qt(kind: str, qtmodeltester) -> None:
    if kind == "attributes":
        model = AttributeModel()
        change = [
            lambda: model.set_table(TABLE),
            lambda: model.set_scores(np.arange(6.0), -np.arange(6.0)),
            lambda: model.set_class("Red wader", VECTORS[0]),
            lambda: model.sort(NAME),
            lambda: model.search("crown"),
        ]
    elif kind == "ranking":
        model = RankingModel()
        change = [
            lambda: model.show_ranking(TABLE, None, None),
            lambda: model.show_ranking(TABLE, np.array([2, 0, 1]), np.array([0.2, 0.1, 0.9])),
            lambda: model.sort(CLASS),
            lambda: model.search("unseen"),
        ]
    elif kind == "contributions":
        model = ContributionModel()
        change = [
            lambda: model.show_contributions(ATTRIBUTES, np.arange(6.0)),
            lambda: model.show_contributions(ATTRIBUTES, np.arange(6.0)[::-1]),
            lambda: model.show_contributions((), None),
        ]
    else:
        model = GalleryModel(NoThumbnails())
        some = records(40)
        change = [lambda: model.show_images(some, np.arange(40)), lambda: model.show_images(some, np.array([7, 3]))]
    qtmodeltester.data_display_may_return_none = True
    qtmodeltester.check(model)
    for step in change:
        step()
        qtmodeltester.check(model)


def test_attributes_are_ranked_by_score_and_equal_ones_keep_their_order() -> None:
    model = AttributeModel()
    model.set_table(TABLE)
    model.set_scores(np.array([0.1, 0.9, 0.5, 0.5, -0.2, 0.3]), np.zeros(6))
    assert column(model, AV) == ["0.90", "0.50", "0.50", "0.30", "0.10", "−0.20"]
    assert column(model, NAME)[1:3] == ["striped", "plain"]
    model.sort(AV, Qt.SortOrder.AscendingOrder)
    assert column(model, AV)[0] == "−0.20"


def test_attribute_search_finds_group_and_name() -> None:
    model = AttributeModel()
    model.set_table(TABLE)
    model.search("crest yes")
    assert column(model, NAME) == ["yes"]


def test_bars_start_at_zero_and_end_at_the_value() -> None:
    assert bar(0.5, 0.0, 1.0) == (0.0, 0.5)
    assert bar(-1.0, -1.0, 3.0) == (0.0, 0.25)
    assert bar(3.0, -1.0, 3.0) == (0.25, 1.0)
    assert bar(0.0, 0.0, 0.0) == (0.0, 0.0)


def test_ranking_marks_seen_and_unseen_classes_and_gives_ranks() -> None:
    model = RankingModel()
    scores = np.array([0.2, -0.1, 0.9])
    model.show_ranking(TABLE, np.argsort(-scores), scores)
    model.set_true_class("Striped heron")
    assert column(model, RANK) == ["1", "2", "3"]
    assert column(model, CLASS) == ["◆ Blue-crested tern", "● Red wader", "● Striped heron ✓"]
    assert [model.index(row, 0).data(MARK_ROLE) for row in range(3)] == ["unseen", "seen", "seen"]
    assert model.index(0, SCORE).data(BAR_ROLE)[2] == "unseen"
    assert model.rank_of("Striped heron") == 3
    model.search("seen")
    assert column(model, RANK) == ["2", "3"], "“seen” does not find “unseen”"
    model.search("unseen")
    assert column(model, CLASS) == ["◆ Blue-crested tern"]
    assert model.rank_of("Striped heron") == 3, "a search changes no rank"


def test_contributions_are_sorted_by_size() -> None:
    model = ContributionModel()
    model.show_contributions(ATTRIBUTES, np.array([0.1, -0.5, 0.3, 0.0, 0.2, -0.05]))
    assert column(model, SHARE) == ["−0.500", "+0.300", "+0.200", "+0.100", "−0.050", "0.000"]
    assert model.total == pytest.approx(0.05)


def test_counts_are_texts() -> None:
    assert count_text(1500, 1500) == "1,500 images"
    assert count_text(12, 1500) == "12 of 1,500 images"
    assert count_text(1, 1) == "1 image"


@pytest.mark.usefixtures("application")
def test_a_hundred_thousand_images_open_and_are_filtered_fast(qtbot) -> None:
    thumbnails = NoThumbnails()
    model = GalleryModel(thumbnails)
    view = ImageListView(model, "gallery", "Images")
    qtbot.addWidget(view)
    view.resize(300, 600)
    many = records(100_000)
    start = time.thread_time()
    model.show_images(many, np.arange(100_000))
    with qtbot.waitExposed(view):
        view.show()
    view.grab()
    opened = time.thread_time() - start
    assert 0 < len(thumbnails.asked) < 200, "only visible thumbnails are requested"
    start = time.thread_time()
    model.show_images(many, np.arange(99_999, -1, -10))
    view.grab()
    searched = time.thread_time() - start
    assert model.rowCount() == 10_000
    assert model.row_of(many[89]) == 9_991
    assert opened < 2.0, f"opening took {opened:.2f} s"
    assert searched < 0.25, f"a search took {searched:.3f} s"


@pytest.mark.usefixtures("application")
def test_the_list_scrolls_to_the_selected_image(qtbot) -> None:
    model = GalleryModel(NoThumbnails())
    view = ImageListView(model, "gallery", "Images")
    qtbot.addWidget(view)
    view.resize(300, 600)
    with qtbot.waitExposed(view):
        view.show()
    many = records(30_000)
    model.show_images(many, np.arange(30_000))
    view.show_record(many[27_777])
    qtbot.waitUntil(lambda: view.viewport().rect().contains(view.visualRect(view.currentIndex())))


def test_a_smooth_map_keeps_the_values_at_the_centres_of_regions() -> None:
    values = np.arange(49, dtype=np.float32).reshape(7, 7)
    fine = smooth(values)
    step = fine.shape[0] // 7
    centres = fine[step // 2 :: step, step // 2 :: step]
    assert fine.shape[0] >= 300
    assert np.abs(centres - values).max() < 0.2
    assert fine.min() >= 0
    assert fine.max() <= 48


def test_the_colours_span_the_range_and_clip_beyond_it() -> None:
    table = colour_table("viridis")
    values = np.array([[0.0, 0.5], [1.0, 2.0]], dtype=np.float32)
    pixels = coloured(values, (0.0, 1.0), "viridis", smoothed=False)
    assert pixels.shape == (2, 2, 4)
    assert np.array_equal(pixels[0, 0], table[0])
    assert np.array_equal(pixels[1, 0], table[255])
    assert np.array_equal(pixels[1, 1], table[255])
    flat = coloured(np.full((2, 2), 0.3, np.float32), (0.3, 0.3), "magma", smoothed=True)
    assert np.array_equal(flat[0, 0], colour_table("magma")[0])


def test_numbers_beside_a_colour_bar_are_short() -> None:
    assert [short_number(n) for n in (0, 0.1234, 0.00012, 12.345, -0.5)] == ["0", "0.123", "1.2e−4", "12.35", "−0.500"]


def test_a_table_with_other_items_starts_at_the_top(application, qtbot) -> None:  # noqa: ARG001
    model = RankingModel()
    many = ClassTable(ATTRIBUTES, tuple(f"Bird {n}" for n in range(90)), np.zeros((90, 6)), np.ones(90, dtype=bool))
    table = ItemTable(model, "ranking", widths={})
    qtbot.addWidget(table)
    table.resize(300, 200)
    with qtbot.waitExposed(table):
        table.show()
    model.show_ranking(many, None, None)
    table.scrollToBottom()
    assert table.rowAt(1) > 0
    model.show_ranking(many.without_class("Bird 3"), None, None)
    assert table.rowAt(1) == 0
