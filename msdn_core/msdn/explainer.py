"""Looking at one image through a checkpoint: the dear part once an image, everything after it in numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from msdn_core.backbones.devices import choose_device
from msdn_core.backbones.loading import Backbone, load_backbone
from msdn_core.backbones.weights import local_weights
from msdn_core.domain.explanation import Explanation
from msdn_core.errors import CheckpointError
from msdn_core.msdn.checkpoint import load_network
from msdn_core.vision.transform import BackboneSpec, prepare_file, viewed_box


class Explainer:
    """One checkpoint with its backbone, ready to look at images.

    ::

        explainer = Explainer(Path("runs/demo-01/checkpoints/best.safetensors"))
        explanation = explainer.explain(Path("bird.jpg"))
        explanation.scores_av        # (K,)
        explanation.attention_va     # (K, H, W)
    """

    def __init__(
        self, checkpoint: Path | str, *, device: str = "auto", weights: Path | None = None, threads: int | None = None
    ) -> None:
        """Loads the network at once and its backbone with the first image.

        ``weights`` is the backbone's weights file, where the checkpoint's features were made from a local one;
        ``threads`` bounds the processor threads of the whole process. Raises CheckpointError and ConfigError.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        self.device = choose_device(device)
        self.network, self.header = load_network(Path(checkpoint), self.device)
        try:
            self.spec = BackboneSpec.from_json(dict(self.header.backbone))
        except (KeyError, TypeError, ValueError) as fault:
            raise CheckpointError(f"{checkpoint} does not say which backbone it needs; choose another one.") from fault
        self._weights = weights
        self._backbone: Backbone | None = None

    def load_backbone(self) -> Backbone:
        """The frozen backbone, made when it is first needed.

        Raises WeightsError where its weights cannot be had, CheckpointError where they are not those that the
        checkpoint was trained on.
        """
        if self._backbone is None:
            backbone = load_backbone(
                self.spec.name,
                size=self.spec.size,
                weights=self._weights or local_weights(self.spec),
                device=self.device,
                precision=self.spec.precision,
            )
            if not self.spec.accepts(backbone.spec):
                raise CheckpointError(
                    f"Checkpoint “{self.header.run}” was trained on features of {self.spec.name} with other weights "
                    f"({self.spec.weights}); give their file with --weights."
                )
            self._backbone = backbone
        return self._backbone

    def explain(self, image: Path | str) -> Explanation:
        """One pass over one image file; raises ImageError where it cannot be opened."""
        pixels, size = prepare_file(Path(image), self.spec)
        features = self.load_backbone().features(torch.from_numpy(pixels)[None])[0]
        return self._look(features, size)

    def explain_features(self, features: np.ndarray, image_size: tuple[int, int]) -> Explanation:
        """One pass over stored features (C, R), each region of length 1 over C, of an image of that size."""
        return self._look(torch.from_numpy(np.asarray(features, dtype=np.float32)).to(self.device), image_size)

    def _look(self, features: torch.Tensor, image_size: tuple[int, int]) -> Explanation:
        if features.shape[0] != self.network.channels:
            raise CheckpointError(
                f"Checkpoint “{self.header.run}” takes features of {self.network.channels} channels and was given "
                f"{features.shape[0]}; it belongs to another backbone: choose a checkpoint trained on this one."
            )
        with torch.inference_mode():
            outputs = self.network(features[None].float())
        grid = self.spec.grid
        scores_av, scores_va, attention_av, attention_va = (value[0].float().cpu().numpy() for value in outputs)
        return Explanation(
            scores_av=scores_av,
            scores_va=scores_va,
            attention_av=attention_av.reshape(-1, *grid),
            attention_va=attention_va.reshape(-1, *grid),
            viewed=viewed_box(*image_size),
            image_size=image_size,
            sub_nets=self.network.sub_nets,
        )
