"""A training step of the paper's networks in PyTorch, as often as it is told.

    python -m benchmarks.training.pytorch_step BATCH SIZE PRECISION

Written as a PyTorch user would. Needs PyTorch only, and no weights: they do
not change the time.
"""

import sys

import torch
from torch import nn
from torch.nn import functional

from benchmarks import turns

_CONTENT_WEIGHT = 6.2e-4
_VGG19 = ((64, 2), (128, 2), (256, 4), (512, 4))


def main(batch, size, precision):
    step = Step(getattr(torch, precision))
    images = torch.rand(3, int(batch), 3, int(size), int(size)) * 2 - 1
    photos, cartoons, smoothed = (
        one.contiguous(memory_format=torch.channels_last) for one in images
    )
    turns.take_turns(lambda: step(photos, cartoons, smoothed))


class Step:
    """Generator, discriminator, VGG19 and two optimizers."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.networks = [
            network.to(memory_format=torch.channels_last)
            for network in (generator(), discriminator(), vgg19())
        ]
        self.networks[2].requires_grad_(False)
        self.optimizers = [
            torch.optim.Adam(network.parameters(), 2e-4, (0.5, 0.999))
            for network in self.networks[:2]
        ]

    def __call__(self, photos, cartoons, smoothed):
        with torch.autocast("cpu", self.dtype, self.dtype != torch.float32):
            return self._step(photos, cartoons, smoothed)

    def _step(self, photos, cartoons, smoothed):
        generate, judge, look = self.networks
        for_generator, for_discriminator = self.optimizers

        judge.requires_grad_(False)
        generated = generate(photos)
        with torch.no_grad():
            wanted = look(photos)
        content = functional.l1_loss(look(generated), wanted)
        adversarial = (judge(generated) - 1).square().mean()
        for_generator.zero_grad()
        (adversarial + _CONTENT_WEIGHT * content).backward()
        for_generator.step()

        judge.requires_grad_(True)
        loss = (judge(cartoons) - 1).square().mean()
        for fakes in (smoothed, generated.detach()):
            loss = loss + judge(fakes).square().mean()
        for_discriminator.zero_grad()
        loss.backward()
        for_discriminator.step()
        return loss.item()


class Residual(nn.Module):
    """A residual block."""

    def __init__(self, filters):
        super().__init__()
        self.steps = nn.Sequential(
            reflected(filters, filters, 3),
            *norm(filters),
            nn.ReLU(),
            reflected(filters, filters, 3),
            *norm(filters),
        )

    def forward(self, images):
        return images + self.steps(images)


def generator(filters=64, blocks=8):
    half, quarter = 2 * filters, 4 * filters
    return nn.Sequential(
        *[reflected(3, filters, 7), *norm(filters), nn.ReLU()],
        *halve(filters, half),
        *halve(half, quarter),
        *[Residual(quarter) for _ in range(blocks)],
        *double(quarter, half),
        *double(half, filters),
        *[reflected(filters, 3, 7), nn.Tanh()],
    )


def discriminator(filters=32):
    layers = [nn.Conv2d(3, filters, 3, padding=1), nn.LeakyReLU(0.2)]
    for before, count in ((filters, 2 * filters), (4 * filters, 4 * filters)):
        layers += [
            nn.Conv2d(before, count, 3, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(count, 2 * count, 3, padding=1),
            *norm(2 * count),
            nn.LeakyReLU(0.2),
        ]
    return nn.Sequential(
        *layers,
        nn.Conv2d(8 * filters, 8 * filters, 3, padding=1),
        *norm(8 * filters),
        nn.LeakyReLU(0.2),
        nn.Conv2d(8 * filters, 1, 3, padding=1),
    )


def vgg19():
    layers, before = [], 3
    for count, convolutions in _VGG19:
        if before > 3:
            layers.append(nn.MaxPool2d(2))
        for _ in range(convolutions):
            layers += [nn.Conv2d(before, count, 3, padding=1), nn.ReLU()]
            before = count
    return nn.Sequential(*layers[:-1])


def halve(before, count):
    return [
        nn.Conv2d(before, count, 3, 2, 1),
        nn.Conv2d(count, count, 3, padding=1),
        *norm(count),
        nn.ReLU(),
    ]


def double(before, count):
    return [
        nn.ConvTranspose2d(before, count, 3, 2, 1, 1),
        nn.Conv2d(count, count, 3, padding=1),
        *norm(count),
        nn.ReLU(),
    ]


def reflected(before, count, size):
    return nn.Conv2d(
        before, count, size, padding=size // 2, padding_mode="reflect"
    )


def norm(count):
    return [nn.InstanceNorm2d(count, affine=True)]


if __name__ == "__main__":
    main(*sys.argv[1:])
