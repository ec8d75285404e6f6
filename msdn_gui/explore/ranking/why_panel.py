"""Why a class gets its score, or more than another one: what each attribute adds to it, exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from msdn_core.domain.counterfactual import fewest_scores
from msdn_core.domain.image_prediction import ImagePrediction
from msdn_gui.explore.attributes.overrides import Overrides
from msdn_gui.explore.ranking.contribution_model import NAME, SHARE, ContributionModel
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.services.explaining import ExplainPhase
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_combo_box, make_label
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.item_table import ItemTable
from msdn_gui.widgets.mark import Mark
from msdn_gui.widgets.table_delegates import AttributeDelegate, BarDelegate

_ALONE, _NEXT_BEST, _CLASSES = range(3)
"""Places in the list of what to compare with; the classes stand from the last one on."""
_NAMED = 3


class WhyPanel(QWidget):
    """Contributions to the chosen class, or to the best one where none is chosen; they sum to its score.

    Where another class is named beside it, what each attribute adds to the difference, and what would turn it round.
    """

    def __init__(self, session: Session, overrides: Overrides) -> None:
        super().__init__()
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._overrides = session, overrides
        self.class_name: str | None = None
        """The class that is accounted for."""
        self._asked: tuple[str, str | None] | None = None
        self.model = ContributionModel()
        self.table = ItemTable(self.model, "contributions", widths={SHARE: 122}, stretch=NAME)
        self.table.setAccessibleName("Contributions")
        self.table.setItemDelegateForColumn(NAME, AttributeDelegate(self.table))
        self.table.setItemDelegateForColumn(SHARE, BarDelegate(self.table))
        self.title = ElidedLabel("Why this class", name="why_title")
        self.title.setProperty("look", "heading")
        self.other = make_combo_box(name="why_other")
        self.other.setAccessibleName("And not this class")
        self.other.setToolTip("Compare with another class: why this one, and not that one")
        self.other.setMaxVisibleItems(20)
        self.other.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.turn = make_label(name="why_turn", wrap=True)
        self.turn.setFont(small_font())
        self.turn.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.mark = Mark()
        self.mark.hide()
        self.sum = make_label(name="why_sum", wrap=True)
        self.sum.setProperty("look", "muted")
        self.sum.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        head = QVBoxLayout()
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        head.setSpacing(2)
        line = QHBoxLayout()
        line.setSpacing(SPACING // 2)
        line.addWidget(self.mark)
        line.addWidget(self.title, 1)
        head.addLayout(line)
        head.addWidget(self.other)
        head.addWidget(self.sum)
        head.addWidget(self.turn)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        self.table.chosen.connect(session.selection.set_attribute)
        session.selection.attribute_changed.connect(self.table.show_item)
        session.selection.class_changed.connect(self.account)
        session.document.table_changed.connect(self._list_classes)
        self.other.currentIndexChanged.connect(lambda _: session.selection.set_rival(self.other.currentData()))
        self.other.currentIndexChanged.connect(self.account)
        session.selection.rival_changed.connect(self._take_rival)
        self._list_classes()
        self._take_rival(session.selection.rival)
        self.account()

    def account(self, *_: object) -> None:
        """Account for the chosen class's score anew."""
        session = self._session
        reading = self._overrides.reading()
        if reading is None:
            failed = session.inference.explaining.phase is ExplainPhase.FAILED
            if (
                session.selection.image is None
                or session.inference.checkpoint is None
                or not session.document.table.classes
                or failed
            ):
                self._show_nothing(
                    "What each attribute adds to a class's score stands here once an image is looked at."
                )
            return
        order, scores = reading.ranking()
        name = session.selection.class_name
        if name is None and len(order):
            name = session.document.table.classes[int(order[0])]
        if name is None:
            self._show_nothing("There is no class yet; add one in Classes.")
            return
        self.class_name = name
        other = self._other_class(name, order)
        shares = reading.contributions(name)
        if other is not None:
            shares = shares - reading.contributions(other)
        self.model.show_contributions(session.document.table.attributes, shares, self._overrides.values)
        seen = bool(session.document.table.seen[session.document.table.class_index[name]])
        self.title.setText(f"Why {name}")
        named = f", {other}" if other is not None and self.other.currentIndex() == _NEXT_BEST else ""
        self.other.setItemText(_NEXT_BEST, f"and not the next best{named}")
        self.mark.set_mark("seen" if seen else "unseen")
        self.mark.show()
        self.other.show()
        self._say_sum(name, other, reading, scores)
        self.table.show_item(session.selection.attribute)
        if (name, other) != self._asked:
            # The answer to another question begins with what weighs most, wherever the chosen attribute stands.
            self._asked = name, other
            self.table.scrollToTop()

    def _take_rival(self, name: str | None) -> None:
        """Another workspace asks about two classes."""
        if name is not None and name != self.other.currentData():
            self.other.setCurrentIndex(max(_ALONE, self.other.findData(name)))

    def _show_nothing(self, sentence: str) -> None:
        self.class_name = None
        self.model.show_contributions((), None)
        self.mark.hide()
        self.other.hide()
        self.turn.hide()
        self.title.setText("Why this class")
        self.sum.setText(sentence)
        self.sum.setToolTip("")

    def _list_classes(self) -> None:
        """Offers the classes of the table; the one that was compared with stays."""
        kept, name = self.other.currentIndex(), self.other.currentData()
        classes = self._session.document.table.classes
        if tuple(self.other.itemData(place) for place in range(_CLASSES, self.other.count())) == classes:
            return
        with QSignalBlocker(self.other):
            self.other.clear()
            self.other.addItems(["Compare with another class", "and not the next best"])
            for one in classes:
                self.other.addItem(f"and not {one}", one)
            self.other.setCurrentIndex(kept if 0 <= kept < _CLASSES else max(_ALONE, self.other.findData(name)))
        self.account()

    def _other_class(self, name: str, order: NDArray[np.intp]) -> str | None:
        if self.other.currentIndex() == _NEXT_BEST:
            classes = self._session.document.table.classes
            return next((classes[int(row)] for row in order if classes[int(row)] != name), None)
        chosen: str | None = self.other.currentData()
        # The table may have changed before the list of its classes has.
        return chosen if chosen != name and chosen in self._session.document.table.class_index else None

    def _say_sum(self, name: str, other: str | None, reading: ImagePrediction, scores: NDArray[np.floating]) -> None:
        session, total = self._session, self.model.total
        index, seen = session.document.table.class_index, session.document.table.seen
        # Gamma is taken off seen classes alone: between two of a kind it says nothing.
        gamma = session.inference.gamma * (
            int(seen[index[name]]) - (int(seen[index[other]]) if other is not None else 0)
        )
        score = float(scores[index[name]]) - (float(scores[index[other]]) if other is not None else 0.0)
        what = "score" if other is None else "lead"
        sign, size = ("−", gamma) if gamma > 0 else ("+", -gamma)
        words = f"Sum {_number(total)} {sign} gamma {size:.2f} = {what} {_number(score)}"
        if not gamma:
            words = f"Contributions sum to the {what}, {_number(total)}"
        count = len(self._overrides.values)
        self.sum.setText(f"{words}, with {count} overridden score{'s' if count > 1 else ''}" if count else words)
        self.sum.setToolTip(f"Sum {total:.6g}, {what} after gamma {score:.6g}")
        self.turn.setVisible(other is not None)
        if other is not None:
            self.turn.setText(self._what_would_turn_it(name, other, reading, score, -gamma))

    def _what_would_turn_it(self, name: str, other: str, reading: ImagePrediction, lead: float, offset: float) -> str:
        """What would have to be otherwise for the class that is behind to win."""
        session = self._session
        if lead == 0:
            return "They are equal."
        winner, loser = (name, other) if lead > 0 else (other, name)
        differences = self.model.shares if lead > 0 else -self.model.shares
        names = [attribute.full_name for attribute in session.document.table.attributes]
        fewest = fewest_scores(differences, offset if lead > 0 else -offset)
        if fewest is None:
            first = f"No set of attribute scores put to 0 lets {loser} win."
        else:
            first = f"{loser} would win without {_listed([names[int(k)] for k in fewest])}."
        edit = reading.smallest_edit(loser, winner)
        if edit is None:
            return f"{first} No class vector lets it win here."
        largest = np.argsort(-np.abs(edit), kind="stable")
        changes = [f"{names[int(k)]} {edit[k]:+.2f}".replace("-", "−") for k in largest if abs(edit[k]) >= 0.005]
        return f"{first} Or with the smallest edit: {_listed(changes)}."


def _number(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def _listed(names: list[str]) -> str:
    """The first few of some names, and how many more there are."""
    few = names[:_NAMED]
    return ", ".join(few) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "") if few else "anything"
