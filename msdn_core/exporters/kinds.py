"""The kinds of exports and their files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of export."""

    text: str
    """What is written, as a noun phrase in lower case."""
    suffixes: tuple[str, ...]
    """Suffixes of the file, which choose the format. Empty if a folder is written."""
    of_run: bool = False
    """Whether it needs a run."""
    of_images: bool = False
    """Whether it runs over the images of a split."""
    of_runs: bool = False
    """Whether it is of all runs, or of one run if given; it needs no checkpoint."""

    @property
    def target(self) -> str:
        """The possible suffixes, in words."""
        return " or ".join(self.suffixes) or "a folder"


KINDS: dict[str, Kind] = {
    "att-splits": Kind("class vectors and splits as att_splits.mat of xlsa17", (".mat",)),
    "classes": Kind("the class table", (".csv", ".json")),
    "annotations": Kind("class, split, box, parts, judgements and marks of each image", (".csv", ".json")),
    "coco": Kind("boxes and points by people as COCO", (".json",)),
    "word-vectors": Kind("the word vector of each attribute", (".npy",)),
    "feature-maps": Kind(
        "features with labels and splits as HDF5, as TransZero, MSDN and DAZLE read them", (".hdf5", ".h5")
    ),
    "predictions": Kind("the predictions of a run for each image", (".csv", ".npz"), of_run=True, of_images=True),
    "explanations": Kind(
        "the attention of a run for each image and attribute", (".csv", ".npz"), of_run=True, of_images=True
    ),
    "tensorboard": Kind("the curves of runs as TensorBoard event files (needs the extra “export”)", (), of_runs=True),
    "onnx": Kind("the trained head of a run as ONNX (needs the extra “export”)", (".onnx",), of_run=True),
}
