"""Why a class has its score, or a higher one than another class: the exact contribution of each attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from msdn_core.domain.counterfactual import fewest_scores
from msdn_core.domain.display_names import attribute_text, class_text
from msdn_gui.explore.ranking.contribution_model import NAME, SHARE, ContributionModel
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.services.explaining import ExplainPhase
from msdn_gui.widgets.build import make_column, make_combo_box, make_label, make_row
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.mark import Mark
from msdn_gui.widgets.refresh import Refresher
from msdn_gui.widgets.tables.item_table import ItemTable
from msdn_gui.widgets.tables.table_delegates import AttributeDelegate, BarDelegate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.image_prediction import ImagePrediction
    from msdn_gui.explore.attributes.overrides import Overrides
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange

_NONE, _NEXT_BEST, _CLASSES = range(3)
"""Items of the list of rivals; classes start at the last one."""
_LISTED = 3
"""How many attributes a sentence names."""


class WhyPanel(QWidget):
    """Contributions to the score of the selected class, or of the best one if none is selected.

    With a rival: what each attribute adds to the difference of both scores, and what would reverse their order.
    """

    def __init__(self, session: Session, overrides: Overrides) -> None:
        super().__init__()
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._overrides = session, overrides
        self.class_name: str | None = None
        """The class whose score is shown."""
        self._shown: tuple[str, str | None] | None = None
        """The class and its rival that are shown."""
        self.model = ContributionModel()
        self.table = ItemTable(self.model, "contributions", widths={SHARE: 122}, stretch=NAME)
        self.table.setAccessibleName("Contributions")
        self.table.setItemDelegateForColumn(NAME, AttributeDelegate(self.table))
        self.table.setItemDelegateForColumn(SHARE, BarDelegate(self.table))
        layout = make_column(self._make_head(), self.table, spacing=SPACING // 2)
        layout.setStretchFactor(self.table, 1)
        self.setLayout(layout)
        self._refresher = Refresher(self, self._refresh, self._apply_change)
        self.table.chosen.connect(session.selection.set_attribute)
        session.selection.attribute_changed.connect(self.table.show_item)
        session.selection.class_changed.connect(Refresher(self, self.update_reasons).request)
        session.selection.rival_changed.connect(self._on_rival_changed)
        session.document.table_changed.connect(self._refresher.on_table_changed)
        self.rival.currentIndexChanged.connect(self._on_rival_selected)
        self._refresh()
        self._on_rival_changed(session.selection.rival)

    def update_reasons(self) -> None:
        """Show the reasons for the score of the selected class as it is now."""
        session, prediction = self._session, self._overrides.prediction()
        if prediction is None:
            if not self._is_waiting():
                self._clear("Select an image to see what each attribute adds to a class score.")
            return
        order, scores = prediction.ranking()
        name = session.selection.class_name
        if name is None and len(order):
            name = session.document.table.classes[int(order[0])]
        contributions = prediction.contributions(name) if name is not None else None
        if name is None or contributions is None:
            self._clear("No classes yet. Add one in Classes.")
            return
        self.class_name = name
        rival = self._rival_of(name, order)
        rivals = prediction.contributions(rival) if rival is not None else None
        shares = contributions if rivals is None else contributions - rivals
        self.model.show_contributions(session.document.table.attributes, shares, self._overrides.values)
        self._show_title(name, rival)
        self._show_sum(name, rival, prediction, scores)
        self.table.show_item(session.selection.attribute)
        if (name, rival) != self._shown:
            # Another question starts with the largest contribution, wherever the selected attribute is.
            self._shown = name, rival
            self.table.scrollToTop()

    # Widgets

    def _make_head(self) -> QVBoxLayout:
        self.title = ElidedLabel("Why this class", name="why_title")
        self.title.setProperty("look", "heading")
        self.rival = make_combo_box(name="why_rival", accessible="Rival class")
        self.rival.setToolTip("Compare with another class: why this class and not that one")
        self.rival.setMaxVisibleItems(20)
        self.rival.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.reversal = make_label(name="why_reversal", wrap=True)
        self.reversal.setFont(small_font())
        self.mark = Mark()
        self.mark.hide()
        self.sum = make_label(name="why_sum", wrap=True)
        self.sum.setProperty("look", "muted")
        for label in (self.sum, self.reversal):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line = make_row(self.mark, self.title, spacing=SPACING // 2)
        line.setStretchFactor(self.title, 1)
        head = make_column(line, self.rival, self.sum, self.reversal, spacing=2)
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        return head

    # Session

    def _refresh(self) -> None:
        self._list_classes()
        self.update_reasons()

    def _apply_change(self, change: TableChange) -> bool:
        # The ranking, which follows the same change, asks for the reasons.
        return change.is_values_only

    def _is_waiting(self) -> bool:
        """Return whether an explanation is coming; the old reasons stay until then."""
        session, inference = self._session, self._session.inference
        has_failed = inference.explaining.phase is ExplainPhase.FAILED
        has_all = session.selection.image is not None and inference.checkpoint is not None
        return has_all and bool(session.document.table.classes) and not has_failed

    def _clear(self, text: str) -> None:
        self.class_name = None
        self.model.show_contributions((), None)
        for widget in (self.mark, self.rival, self.reversal):
            widget.hide()
        self.title.setText("Why this class")
        self.sum.setText(text)
        self.sum.setToolTip("")

    # The rival

    def _on_rival_selected(self) -> None:
        self._session.selection.set_rival(self.rival.currentData())
        self.update_reasons()

    def _on_rival_changed(self, name: str | None) -> None:
        """Show the rival that another workspace asks about."""
        if name is not None and name != self.rival.currentData():
            self.rival.setCurrentIndex(max(_NONE, self.rival.findData(name)))

    def _list_classes(self) -> None:
        """List the classes of the table; the selected rival stays."""
        index, name = self.rival.currentIndex(), self.rival.currentData()
        classes = self._session.document.table.classes
        if tuple(self.rival.itemData(item) for item in range(_CLASSES, self.rival.count())) == classes:
            return
        with QSignalBlocker(self.rival):
            self.rival.clear()
            self.rival.addItems(["Compare with another class", "and not the next best"])
            for one in classes:
                self.rival.addItem(f"and not {class_text(one)}", one)
                self.rival.setItemData(self.rival.count() - 1, one, Qt.ItemDataRole.ToolTipRole)
            self.rival.setCurrentIndex(index if 0 <= index < _CLASSES else max(_NONE, self.rival.findData(name)))

    def _rival_of(self, name: str, order: NDArray[np.intp]) -> str | None:
        classes = self._session.document.table.classes
        if self.rival.currentIndex() == _NEXT_BEST:
            return next((classes[int(row)] for row in order if classes[int(row)] != name), None)
        rival: str | None = self.rival.currentData()
        # The table may have changed before this list.
        return rival if rival != name and rival in self._session.document.table.class_index else None

    # Texts

    def _show_title(self, name: str, rival: str | None) -> None:
        table = self._session.document.table
        self.title.setText(f"Why {class_text(name)}")
        self.title.setToolTip(name)
        is_next_best = rival is not None and self.rival.currentIndex() == _NEXT_BEST
        next_best = f", {class_text(rival)}" if rival is not None and is_next_best else ""
        self.rival.setItemText(_NEXT_BEST, f"and not the next best{next_best}")
        self.mark.set_mark("seen" if table.seen[table.class_index[name]] else "unseen")
        self.mark.show()
        self.rival.show()

    def _show_sum(
        self, name: str, rival: str | None, prediction: ImagePrediction, scores: NDArray[np.floating]
    ) -> None:
        table, total = self._session.document.table, self.model.total
        index, seen = table.class_index, table.seen
        # Gamma is subtracted from seen classes only: between two classes of one kind it cancels.
        times = int(seen[index[name]]) - (int(seen[index[rival]]) if rival is not None else 0)
        gamma = self._session.inference.gamma * times
        score = float(scores[index[name]]) - (float(scores[index[rival]]) if rival is not None else 0.0)
        noun = "score" if rival is None else "lead"
        sign, size = ("−", gamma) if gamma > 0 else ("+", -gamma)
        text = f"Sum {_number(total)} {sign} gamma {size:.2f} = {noun} {_number(score)}"
        if not gamma:
            text = f"Contributions sum to the {noun}, {_number(total)}"
        count = len(self._overrides.values)
        self.sum.setText(f"{text}, with {count} overridden score{'s' if count > 1 else ''}" if count else text)
        self.sum.setToolTip(f"Sum {total:.6g}, {noun} after gamma {score:.6g}")
        self.reversal.setVisible(rival is not None)
        if rival is not None:
            self.reversal.setText(self._reversal_text(name, rival, prediction, score, -gamma))

    def _reversal_text(self, name: str, rival: str, prediction: ImagePrediction, lead: float, offset: float) -> str:
        """Return what would have to change for the class that is behind to win."""
        if lead == 0:
            return "Both have the same score."
        winner, loser = (name, rival) if lead > 0 else (rival, name)
        differences = self.model.shares if lead > 0 else -self.model.shares
        names = [attribute_text(attribute) for attribute in self._session.document.table.attributes]
        fewest = fewest_scores(differences, offset if lead > 0 else -offset)
        if fewest is None:
            first = f"{class_text(loser)} does not win with any attribute scores set to 0."
        else:
            first = f"{class_text(loser)} would win without {_listed([names[int(k)] for k in fewest])}."
        edit = prediction.smallest_edit(loser, winner)
        if edit is None:
            return f"{first} No edit of its class vector makes it win here."
        largest = np.argsort(-np.abs(edit), kind="stable")
        changes = [f"{names[int(k)]} {edit[k]:+.2f}".replace("-", "−") for k in largest if abs(edit[k]) >= 0.005]
        return f"{first} Or with the smallest edit of its class vector: {_listed(changes)}."


def _number(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def _listed(names: list[str]) -> str:
    """Return the first few names, and how many more there are."""
    if not names:
        return "any change"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
