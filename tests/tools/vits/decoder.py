"""The decoder: HiFi-GAN's generator (Kong et al. 2020, section 2.2 and appendix A)."""

import math

from .graph import GAIN_LEAKY_RELU, Graph
from .sizes import Size

SLOPE = 0.1
LAST_SLOPE = 0.01
# Each convolution of a residual block adds half a deviation.
STEP = 0.5
RMS = 0.1


def decoder(g: Graph, size: Size, z: str, speaker: str | None) -> str:
    """The latent [B, C, T] -> samples [B, 1, T * hop]."""
    channels = size.decoder_channels
    x = g.conv(z, "dec.conv_pre", (size.hidden, channels), 7)
    if speaker:
        x = g.op("Add", x, g.conv(speaker, "dec.cond", (size.speaker_channels, channels), gain=0.5))
    steps = sum(len(dilations) for _, dilations in size.resblocks) / len(size.resblocks)
    deviation = math.sqrt(1 + STEP**2 * steps / len(size.resblocks))
    gain = GAIN_LEAKY_RELU
    for stage, (stride, kernel) in enumerate(size.upsample):
        x = g.op("LeakyRelu", x, alpha=SLOPE)
        x = g.conv_transposed(x, f"dec.ups.{stage}", (channels, channels // 2), kernel, stride, gain)
        channels //= 2
        x = resblocks(g, size, stage, x, channels)
        gain = GAIN_LEAKY_RELU / deviation
    x = g.op("LeakyRelu", x, alpha=LAST_SLOPE)
    x = g.conv(x, "dec.conv_post", (channels, 1), 7, gain=RMS * gain, bias=False)
    return g.op("Tanh", x)


def resblocks(g: Graph, size: Size, stage: int, x: str, channels: int) -> str:
    """The mean of blocks that see the signal at several widths."""
    total = None
    for i, (kernel, dilations) in enumerate(size.resblocks):
        name = f"dec.resblocks.{stage * len(size.resblocks) + i}"
        y = resblock(g, size.resblock, name, x, channels, kernel, dilations)
        total = g.op("Add", total, y) if total else y
    return g.op("Div", total, float(len(size.resblocks)))


def resblock(g: Graph, kind: int, name: str, x: str, channels: int, kernel: int, dilations: tuple[int, ...]) -> str:
    """For each dilation x = x + conv(leaky ReLU(x)); kind 1 has a second, undilated convolution there."""
    both = (channels, channels)
    for i, dilation in enumerate(dilations):
        deviation = math.sqrt(1 + STEP**2 * i)
        gain = GAIN_LEAKY_RELU / deviation
        y = g.op("LeakyRelu", x, alpha=SLOPE)
        if kind == 1:
            y = g.conv(y, f"{name}.convs1.{i}", both, kernel, dilation=dilation, gain=gain)
            y = g.op("LeakyRelu", y, alpha=SLOPE)
            y = g.conv(y, f"{name}.convs2.{i}", both, kernel, gain=STEP * GAIN_LEAKY_RELU)
        else:
            y = g.conv(y, f"{name}.convs.{i}", both, kernel, dilation=dilation, gain=STEP * gain)
        x = g.op("Add", y, x)
    return x
