"""Both generators in PyTorch, from the weights of the Keras networks.

Plain layers, channels last in memory, which is the faster layout there.
"""

import numpy as np
import torch
from torch import nn

_OFFICIAL_EPSILON = 1e-9


def generator(weights):
    """Builds a network from a generator's weights, in Keras' order.

    Args:
        weights: Arrays; those of the paper's generator begin with a kernel of
            7x7, those of the light one with 5x5. Norms have the epsilon of
            the authors' weights.
    """
    is_paper = weights[0].shape[0] == 7
    arrays = iter(weights)
    steps = list(_paper(arrays) if is_paper else _light(arrays))
    network = nn.Sequential(*steps).eval()
    return network.to(memory_format=torch.channels_last)


def _paper(arrays):
    arrays = list(arrays)
    blocks = (len(arrays) - 30) // 8
    arrays = iter(arrays)
    yield from (*_mirrored(arrays), _Norm(arrays), nn.ReLU())
    for _ in range(2):
        yield _convolution(arrays, stride=2, padding=1)
        yield _convolution(arrays, padding=1)
        yield from (_Norm(arrays), nn.ReLU())
    for _ in range(blocks):
        yield _Added(
            *(*_mirrored(arrays), _Norm(arrays), nn.ReLU()),
            *(*_mirrored(arrays), _Norm(arrays)),
        )
    for _ in range(2):
        yield _transposed(arrays)
        yield _convolution(arrays, padding=1)
        yield from (_Norm(arrays), nn.ReLU())
    yield from (*_mirrored(arrays), nn.Tanh())


def _light(arrays):
    arrays = list(arrays)
    blocks = (len(arrays) - 18) // 6
    arrays = iter(arrays)
    yield from (*_mirrored(arrays, stride=2), _leaky())
    yield from (*_mirrored(arrays), _leaky())
    inner = [*_mirrored(arrays, stride=2), _leaky()]
    for _ in range(blocks):
        first, second, third = (_mirrored(arrays) for _ in range(3))
        inner.append(_Added(*first, _leaky(), *second, _leaky(), *third))
    inner += [*_doubled(arrays), _leaky()]
    yield _Skipped(nn.Sequential(*inner), _convolution(arrays))
    yield from (*_mirrored(arrays), _leaky())
    yield from (*_doubled(arrays), _leaky())
    yield from (*_mirrored(arrays), _leaky())
    yield from (*_mirrored(arrays), nn.Tanh())


class _Added(nn.Sequential):
    def forward(self, inputs):
        return inputs + super().forward(inputs)


class _Skipped(nn.Module):
    def __init__(self, inner, skip):
        super().__init__()
        self.inner, self.skip = inner, skip

    def forward(self, inputs):
        height, width = inputs.shape[2:]
        deep = self.inner(inputs)[..., :height, :width]
        return deep + self.skip(inputs)


class _Norm(nn.Module):
    def __init__(self, arrays):
        super().__init__()
        self.scale, self.shift = (_parameter(next(arrays)) for _ in range(2))

    def forward(self, inputs):
        return nn.functional.instance_norm(
            inputs, weight=self.scale, bias=self.shift, eps=_OFFICIAL_EPSILON
        )


def _mirrored(arrays, stride=1):
    layer = _convolution(arrays, stride)
    side = layer.kernel_size[0] // 2
    return [nn.ReflectionPad2d(side), layer] if side else [layer]


def _doubled(arrays):
    return [nn.Upsample(scale_factor=2), *_mirrored(arrays)]


def _convolution(arrays, stride=1, padding=0):
    kernel, bias = next(arrays), next(arrays)
    side, _, channels, filters = kernel.shape
    layer = nn.Conv2d(channels, filters, side, stride, padding)
    return _with(layer, kernel, bias)


def _transposed(arrays):
    kernel, bias = next(arrays), next(arrays)
    side, _, filters, channels = kernel.shape
    layer = nn.ConvTranspose2d(channels, filters, side, 2, 1, 1)
    return _with(layer, kernel, bias)


def _with(layer, kernel, bias):
    layer.weight = _parameter(kernel.transpose(3, 2, 0, 1))
    layer.bias = _parameter(bias)
    return layer


def _leaky():
    return nn.LeakyReLU(0.2)


def _parameter(array):
    return nn.Parameter(torch.from_numpy(np.ascontiguousarray(array)))
