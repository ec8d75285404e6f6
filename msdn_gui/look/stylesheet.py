"""The few things that a palette cannot express: thin borders, quiet headers, splitters one pixel wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_core.resources import resource

if TYPE_CHECKING:
    from msdn_gui.look.colours import Colours


def stylesheet(c: Colours) -> str:
    """The application's style sheet in these colours.

    A widget asks for a look by the property ``look``: ``panel``, ``primary`` (the one button of a form),
    ``quiet`` (a button without a frame), ``heading``, ``muted``.
    """
    # A style sheet takes pictures by path alone: these two are of a grey that stands out in both themes.
    up, down = (resource("icons", f"arrow-{way}.svg").as_posix() for way in ("up", "down"))
    # A tick on the accent, which is dark in the light theme and light in the dark one.
    tick = resource("icons", f"tick-on-{'light' if c.on_accent == '#ffffff' else 'dark'}.svg").as_posix()
    return f"""
    QWidget[look="panel"] {{ background: {c.panel}; }}
    QLabel[look="heading"] {{ font-weight: 600; }}
    QLabel[look="muted"] {{ color: {c.muted}; }}
    QAbstractItemView {{ background: {c.panel}; border: none; selection-background-color: {c.selection};
        selection-color: {c.text}; outline: 0; }}
    QHeaderView {{ background: {c.panel}; border: none; }}
    QHeaderView::section {{ background: {c.panel}; color: {c.muted}; border: none;
        border-bottom: 1px solid {c.line}; padding: 4px 8px; }}
    QTableCornerButton::section {{ background: {c.panel}; border: none; border-bottom: 1px solid {c.line}; }}
    QAbstractScrollArea::corner {{ background: {c.panel}; border: none; }}
    QSplitter::handle {{ background: {c.line}; }}
    QSplitter::handle:hover {{ background: {c.accent}; }}
    QToolTip {{ background: {c.panel}; color: {c.text}; border: 1px solid {c.line}; padding: 4px; }}
    QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QPlainTextEdit {{ background: {c.panel}; color: {c.text};
        border: 1px solid {c.line}; border-radius: 4px; padding: 3px 6px; min-height: 18px; }}
    QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {{ border-color: {c.accent}; }}
    QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled {{ color: {c.disabled}; }}
    QComboBox::drop-down {{ border: none; width: 20px; }}
    QComboBox::down-arrow {{ image: url("{down}"); width: 14px; height: 14px; }}
    QSpinBox::up-button, QDoubleSpinBox::up-button {{ border: none; width: 18px; }}
    QSpinBox::down-button, QDoubleSpinBox::down-button {{ border: none; width: 18px; }}
    QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url("{up}"); width: 11px; height: 11px; }}
    QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url("{down}"); width: 11px; height: 11px; }}
    #query_completions {{ border: 1px solid {c.line}; }}
    #query_completions::item {{ padding: 3px 4px; }}
    #facets {{ background: {c.panel}; border: 1px solid {c.line}; }}
    QComboBox QAbstractItemView {{ border: 1px solid {c.line}; padding: 4px; }}
    QPushButton {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line}; border-radius: 4px;
        padding: 4px 12px; min-height: 18px; }}
    QPushButton:hover {{ background: {c.hover}; }}
    QPushButton:pressed, QPushButton:checked {{ background: {c.pressed}; }}
    QPushButton:focus {{ border-color: {c.accent}; }}
    QPushButton:disabled {{ color: {c.disabled}; background: {c.window}; }}
    QPushButton[look="primary"] {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
    QPushButton[look="primary"]:disabled {{ background: {c.hover}; color: {c.disabled}; border-color: {c.line}; }}
    QPushButton[look="primary"]:focus {{ border-color: {c.text}; }}
    QPushButton[look="quiet"], QToolButton {{ background: transparent; border: 1px solid transparent;
        border-radius: 4px; padding: 3px 7px; color: {c.text}; }}
    QPushButton[look="quiet"]:focus, QToolButton:focus {{ border-color: {c.accent}; }}
    QPushButton[look="quiet"]:hover, QToolButton:hover {{ background: {c.hover}; }}
    QPushButton[look="quiet"]:pressed, QToolButton:pressed, QToolButton:checked {{ background: {c.pressed}; }}
    QLineEdit QToolButton {{ padding: 0; border: none; }}
    #rail QToolButton {{ padding: 4px 0; }}
    QToolButton:disabled {{ color: {c.disabled}; }}
    QToolButton::menu-indicator, QPushButton::menu-indicator {{ image: none; width: 0; }}
    QProgressBar {{ background: {c.hover}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
    QCheckBox {{ spacing: 6px; }}
    QCheckBox::indicator, QAbstractItemView::indicator {{ width: 14px; height: 14px; border: 1px solid {c.disabled};
        border-radius: 3px; background: {c.panel}; }}
    QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{ background: {c.accent};
        border-color: {c.accent}; image: url("{tick}"); }}
    QCheckBox::indicator:disabled {{ border-color: {c.line}; background: {c.hover}; }}
    QCheckBox::indicator:focus {{ border-color: {c.text}; }}
    QRadioButton::indicator {{ width: 10px; height: 10px; border: 1px solid {c.disabled}; border-radius: 6px;
        background: {c.panel}; }}
    QRadioButton::indicator:checked {{ width: 4px; height: 4px; border: 4px solid {c.accent}; border-radius: 6px; }}
    QRadioButton::indicator:focus {{ border-color: {c.text}; }}
    QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {c.pressed}; }}
    QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {c.accent}; }}
    QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -5px 0; border-radius: 7px;
        border: 1px solid {c.disabled}; background: {c.raised}; }}
    QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ border-color: {c.accent}; }}
    QSlider::sub-page:horizontal:disabled {{ background: {c.pressed}; }}
    QMenuBar {{ background: {c.window}; }}
    QMenuBar::item {{ padding: 4px 8px; background: transparent; border-radius: 4px; }}
    QMenuBar::item:selected {{ background: {c.hover}; }}
    QMenu {{ background: {c.panel}; border: 1px solid {c.line}; padding: 4px; }}
    QMenu::item {{ padding: 5px 24px 5px 8px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {c.selection}; }}
    QMenu::item:disabled {{ color: {c.disabled}; }}
    QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 8px; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle {{ background: {c.pressed}; border-radius: 3px; margin: 2px; min-height: 24px;
        min-width: 24px; }}
    QScrollBar::handle:hover {{ background: {c.disabled}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {c.line}; }}
    QTabBar::tab {{ background: transparent; color: {c.muted}; padding: 6px 12px; border: none;
        border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.accent}; }}
    QTabBar::tab:hover {{ color: {c.text}; }}
    """
