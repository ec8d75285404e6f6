"""Names may come from others: tags in them are shown literally, in labels and tooltips."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolTip, QWidget

TAGS = "<h1>Heron</h1><img src='secret.png'>"


@pytest.mark.usefixtures("application")
def test_labels_and_tooltips_show_tags_literally(qtbot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    label, meant = QLabel(TAGS, owner), QLabel("<b>meant</b>", owner, textFormat=Qt.TextFormat.RichText)
    with qtbot.waitExposed(owner):
        owner.show()
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert meant.textFormat() is Qt.TextFormat.RichText
    assert label.sizeHint().width() > label.fontMetrics().horizontalAdvance("<h1>Heron</h1>")
    QToolTip.showText(owner.mapToGlobal(owner.rect().center()), TAGS, owner)
    tips = [one for one in QApplication.topLevelWidgets() if one.inherits("QTipLabel")]
    assert [tip.textFormat() for tip in tips] == [Qt.TextFormat.PlainText]
    QToolTip.hideText()
