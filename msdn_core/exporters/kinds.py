"""What can be exported, and into which files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of export."""

    text: str
    """What is written, in words."""
    suffixes: tuple[str, ...]
    """How the file's name may end; it chooses the form. Empty where a folder is written."""
    of_run: bool = False
    """Whether it is what a run says, and needs one."""
    of_images: bool = False
    """Whether it goes over the images of a split."""
    of_runs: bool = False
    """Whether it is of all runs, or of one that is named; it needs no checkpoint."""

    @property
    def target(self) -> str:
        """What is written, in words."""
        return " or ".join(self.suffixes) or "a folder"


KINDS: dict[str, Kind] = {
    "att-splits": Kind("class vectors and splits as att_splits.mat of xlsa17", (".mat",)),
    "classes": Kind("the class table", (".csv", ".json")),
    "annotations": Kind("class, split, box, parts, judgements, boxes and points of each image", (".csv", ".json")),
    "word-vectors": Kind("one vector an attribute", (".npy",)),
    "feature-maps": Kind(
        "features with labels and splits as HDF5, as TransZero, MSDN and DAZLE read them", (".hdf5", ".h5")
    ),
    "predictions": Kind("what a run predicts for each image", (".csv", ".npz"), of_run=True, of_images=True),
    "explanations": Kind(
        "where a run looks, for each image and attribute", (".csv", ".npz"), of_run=True, of_images=True
    ),
    "tensorboard": Kind("the curves of runs as TensorBoard's event files (needs the extra “export”)", (), of_runs=True),
    "onnx": Kind("a run's trained head as ONNX (needs the extra “export”)", (".onnx",), of_run=True),
}
