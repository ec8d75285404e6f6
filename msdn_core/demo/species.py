"""The aviary's attributes and species."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from msdn_core.domain.attributes import Attribute, ClassTable

TRAITS: dict[str, tuple[str, ...]] = {
    "crown": ("red", "blue", "yellow", "black"),
    "breast": ("white", "orange", "green", "violet"),
    "wing colour": ("brown", "blue", "red", "green", "grey"),
    "wing pattern": ("plain", "striped", "spotted", "edged"),
    "tail": ("short", "long", "forked", "fanned"),
    "bill": ("short", "long", "hooked", "curved"),
    "crest": ("yes", "no"),
    "legs": ("yellow", "red", "grey"),
    "eye": ("dark", "yellow", "ringed", "masked"),
}
"""Values of each attribute group; a species has one value of each."""

GROUP_PARTS: dict[str, tuple[str, ...]] = {
    group: ("wing",) if group.startswith("wing") else (group,) for group in TRAITS
}
"""The parts of the bird where a group's attributes can be seen."""

SEEN, UNSEEN, IMAGES_EACH = 40, 10, 30
_APART = 4

_EPITHETS = {
    ("crown", "red"): "Red-crowned",
    ("crown", "blue"): "Blue-crowned",
    ("crown", "yellow"): "Gold-crowned",
    ("crown", "black"): "Black-capped",
    ("breast", "orange"): "Orange-breasted",
    ("breast", "green"): "Green-breasted",
    ("breast", "violet"): "Violet-breasted",
    ("breast", "white"): "White-breasted",
    ("wing pattern", "striped"): "Stripe-winged",
    ("wing pattern", "spotted"): "Spot-winged",
    ("wing pattern", "edged"): "Pale-edged",
    ("tail", "long"): "Long-tailed",
    ("tail", "forked"): "Fork-tailed",
    ("tail", "fanned"): "Fan-tailed",
    ("bill", "long"): "Long-billed",
    ("bill", "hooked"): "Hook-billed",
    ("bill", "curved"): "Curve-billed",
    ("eye", "ringed"): "Spectacled",
    ("eye", "masked"): "Masked",
    ("legs", "red"): "Red-legged",
}
_KINDS = (
    "finch", "wren", "lark", "thrush", "bunting", "warbler", "shrike", "dove", "oriole", "tanager", "starling",
    "flycatcher", "pipit", "robin", "sparrow", "weaver", "babbler", "myna", "jay", "chat",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Species:
    """An invented bird: its name, one trait per group, and whether it is a seen class."""

    name: str
    traits: dict[str, str]
    seen: bool


def make_species(seed: int = 0) -> tuple[Species, ...]:
    """Return 40 seen and 10 unseen species, each two of them different in at least four groups.

    Every trait of an unseen species is a trait of at least three seen ones, so it can be learned.
    """
    rng = np.random.default_rng([seed, 7])
    sizes = [len(values) for values in TRAITS.values()]
    while True:
        chosen = _codes(rng, sizes)
        seen, unseen = chosen[:SEEN], chosen[SEEN:]
        counts = [np.bincount(seen[:, group], minlength=size) for group, size in enumerate(sizes)]
        if all(counts[group][code[group]] >= 3 for code in unseen for group in range(len(sizes))):
            break
    names: set[str] = set()
    species = []
    for row, code in enumerate(chosen):
        traits = {group: TRAITS[group][value] for group, value in zip(TRAITS, code.tolist(), strict=True)}
        name = _name(traits, rng, names)
        names.add(name)
        species.append(Species(name, traits, row < SEEN))
    return tuple(species)


def class_table(species: tuple[Species, ...]) -> ClassTable:
    """Return the species by all 34 attributes: 1 for a trait of the species, 0 otherwise."""
    attributes = tuple(Attribute(group, value) for group, values in TRAITS.items() for value in values)
    vectors = np.array([[float(s.traits[a.group] == a.name) for a in attributes] for s in species])
    return ClassTable(attributes, tuple(s.name for s in species), vectors, np.array([s.seen for s in species]))


def _codes(rng: np.random.Generator, sizes: list[int]) -> np.ndarray:
    chosen: list[np.ndarray] = []
    while len(chosen) < SEEN + UNSEEN:
        code = np.array([rng.integers(size) for size in sizes])
        if all((code != other).sum() >= _APART for other in chosen):
            chosen.append(code)
    return np.array(chosen)


def _name(traits: dict[str, str], rng: np.random.Generator, taken: set[str]) -> str:
    epithets = [text for (group, value), text in _EPITHETS.items() if traits[group] == value]
    while True:
        crested = "crested " if traits["crest"] == "yes" and rng.random() < 0.3 else ""
        name = f"{rng.choice(epithets)} {crested}{rng.choice(_KINDS)}"
        if name not in taken:
            return name
