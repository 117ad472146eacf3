r"""Trains a recipe on a GPU that has JAX and no TensorFlow.

    KERAS_BACKEND=jax python -m tools.train_on_jax \
        --flagfile=configs/storybook.flags --photo_dir=PHOTOS \
        --cartoon_dir=CARTOONS --workdir=runs/storybook

The same networks, losses and settings as `train.py`, and another way of
feeding them: crops are cut once, with OpenCV, and kept in the GPU's memory;
some dozens of steps are one call of `jax.lax.scan`. Random numbers are
other ones, so that a run is like one of `train.py` and not equal to it.
Checkpoints are not resumed: a run takes minutes.
"""

import concurrent.futures
import dataclasses
import functools
import pathlib
import time

import cv2
import jax
import jax.numpy as jnp
import keras
import numpy as np

from cartoongan_tf import augmentation
from cartoongan_tf import config
from cartoongan_tf import feature_discriminator
from cartoongan_tf import features
from cartoongan_tf import guided_filter
from cartoongan_tf import losses
from cartoongan_tf import networks
from cartoongan_tf import objective
from cartoongan_tf import schedules

CROPS = 36_000  # Of photos and of cartoons each.
_EDGE_STEP = 0.12
_NEAR = 25
_CHUNK = 50  # Steps in one call.


@dataclasses.dataclass(frozen=True)
class Bank:
    """Crops in the memory of the device.

    Attributes:
        images: uint8, `(count, size, size, 3)`.
        shares: Share of edge pixels of each, a NumPy array, ascending.
        smoothed: The same crops with smoothed edges; None for photos.
    """

    images: jax.Array
    shares: np.ndarray
    smoothed: jax.Array | None = None


def cut(paths, settings, count, seed, read=cv2.imread):
    """Random crops of picture files, `(count, size, size, 3)` uint8 RGB."""
    pool = concurrent.futures.ThreadPoolExecutor()
    pictures = [p[..., ::-1] for p in pool.map(read, map(str, paths))]
    random = np.random.default_rng(seed)
    order = np.concatenate(
        [
            random.permutation(len(pictures))
            for _ in range(-(-count // len(pictures)))
        ]
    )[:count]
    draws = random.random((count, 4))
    crops = pool.map(
        lambda pair: _crop(pictures[pair[0]], settings, pair[1]),
        zip(order, draws),
    )
    return np.stack(list(crops))


def _crop(picture, settings, chance):
    """`data.random_crop` with OpenCV."""
    height, width = picture.shape[:2]
    short = min(height, width)
    size = settings.image_size
    smallest = min(short, max(size, int(short * settings.smallest_crop)))
    largest = max(smallest, int(short * settings.largest_crop))
    side = smallest + int((largest - smallest + 1) * chance[0])
    top = int((height - side + 1) * chance[1])
    left = int((width - side + 1) * chance[2])
    square = picture[top : top + side, left : left + side]
    if chance[3] < 0.5:
        square = square[:, ::-1]
    method = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
    return cv2.resize(
        np.ascontiguousarray(square), (size, size), interpolation=method
    )


def smooth_edges(image, settings):
    """`edges.smooth_edges` with OpenCV."""
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    found = cv2.Canny(gray, settings.edge_low, settings.edge_high)
    square = np.ones((settings.edge_dilation,) * 2, "uint8")
    side = settings.smoothing_kernel
    blurred = cv2.GaussianBlur(image, (side, side), 0)
    return np.where(cv2.dilate(found, square)[..., None] > 0, blurred, image)


@jax.jit
def _shares(images):
    images = guided_filter.smooth(images.astype("float32") / 127.5 - 1)
    across = jnp.abs(images[:, :-1, 1:] - images[:, :-1, :-1])
    down = jnp.abs(images[:, 1:, :-1] - images[:, :-1, :-1])
    steps = (across + down).max(-1) > _EDGE_STEP
    return steps.mean((1, 2))


def edge_shares(crops):
    """Share of pixels at which a crop without its texture has a step."""
    parts = np.array_split(crops, max(1, len(crops) // 500))
    return np.concatenate([np.asarray(_shares(part)) for part in parts])


def photo_bank(paths, settings, count, seed):
    crops = cut(paths, settings, count, seed)
    return Bank(jnp.asarray(crops), edge_shares(crops))


def cartoon_bank(paths, settings, count, seed):
    crops = cut(paths, settings, count, seed)
    shares = edge_shares(crops)
    order = np.argsort(shares)
    crops = crops[order]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        smoothed = np.stack(
            list(pool.map(lambda c: smooth_edges(c, settings), crops))
        )
    return Bank(jnp.asarray(crops), shares[order], jnp.asarray(smoothed))


def to_network(pixels):
    return pixels.astype("float32") / 127.5 - 1


def flip(images, chances):
    return jnp.where(
        chances[:, None, None, None] < 0.5, images[:, :, ::-1], images
    )


def draw_strokes(images, key):
    """Two to six dark strokes of 3 to 14 pixels on each image."""
    count, size = images.shape[0], images.shape[1]
    many = jax.random.randint(jax.random.fold_in(key, 0), (count, 1), 2, 7)
    draws = jax.random.uniform(jax.random.fold_in(key, 1), (count, 6, 8))
    grid = jnp.arange(size, dtype="float32")
    row, column = grid[:, None], grid[None, :]
    for number in range(6):
        d = draws[:, number, :, None, None]
        y, x = d[:, 0] * size, d[:, 1] * size
        length, angle = 3 + 11 * d[:, 2], jnp.pi * d[:, 3]
        dy, dx = jnp.sin(angle), jnp.cos(angle)
        along = jnp.clip((row - y) * dy + (column - x) * dx, 0, length)
        distance = jnp.hypot(row - y - along * dy, column - x - along * dx)
        width = 1 + (d[:, 4] > 0.5)
        cover = jnp.clip(width / 2 + 0.5 - distance, 0, 1)
        cover = cover * (number < many)[:, :, None]
        color = draws[:, number, 5:8] * 90 / 127.5 - 1
        images += cover[..., None] * (color[:, None, None] - images)
    return images


class Trainer:
    """Networks, optimizers, and compiled calls for many steps each.

    Args:
        settings: Those of the run.
        generator: A built generator without state but its weights.
        look: `features.load_vgg19_maps`' function.
    """

    def __init__(self, settings, generator, look):
        self.settings = settings
        self.generator = generator
        self.patch = networks.Discriminator(settings.discriminator_filters)
        self.judge = feature_discriminator.FeatureDiscriminator(
            features.MAP_CHANNELS
        )
        self.look = look
        start = settings.decay_start
        start = settings.steps // 2 if start is None else start

        def adam(rate, beta):
            decay = schedules.LinearDecay(rate, start, settings.steps)
            return keras.optimizers.Adam(decay, beta, 0.99)

        self.g_adam = adam(settings.generator_learning_rate, 0.5)
        self.d_adam = adam(settings.discriminator_learning_rate, 0.0)
        self.w_adam = keras.optimizers.Adam(
            settings.warmup_learning_rate, 0.5, 0.99
        )
        self.g_variables = generator.trainable_variables
        self.d_variables = [
            *self.patch.trainable_variables,
            *self.judge.trainable_variables,
        ]
        self.g_adam.build(self.g_variables)
        self.w_adam.build(self.g_variables)
        self.d_adam.build(self.d_variables)

    def adapt(self, bank):
        """Fits the feature discriminator's normalization to some cartoons."""
        places = np.linspace(0, len(bank.shares) - 1, 256).astype(int)
        look = jax.jit(self.look)
        self.judge.adapt(
            look(to_network(bank.images[places[i : i + 32]]))
            for i in range(0, len(places), 32)
        )

    def start(self):
        """The state that a run begins with."""

        def values(variables):
            return [jnp.array(v.value) for v in variables]

        return {
            "g": values(self.g_variables),
            "ema": values(self.g_variables),
            "d": values(self.d_variables),
            "g_adam": values(self.g_adam.variables),
            "d_adam": values(self.d_adam.variables),
            "w_adam": values(self.w_adam.variables),
        }

    def generate(self, g, photos):
        with keras.StatelessScope(zip(self.g_variables, g, strict=True)):
            return self.generator(photos, training=True)

    def discriminate(self, d, images, maps):
        with keras.StatelessScope(zip(self.d_variables, d, strict=True)):
            return self.patch(images, training=True), self.judge(maps)

    def slope(self, d, images):
        """Mean squared slope of the patch discriminator at some images."""

        def judgement(images):
            with keras.StatelessScope(zip(self.d_variables, d, strict=True)):
                logits = self.patch(images, training=True)
            return logits.mean((1, 2, 3)).sum()

        slopes = jax.grad(judgement)(images)
        return (slopes**2).sum((1, 2, 3)).mean()

    def objective(self, smoothed=None):
        s = self.settings
        people = round(s.people_share * s.batch_size) if s.people_dir else 0
        return objective.Objective(
            self.look,
            content_weight=1.0,
            color_weight=1.0,
            luminance_weight=1.0,
            flat_weight=1.0,
            palette_weight=1.0,
            detail_weight=1.0,
            content_is_smoothed=s.content_target == "smoothed",
            people=people,
            people_content=2.0,
        )

    def warm_up_step(self, weights, state, photos):
        def loss(g):
            terms = self.objective().restraints(
                photos, self.generate(g, photos)
            )
            return sum(weights[k] * v for k, v in terms.items()), terms

        (_, terms), slopes = jax.value_and_grad(loss, has_aux=True)(state["g"])
        g, adam = self.w_adam.stateless_apply(
            state["w_adam"], slopes, state["g"]
        )
        return {**state, "g": g, "ema": g, "w_adam": adam}, terms

    def step(self, weights, state, batch):
        photos, cartoons, smoothed, chances = batch
        aim = self.objective()
        s = self.settings
        view = augmentation.Augmentation(s.feature_shift, 1.0).view(chances)

        def g_loss(g):
            generated = self.generate(g, photos)
            maps = aim.look(generated, view)
            patch, judged = self.discriminate(
                jax.lax.stop_gradient(state["d"]), view.tint(generated), maps
            )
            terms = {
                "adversarial": losses.generator_loss(patch),
                "feature_adversarial": losses.feature_generator_loss(judged),
                **aim.restraints(
                    photos, generated, maps=maps, view=view, cartoons=cartoons
                ),
            }
            total = sum(weights[k] * v for k, v in terms.items())
            return total, (terms, generated, maps)

        (_, (terms, generated, maps)), slopes = jax.value_and_grad(
            g_loss, has_aux=True
        )(state["g"])
        generated, maps = jax.lax.stop_gradient((generated, maps))
        cartoon_maps = aim.look(cartoons, view)
        smoothed_maps = aim.look(smoothed, view)

        def d_loss(d):
            seen = [view.tint(i) for i in (cartoons, smoothed, generated)]
            all_maps = (cartoon_maps, smoothed_maps, maps)
            pairs = [
                self.discriminate(d, i, m)
                for i, m in zip(seen, all_maps, strict=True)
            ]
            patch, judged = zip(*pairs, strict=True)
            half = len(photos) // 2
            mixed = jnp.concatenate([seen[0][:half], seen[2][half:]])
            terms = {
                "discriminator": losses.discriminator_loss(*patch),
                "feature_discriminator": losses.feature_discriminator_loss(
                    *judged
                ),
                "slope": self.slope(d, mixed),
            }
            total = sum(weights[k] * v for k, v in terms.items())
            return total, terms

        (_, d_terms), d_slopes = jax.value_and_grad(d_loss, has_aux=True)(
            state["d"]
        )
        g, g_adam = self.g_adam.stateless_apply(
            state["g_adam"], slopes, state["g"]
        )
        d, d_adam = self.d_adam.stateless_apply(
            state["d_adam"], d_slopes, state["d"]
        )
        m = weights["ema"]
        ema = [
            m * a + (1 - m) * b for a, b in zip(state["ema"], g, strict=True)
        ]
        state = {
            **state,
            "g": g,
            "d": d,
            "g_adam": g_adam,
            "d_adam": d_adam,
            "ema": ema,
        }
        return state, {**terms, **d_terms}

    @functools.partial(jax.jit, static_argnums=0)
    def warm_up_chunk(self, weights, state, images, index, chances):
        def one(state, inputs):
            index, chance = inputs
            photos = to_network(flip(images[index], chance))
            return self.warm_up_step(weights, state, photos)

        state, terms = jax.lax.scan(one, state, (index, chances))
        return state, {k: v.mean() for k, v in terms.items()}

    @functools.partial(jax.jit, static_argnums=0)
    def chunk(self, weights, state, photos, crisp, smoothed, index, keys):
        def one(state, inputs):
            (p, c), key = inputs
            coins = jax.random.uniform(jax.random.fold_in(key, 0), (3, len(p)))
            x = to_network(flip(photos[p], coins[0]))
            y = to_network(flip(crisp[c], coins[1]))
            z = to_network(flip(smoothed[c], coins[1]))
            dashed = draw_strokes(y, jax.random.fold_in(key, 1))
            is_dashed = (coins[2] < weights["stray"])[:, None, None, None]
            z = jnp.where(is_dashed, dashed, z)
            chances = jax.random.uniform(jax.random.fold_in(key, 2), (3,))
            chances *= jnp.stack([1.0, 1.0, weights["gray"]])
            return self.step(weights, state, (x, y, z, chances))

        state, terms = jax.lax.scan(one, state, (index, keys))
        return state, {k: v.mean() for k, v in terms.items()}

    def assign(self, state, average=True):
        for variable, value in zip(
            self.g_variables, state["ema" if average else "g"], strict=True
        ):
            variable.assign(value)
        for variable, value in zip(self.d_variables, state["d"], strict=True):
            variable.assign(value)


def weights_of(settings):
    """Weights of all losses by name; 0 for what the run leaves out."""
    s = settings
    return {
        "content": s.content_weight,
        "people_content": s.content_weight * (s.people_content - 1),
        "color": s.color_weight_in_use,
        "luminance": s.luminance_weight,
        "flat": s.flat_weight,
        "palette": s.palette_weight,
        "detail": 0.0,
        "adversarial": s.patch_weight * s.has_patch_discriminator,
        "feature_adversarial": s.feature_weight * s.has_feature_discriminator,
        "discriminator": 1.0,
        "feature_discriminator": 1.0,
        "slope": s.slope_weight,
        "stray": s.stray_share,
        "gray": s.gray_share,
        "ema": s.ema_momentum,
    }


class Feeder:
    """Draws which crops a step sees."""

    def __init__(self, settings, photos, people, cartoons, seed=0):
        self.random = np.random.default_rng(seed)
        self.settings, self.cartoons = settings, cartoons
        self.people = 0
        if people is None:
            self.images, self.shares = photos.images, photos.shares
        else:
            self.people = round(settings.people_share * settings.batch_size)
            self.images = jnp.concatenate([photos.images, people.images])
            self.shares = np.concatenate([photos.shares, people.shares])
        self.split, self.count = len(photos.shares), len(self.shares)

    def photos(self, steps):
        batch = self.settings.batch_size
        first = self.random.integers(
            0, self.split, (steps, batch - self.people)
        )
        last = (
            self.random.integers(self.split, self.count, (steps, self.people))
            if self.people
            else first[:, :0]
        )
        return np.concatenate([first, last], axis=1)

    def pairs(self, steps):
        photos = self.photos(steps)
        total = len(self.cartoons.shares)
        if self.settings.match_crops:
            # As many neighbors, by share, as a bank of 3,200 has.
            near = max(1, _NEAR * total // 3200)
            places = np.searchsorted(self.cartoons.shares, self.shares[photos])
            places = places + self.random.integers(
                -near, near + 1, photos.shape
            )
        else:
            places = self.random.integers(0, total, photos.shape)
        return photos, np.clip(places, 0, total - 1)


def train(
    trainer,
    feeder,
    weights,
    *,
    state=None,
    warmup=0,
    steps=0,
    seed=0,
    watch=print,
    keep=None,
):
    """Runs both phases; `keep(step, state)` sees the state now and then."""
    state = state or trainer.start()
    begin = time.time()
    batch = trainer.settings.batch_size
    for number in range(0, warmup, _CHUNK):
        index = feeder.photos(_CHUNK)
        chances = feeder.random.random(index.shape, "float32")
        warm = {**weights, "flat": 0.0, "palette": 0.0}
        state, terms = trainer.warm_up_chunk(
            warm, state, feeder.images, index, chances
        )
        if (number + _CHUNK) % 250 == 0 or number == 0:
            watch(
                f"warm-up {number + _CHUNK} {_text(terms)} {time.time() - begin:.0f} s"
            )
    key = jax.random.key(seed)
    for number in range(0, steps, _CHUNK):
        index = feeder.pairs(_CHUNK)
        keys = jax.random.split(jax.random.fold_in(key, number), _CHUNK)
        state, terms = trainer.chunk(
            weights,
            state,
            feeder.images,
            feeder.cartoons.images,
            feeder.cartoons.smoothed,
            index,
            keys,
        )
        done = number + _CHUNK
        if done % 250 == 0 or number == 0:
            watch(f"step {done} {_text(terms)} {time.time() - begin:.0f} s")
        if keep:
            keep(done, state)
    return state


def _text(terms):
    return " ".join(f"{k} {float(v):.4g}" for k, v in terms.items())
