"""The orders in which Explore shows images."""

from __future__ import annotations

from enum import StrEnum


class Order(StrEnum):
    """What images are sorted by: names from A to Z, numbers from high to low. Values are stored in saved searches."""

    PROJECT = "project"
    NAME = "name"
    CLASS = "class"
    CLASS_SCORE = "class score"
    ATTRIBUTE_SCORE = "attribute score"
    UNCERTAINTY = "doubt"
    DISAGREEMENT = "disagreement"

    @property
    def needs_scores(self) -> bool:
        """Whether it depends on a checkpoint's scores."""
        return self in (Order.CLASS_SCORE, Order.ATTRIBUTE_SCORE, Order.UNCERTAINTY, Order.DISAGREEMENT)


ORDER_TEXTS = {
    Order.PROJECT: "Project order",
    Order.NAME: "Name",
    Order.CLASS: "Class",
    Order.CLASS_SCORE: "Class score",
    Order.ATTRIBUTE_SCORE: "Attribute score",
    Order.UNCERTAINTY: "Model uncertainty",
    Order.DISAGREEMENT: "Sub-net disagreement",
}
ORDER_TIPS = {
    Order.PROJECT: "In the order in which they were imported",
    Order.NAME: "By name, ignoring case, with 9 before 10",
    Order.CLASS: "By class; images without a class come last",
    Order.CLASS_SCORE: "By the score of the class selected in the ranking, highest first",
    Order.ATTRIBUTE_SCORE: "By the fused score of the selected attribute, highest first",
    Order.UNCERTAINTY: "By the margin between the best two classes at the present gamma, smallest first",
    Order.DISAGREEMENT: "By the correlation of both sub-nets' attribute scores, lowest first",
}
