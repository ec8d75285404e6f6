"""Numbers and truth values as spreadsheets, programs and people write them.

A mark before three digits, as in ``1,234``, may separate thousands or decimals. Which one it is follows from other
cells of its column or sheet (``decimal_mark``); without them, a comma of that kind is never guessed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_MOST_LETTERS = 1000
_MOST_QUOTED = 24
_NOT_A_NUMBER, NOT_FINITE = "enter a number", "enter a finite number"
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("−﹣－–‐‑", "-"),
        "＋": "+",
        "．": ".",
        **dict.fromkeys("，٫،", ","),
        "％": "%",
        "’": "'",
        **dict.fromkeys("\u00a0\u202f\u2009\u2007\u2008\u2002\u2003", " "),
        **dict.fromkeys("\u061c\u200b\u200e\u200f\u202a\u202c\u2060\ufeff", None),
    }
)
"""Signs that look like ASCII ones; marks of direction, which no one sees, are removed."""
_NUMBER = re.compile(r"([+-]?) ?([0-9](?:[0-9.,' ]*[0-9.,])?|[.,][0-9]+)(?:[eE]([+-]?[0-9]{1,4}))? ?(%?)", re.ASCII)
_SIMPLE = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_SPACED = re.compile(r"[0-9]{1,3}(?:([ '])[0-9]{3})(?:\1[0-9]{3})*(?:[.,][0-9]*)?", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:\.[0-9]{3})+", re.ASCII)
_UNCLEAR = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}", re.ASCII)

GAPS = frozenset(("", "nan", "na", "n/a", "#n/a", "#na", "#nv", "<na>", "none", "null", "nat"))
"""Case-folded texts that programs write for a missing value."""
_TRUE = (
    "1 yes true y t j ja oui vrai si sí verdadero sim verdadeiro vero wahr waar sann sant sand tosi prawda "
    "on tak ano igen igaz evet doğru kyllä pravda adevărat ναι αληθής ya benar да истина 是 真 はい 예"
)
_FALSE = (
    "0 no false n f nein non faux falso não nee falsch onwaar falskt falsk epätosi fałsz "
    "off nej nei usann nie ne nem hamis hayır hayir yanlış yanliş ei nepravda fals όχι ψευδής tidak salah "
    "нет ложь 否 假 いいえ 아니요"
)
TRUE_WORDS = frozenset(word.casefold() for word in _TRUE.split())
FALSE_WORDS = frozenset(word.casefold() for word in _FALSE.split())
"""Case-folded words of several languages, also those of their spreadsheets."""
CROSSES = frozenset(("x", "✓", "✔", "☑", "×", "•"))
"""Case-folded signs that people put into some cells of a column and leave others empty."""


def is_gap(text: str) -> bool:
    """Return whether a text stands for a missing value."""
    return len(text) < _MOST_QUOTED and text.strip().casefold() in GAPS


def parse_number(text: str, marks: Collection[str] = (), *, percent: bool = False) -> float:
    """Return the finite number that a text means.

    Parameters
    ----------
    text
        For example ``-1.5``, ``−1,5``, ``1 234,5``, ``1,234.5`` or ``1.5e-3``.
    marks
        The marks that evidently separate decimals in other cells, see ``decimal_marks``. They decide on ``1,234`` and
        ``1.234``; without any, the former is refused and the latter has a decimal point.
    percent
        Whether ``50 %`` is allowed; it is 0.5.

    Raises
    ------
    ValueError
        If it is not one finite number; the text is what to do, to follow after “has “…”;”.
    """
    if not marks and _SIMPLE.fullmatch(text):
        return float(text)
    value = float(plain_number(text, marks, percent=percent))
    if not math.isfinite(value):
        raise ValueError(NOT_FINITE)
    return value


def plain_number(text: str, marks: Collection[str] = (), *, percent: bool = False) -> str:
    """Return a number in ASCII with a decimal point, without separators of thousands; see ``parse_number``."""
    found = _NUMBER.fullmatch(_plain(text))
    if found is None or (found[4] and not percent):
        raise ValueError(_NOT_A_NUMBER)
    sign, body, exponent, share = found.groups()
    digits = _digits(body, exponent is not None, marks)
    power = int(exponent or 0) - (2 if share else 0)
    return f"{sign}{digits}e{power}" if power else f"{sign}{digits}"


def decimal_mark(text: str) -> str:
    """Return the point or comma that evidently separates decimals in a number, or an empty text."""
    found = _NUMBER.fullmatch(_plain(text))
    if found is None:
        return ""
    body = found[2]
    marks = [letter for letter in body if letter in ".,"]
    if not marks:
        return ""
    if " " in body or "'" in body or found[3] is not None or len(set(marks)) == 2:
        return marks[-1]
    if len(marks) > 1:
        return "." if marks[0] == "," else ","
    return "" if _UNCLEAR.fullmatch(body) else marks[0]


def decimal_marks(texts: Iterable[str]) -> frozenset[str]:
    """Return the marks that evidently separate decimals in some of these texts."""
    return frozenset(mark for text in texts if (mark := decimal_mark(text)))


def unclear_mark(text: str) -> str:
    """Return the only mark of a number that has two meanings, as in ``1,234``, or an empty text."""
    found = _NUMBER.fullmatch(_plain(text))
    if found is None or found[3] is not None or _UNCLEAR.fullmatch(found[2]) is None:
        return ""
    return "," if "," in found[2] else "."


def is_percentage(text: str) -> bool:
    """Return whether a text ends with a percent sign."""
    return text.rstrip().endswith(("%", "％"))


def parse_truth(text: str) -> bool | None:
    """Return the truth value that a word, 1 or 0 means; None if it is none.

    Words are those of spreadsheets and of everyday use in several languages, in any case; numbers may be ``1.0``.
    """
    word = text.strip().casefold()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    try:
        value = parse_number(word)
    except ValueError:
        return None
    return bool(value) if value in (0, 1) else None


def shortened(text: str) -> str:
    """Return a text as a sentence quotes it: at most 24 letters, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST_QUOTED else f"{line[: _MOST_QUOTED - 1]}…"


def _plain(text: str) -> str:
    if len(text) > _MOST_LETTERS:
        return ""
    if text.isascii():
        return text.strip()
    digits = (str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in text.translate(_LETTERS))
    return "".join(digits).strip()


def _digits(body: str, has_exponent: bool, marks: Collection[str]) -> str:
    """Return the digits of a number with a decimal point and without separators of thousands."""
    if " " in body or "'" in body:
        if _SPACED.fullmatch(body) is None:
            raise ValueError(_NOT_A_NUMBER)
        return body.replace(" ", "").replace("'", "").replace(",", ".")
    used = [letter for letter in body if letter in ".,"]
    if not used:
        return body
    if len(used) > 1:
        whole, mark, rest = body.rpartition(used[-1]) if len(set(used)) == 2 else (body, "", "")
        if _GROUPED.fullmatch(whole) is None:
            raise ValueError(_NOT_A_NUMBER)
        return whole.replace(used[0], "") + ("." + rest if mark else "")
    mark = used[0]
    if has_exponent or _UNCLEAR.fullmatch(body) is None:
        return body.replace(",", ".")
    if len(marks) > 1 or (not marks and mark == ","):
        thousands, decimals = body.replace(mark, ""), body.replace(mark, ".")
        raise ValueError(f"write {thousands} or {decimals}0, since it may mean either")
    return body.replace(mark, "." if mark in marks or not marks else "")
