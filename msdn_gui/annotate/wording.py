"""Judgements and certainties as text."""

from __future__ import annotations

from msdn_core.domain.annotation import Certainty

CERTAINTY_TEXTS = {
    Certainty.NOT_VISIBLE: "not visible",
    Certainty.GUESSING: "guessing",
    Certainty.PROBABLY: "probably",
    Certainty.DEFINITELY: "definitely",
}


def verdict_text(verdict: tuple[int, int] | None) -> str:
    """Return (presence, certainty) as ``present``, ``absent`` or ``not visible``; empty for None."""
    if verdict is None:
        return ""
    if verdict[1] == Certainty.NOT_VISIBLE:
        return "not visible"
    return "present" if verdict[0] else "absent"


def certain_verdict_text(verdict: tuple[int, int]) -> str:
    """Return (presence, certainty) with the certainty: ``present, probably``."""
    word, certainty = verdict_text(verdict), CERTAINTY_TEXTS.get(Certainty(verdict[1]), "") if verdict[1] else ""
    return word if certainty in ("", word) else f"{word}, {certainty}"


def time_text(at: str) -> str:
    """Return an ISO time to the minute, for display."""
    return at[:16].replace("T", " ")
