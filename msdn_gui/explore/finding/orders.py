"""In which order images stand in Explore."""

from __future__ import annotations

from enum import StrEnum


class Order(StrEnum):
    """What the images are sorted by: names from A on, numbers from the highest down."""

    PROJECT = "project"
    NAME = "name"
    CLASS = "class"
    CLASS_SCORE = "class score"
    ATTRIBUTE_SCORE = "attribute score"
    DOUBT = "doubt"
    DISAGREEMENT = "disagreement"

    @property
    def asks_network(self) -> bool:
        """Whether it hangs on what a checkpoint says of the images."""
        return self in (Order.CLASS_SCORE, Order.ATTRIBUTE_SCORE, Order.DOUBT, Order.DISAGREEMENT)


ORDER_WORDS = {
    Order.PROJECT: "Project order",
    Order.NAME: "Name",
    Order.CLASS: "Class",
    Order.CLASS_SCORE: "Class score",
    Order.ATTRIBUTE_SCORE: "Attribute score",
    Order.DOUBT: "Model unsure",
    Order.DISAGREEMENT: "Sub-nets disagree",
}
ORDER_TIPS = {
    Order.PROJECT: "As they came into the project",
    Order.NAME: "By name, letters' case aside, and 9 before 10",
    Order.CLASS: "By the class that they have, those without one last",
    Order.CLASS_SCORE: "The score of the class that is chosen in the ranking, the highest first",
    Order.ATTRIBUTE_SCORE: "The chosen attribute's score, fused as the checkpoint says, the highest first",
    Order.DOUBT: "Images whose second best class is nearest to the best one, with gamma as it stands, first",
    Order.DISAGREEMENT: "Images whose attribute scores correlate least between the two sub-nets first",
}
