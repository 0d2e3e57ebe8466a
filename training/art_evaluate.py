"""Judges pictures against the held-out ones, of which features and quantiles ship with the weights, never pixels.

The encoder is a small convolutional net trained here by contrastive learning on the real training pictures alone. All
pictures are cut to the network's shape and resized to one size first, so sets of any resolution can be compared.
"""

from __future__ import annotations

import io
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import ValidationError

from generator.art.config import EncoderConfig, Network
from generator.art.networks import build_encoder
from generator.art.weights import Weights, fill, load_weights
from generator.errors import ConfigurationError, WeightsError
from training.art_data import Pictures, load_pictures
from training.art_measures import Images, distances, diversity, near_copies, patches, pooled, sharpness

SIZES: dict[str, tuple[int, int]] = {"art": (64, 96), "face": (64, 64)}  # width, height
MOST = 4096  # pictures judged of one file; more add time, not certainty
_LINES, _QUANTILES, _NEIGHBOURS = 96, 128, 5


def read_images(path: Path, network: Network | None = None) -> tuple[Network, Images]:
    """Read a file; return the network (by shape when not given) and its pictures at the judged size.

    Raises:
        ConfigurationError: it has neither `images` (N, H, W, 3 uint8) nor `jpeg` and `offsets`, or fewer than two
            pictures.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            if "images" in archive.files:
                arrays = archive["images"]
                if arrays.ndim != 4 or arrays.shape[-1] != 3 or arrays.dtype != np.uint8:
                    raise ValueError(f"images has shape {arrays.shape} and type {arrays.dtype}")
                pictures = [Image.fromarray(array) for array in arrays]
            else:
                jpeg, offsets = archive["jpeg"].tobytes(), archive["offsets"]
                pictures = [Image.open(io.BytesIO(jpeg[start:end])).convert("RGB") for start, end in pairwise(offsets)]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ConfigurationError(
            f"{path} holds no pictures ({error}); "
            "give an .npz with images (N, H, W, 3) uint8, or with jpeg and offsets."
        ) from error
    if len(pictures) < 2:
        raise ConfigurationError(f"{path} holds {len(pictures)} picture(s); at least two are needed.")
    if network is None:
        network = "art" if np.median([picture.height / picture.width for picture in pictures]) > 1.2 else "face"
    return network, np.stack([fitted(picture, SIZES[network]) for picture in pictures[:MOST]])


def fitted(picture: Image.Image, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Cut the centre of `picture` to the shape of `size` (width, height) and resize it to that."""
    width = min(picture.width, round(picture.height * size[0] / size[1]))
    height = min(picture.height, round(picture.width * size[1] / size[0]))
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    cut = picture.crop((left, top, left + width, top + height))
    return np.asarray(cut.resize(size, Image.Resampling.LANCZOS))


class Judge:
    """The encoder and what it knows of the held-out pictures."""

    def __init__(self, weights: Weights) -> None:
        try:
            config = EncoderConfig.model_validate(weights.config)
        except ValidationError as error:
            raise WeightsError("The judge's file does not describe an encoder; export it again.") from error
        encoder = build_encoder(config)
        self.model = keras.Model(encoder.input, encoder.outputs[0], name="judge")  # its training's head is left out
        self.model.compile(jit_compile=False)
        fill(self.model, weights.part("encoder"))
        self.weights = weights

    @classmethod
    def load(cls, folder: Path) -> Judge:
        """Read `art_judge` from `folder`.

        Raises:
            WeightsError: it is missing or damaged.
        """
        return cls(load_weights(folder / "art_judge"))

    def features(self, images: Images) -> NDArray[np.float32]:
        """Return (N, C) features of pictures at the judged size."""
        parts = []
        for at in range(0, len(images), 128):
            batch = images[at : at + 128].astype(np.float32) / 127.5 - 1
            parts.append(np.asarray(self.model.predict_on_batch(batch)))
        return np.concatenate(parts)

    def compare(self, network: Network, images: Images) -> dict[str, float]:
        """Return the figures of `images` against the held-out pictures of `network`."""
        reference = self.weights.part(f"reference_{network}")
        if not reference:
            raise WeightsError("The judge's file knows nothing of these pictures; export it again.")
        features, known = self.features(images), reference["features"]
        precision, recall = precision_recall(features, known)
        swd = sliced_to_quantiles(images, reference)
        return {
            "kid": kid(features, known),
            "precision": precision,
            "recall": recall,
            "swd_layout": swd["layout"],
            "swd_texture": swd["texture"],
            "diversity": diversity(images) / float(reference["diversity"]),
            "sharpness": sharpness(images) / float(reference["sharpness"]),
        }


def sized(images: Images, network: Network) -> Images:
    """Return pictures (N, H, W, 3) of any shape at the judged size."""
    return np.stack([fitted(Image.fromarray(image), SIZES[network]) for image in images])


def reference_of(judge_features: NDArray[np.float32], images: Images) -> dict[str, NDArray[Any]]:
    """Return what ships of the held-out `images` of one network: features, quantiles, diversity, sharpness."""
    lines = {"layout": _projected(_layout(images)), "texture": _projected(patches(images))}
    quantiles = {name: np.quantile(points, _grid(), axis=0).astype(np.float32) for name, points in lines.items()}
    single = {"diversity": diversity(images), "sharpness": sharpness(images)}
    return (
        quantiles | {name: np.array(value, np.float64) for name, value in single.items()} | {"features": judge_features}
    )


def kid(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Kernel distance of features (N, C), (M, C), times 1000: unbiased MMD with the cubic kernel.

    Bińkowski et al. 2018, arXiv:1801.01401. The mean and spread of `b`, the real pictures' features, are taken out of
    both first, so that no feature outweighs the others; one that hardly ever stirs counts for less.
    """
    mean, spread = _scale(b)
    first, second = (a - mean) / spread, (b - mean) / spread

    def kernel(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
        cube: NDArray[Any] = (x @ y.T / x.shape[1] + 1) ** 3
        return cube

    within = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in (kernel(first, first), kernel(second, second))]
    return float(1000 * (within[0] + within[1] - 2 * kernel(first, second).mean()))


def _scale(features: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each feature's mean and spread; no spread is taken for less than a tenth of the mean one."""
    spread = features.std(axis=0, dtype=np.float64)
    return features.mean(axis=0, dtype=np.float64), np.maximum(spread, 0.1 * spread.mean() + 1e-9)


def precision_recall(made: NDArray[np.float32], real: NDArray[np.float32]) -> tuple[float, float]:
    """Improved precision and recall (Kynkäänniemi et al. 2019, arXiv:1904.06991) with 5 neighbours."""
    return _covered(made, real), _covered(real, made)


def sliced_to_quantiles(images: Images, reference: dict[str, NDArray[Any]]) -> dict[str, float]:
    """Sliced Wasserstein distances, times 1000, of layout (8 x smaller pictures) and texture (7 x 7 patches)."""
    points = {"layout": _layout(images), "texture": patches(images)}
    return {
        name: float(1000 * np.abs(np.quantile(_projected(value), _grid(), axis=0) - reference[name]).mean())
        for name, value in points.items()
    }


def _covered(points: NDArray[np.float32], manifold: NDArray[np.float32]) -> float:
    """Share of `points` that lie within the 5-neighbour ball of some point of `manifold`."""
    nearest = min(_NEIGHBOURS, len(manifold) - 1)
    radius = np.sort(distances(manifold, manifold), axis=1)[:, nearest]
    return float((distances(points, manifold) <= radius[None, :]).any(axis=1).mean())


def _near_copies(images: Images, pictures: Pictures, network: Network) -> float:
    held_out, training = (sized(pictures.images[part], network) for part in (pictures.held_out, ~pictures.held_out))
    return near_copies(images, held_out, training)


def _layout(images: Images) -> NDArray[np.float32]:
    return pooled(images, 8).reshape(len(images), -1)


def _projected(points: NDArray[np.float32]) -> NDArray[np.float32]:
    lines = np.random.Generator(np.random.Philox(points.shape[1])).standard_normal((points.shape[1], _LINES))
    projected: NDArray[np.float32] = points @ (lines / np.linalg.norm(lines, axis=0)).astype(np.float32)
    return projected


def _grid() -> NDArray[np.float64]:
    return (np.arange(_QUANTILES) + 0.5) / _QUANTILES


def evaluate_art(
    images: Path, weights: Path, network: Network | None = None, data: Path | None = None
) -> dict[str, Any]:
    """Judge the pictures of a file.

    Args:
        images: `.npz` with `images` (N, H, W, 3) uint8, or packed `jpeg` and `offsets`.
        weights: folder of the shipped weights.
        network: held-out pictures to compare with; by the pictures' shape when not given.
        data: folder that `prepare_art` wrote, to look for copies of training pictures as well.

    Returns:
        `kid` (x 1000), `precision`, `recall`, `swd_layout` and `swd_texture` (x 1000), `diversity` and `sharpness`
        (held-out pictures = 1), and two rows to see them by: `floor`, the same figures of real training pictures, and
        `dcgan`, those of the plain DCGAN of 2020 trained on the same pictures; None where it was not measured. With
        `data` also `near_copies`: the share of pictures closer to a training picture than 99 of 100 held-out ones are.

    Raises:
        ConfigurationError: the file cannot be read, or nothing is prepared in `data`.
        WeightsError: the judge's weights are missing or damaged.
    """
    network, pictures = read_images(images, network)
    judge = Judge.load(weights)
    near = {} if data is None else {"near_copies": _near_copies(pictures, load_pictures(data, network), network)}
    return {
        "network": network,
        "images": len(pictures),
        "size": list(SIZES[network]),
        "encoder": "contrastive encoder trained on the real training pictures (docs/models/art.md)",
        **judge.compare(network, pictures),
        **near,
        "floor": judge.weights.facts.get("floor", {}).get(network),
        "dcgan": judge.weights.facts.get("dcgan", {}).get(network),
    }
