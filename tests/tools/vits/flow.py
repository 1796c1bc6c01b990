"""The residual coupling flow, backwards (VITS, section 2.1.2 and appendix B.2): mean only, volume kept."""

from .graph import GAIN_GATE, Graph
from .sizes import Size

KERNEL = 5
# Each layer adds half a deviation to its shortcut; each coupling moves the latent by less than a third.
STEP = 0.5
SHIFT = 0.3


def flow(g: Graph, size: Size, z: str, mask: str, speaker: str | None) -> str:
    """[B, C, T] -> [B, C, T]."""
    for coupling in reversed(range(size.flow_couplings)):
        z = couple(g, size, f"flow.flows.{2 * coupling}", g.flip(z), mask, speaker)
    return z


def couple(g: Graph, size: Size, name: str, z: str, mask: str, speaker: str | None) -> str:
    """The first half of the channels says by how much the second is moved."""
    half = size.hidden // 2
    kept, moved = g.halves(z, half)
    x = g.op("Mul", g.conv(kept, f"{name}.pre", (half, size.hidden)), mask)
    x = wavenet(g, size, f"{name}.enc", x, mask, speaker)
    gain = SHIFT / (STEP * size.flow_layers**0.5)
    mean = g.op("Mul", g.conv(x, f"{name}.post", (size.hidden, half), gain=gain), mask)
    # The log-spread, 0 everywhere, stays in the exported graph.
    zeros = g.op("ConstantOfShape", g.op("Shape", mean))
    moved = g.op("Mul", g.op("Sub", moved, mean), g.op("Exp", g.op("Neg", zeros)))
    return g.op("Concat", kept, g.op("Mul", moved, mask), axis=1)


def wavenet(g: Graph, size: Size, name: str, x: str, mask: str, speaker: str | None) -> str:
    """Gated convolutions with shortcuts; what they say is added up. [B, C, T] -> [B, C, T]."""
    hidden, layers = size.hidden, size.flow_layers
    if speaker:
        channels = (size.speaker_channels, 2 * hidden * layers)
        condition = g.conv(speaker, f"{name}.cond_layer", channels, gain=0.5)
    said = None
    for layer in range(layers):
        gate = g.conv(x, f"{name}.in_layers.{layer}", (hidden, 2 * hidden), KERNEL)
        if speaker:
            own = g.slice(condition, 1, 2 * hidden * layer, 2 * hidden * (layer + 1))
        else:
            own = g.op("ConstantOfShape", g.op("Shape", gate))
        gate = g.op("Add", gate, own)
        value = g.op("Tanh", g.slice(gate, 1, 0, hidden))
        y = g.op("Mul", value, g.op("Sigmoid", g.slice(gate, 1, hidden, 2**63 - 1)))
        last = layer == layers - 1
        channels = (hidden, hidden if last else 2 * hidden)
        y = g.conv(y, f"{name}.res_skip_layers.{layer}", channels, gain=STEP * GAIN_GATE)
        if not last:
            x = g.op("Mul", g.op("Add", x, g.slice(y, 1, 0, hidden)), mask)
            y = g.slice(y, 1, hidden, 2**63 - 1)
        said = g.op("Add", said, y) if said else y
    return g.op("Mul", said, mask)
