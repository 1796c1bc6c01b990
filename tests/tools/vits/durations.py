"""The stochastic duration predictor, backwards (VITS, section 2.2.2 and appendix A.1), and the path."""

import math

from .graph import FLOAT, GAIN_GELU, INT64, Graph
from .sizes import Size

KERNEL = 3
LAYERS = 3
# The first of the four flows is only used in training.
FLOWS = (7, 5, 3)
BINS = 10
TAIL = 5.0
# How far from a straight line the splines are.
BEND = 0.6
BIN_MIN = 1e-3
SLOPE_MIN = 1e-3


def log_durations(g: Graph, size: Size, x: str, mask: str, noise_w: str, speaker: str | None) -> str:
    """hidden text [B, C, N], speaker [B, S, 1] -> the logarithm of each id's frames [B, 1, N]."""
    hidden = size.hidden
    x = g.conv(x, "dp.pre", (hidden, hidden))
    if speaker:
        x = g.op("Add", x, g.conv(speaker, "dp.cond", (size.speaker_channels, hidden), gain=0.5))
    x = separable_convs(g, "dp.convs", x, mask, hidden)
    x = g.op("Mul", g.conv(x, "dp.proj", (hidden, hidden), centred=True), mask)
    shape = g.shape(g.size(x, 0), 2, g.size(x, 2))
    noise = g.op("RandomNormalLike", g.op("ConstantOfShape", shape), dtype=FLOAT, mean=0.0, scale=1.0)
    z = g.op("Mul", noise, noise_w)
    for flow in FLOWS:
        z = spline_coupling(g, f"dp.flows.{flow}", g.flip(z), mask, hidden, x)
    z = affine(g, "dp.flows.0", g.flip(z), mask)
    log_duration, _ = g.halves(z, 1)
    g.probes["dp"] = log_duration
    return log_duration


def separable_convs(g: Graph, name: str, x: str, mask: str, channels: int, condition: str | None = None) -> str:
    """Dilated depth-separable convolutions, each with a shortcut; [B, C, N] -> [B, C, N]."""
    if condition:
        x = g.op("Add", x, condition)
    for layer in range(LAYERS):
        y = g.op("Mul", x, mask)
        dilation = KERNEL**layer
        y = g.conv(y, f"{name}.convs_sep.{layer}", (channels, channels), KERNEL, dilation=dilation, groups=channels)
        y = g.gelu(g.layer_norm(y, f"{name}.norms_1.{layer}", channels))
        y = g.conv(y, f"{name}.convs_1x1.{layer}", (channels, channels), gain=GAIN_GELU, centred=True)
        y = g.gelu(g.layer_norm(y, f"{name}.norms_2.{layer}", channels))
        x = g.op("Add", x, y)
    return g.op("Mul", x, mask)


def affine(g: Graph, name: str, z: str, mask: str) -> str:
    """(z - m) * exp(-logs) on two channels; [B, 2, N]. Calibration gives these zeros a value."""
    z = g.op("Sub", z, g.weight(f"{name}.m", (2, 1), 0.0))
    logs = g.weight(f"{name}.logs", (2, 1), 0.0)
    return g.op("Mul", g.op("Mul", z, g.op("Exp", g.op("Neg", logs))), mask)


def spline_coupling(g: Graph, name: str, z: str, mask: str, hidden: int, condition: str) -> str:
    """The first channel, with the text, bends the second; z [B, 2, N], condition [B, C, N]."""
    kept, bent = g.halves(z, 1)
    x = g.conv(kept, f"{name}.pre", (1, hidden))
    x = separable_convs(g, f"{name}.convs", x, mask, hidden, condition)
    numbers = 3 * BINS - 1
    x = g.conv(x, f"{name}.proj", (hidden, numbers), gain=BEND, centred=True)
    g.probes[f"{name}.proj"] = x
    x = g.op("Mul", x, mask)
    # Widths and heights are divided by this below, so that they need weights as much larger.
    root = math.sqrt(hidden)
    g.weights[f"{name}.proj.weight"][: 2 * BINS] *= root
    x = g.op("Reshape", x, g.shape(g.size(kept, 0), 1, numbers, g.size(kept, 2)))
    x = g.op("Transpose", x, perm=[0, 1, 3, 2])
    widths = g.op("Div", g.slice(x, 3, 0, BINS), root)
    heights = g.op("Div", g.slice(x, 3, BINS, 2 * BINS), root)
    slopes = g.slice(x, 3, 2 * BINS, 2**63 - 1)
    bent = spline_with_tails(g, bent, widths, heights, slopes)
    return g.op("Mul", g.op("Concat", kept, bent, axis=1), mask)


def spline_with_tails(g: Graph, x: str, widths: str, heights: str, slopes: str) -> str:
    """x [B, 1, N] through the inverse spline within the tails, unchanged outside (Durkan, section 3.1)."""
    # A slope of 1 at both ends, so that spline and tails meet smoothly.
    end_slope = math.log(math.exp(1 - SLOPE_MIN) - 1)
    slopes = g.op("Pad", slopes, [0, 0, 0, 1, 0, 0, 0, 1], end_slope)
    inside = g.op("And", g.op("GreaterOrEqual", x, -TAIL), g.op("LessOrEqual", x, TAIL))
    outside = g.op("Transpose", g.op("NonZero", g.op("Not", inside)), perm=[1, 0])
    inside = g.op("Transpose", g.op("NonZero", inside), perm=[1, 0])
    y = g.op("ConstantOfShape", g.op("Shape", x))
    y = g.op("ScatterND", y, outside, g.op("GatherND", x, outside))
    pick = lambda values: g.op("GatherND", values, inside)
    return g.op("ScatterND", y, inside, spline_inverse(g, pick(x), pick(widths), pick(heights), pick(slopes)))


def spline_inverse(g: Graph, x: str, widths: str, heights: str, slopes: str) -> str:
    """The monotonic rational-quadratic spline solved for its argument (Durkan, equations 6 to 8).

    x [M]; widths and heights [M, bins], slopes [M, bins + 1] as the network gave them -> [M].
    """
    _, lefts, widths = knots(g, widths)
    bounds, bottoms, heights = knots(g, heights)
    slopes = g.op("Add", g.op("Softplus", slopes), SLOPE_MIN)
    reached = g.op("Cast", g.op("GreaterOrEqual", g.op("Unsqueeze", x, [-1]), bounds), to=INT64)
    bin = g.op("Unsqueeze", g.op("Sub", g.op("ReduceSum", reached, [-1], keepdims=0), 1), [-1])
    of_bin = lambda values: g.op("Squeeze", g.op("GatherElements", values, bin, axis=1), [-1])

    left, width, bottom, height = of_bin(lefts), of_bin(widths), of_bin(bottoms), of_bin(heights)
    steepness = of_bin(g.op("Div", heights, widths))
    slope, next_slope = of_bin(slopes), of_bin(g.slice(slopes, 1, 1, 2**63 - 1))
    above = g.op("Sub", x, bottom)
    bend = g.op("Sub", g.op("Add", slope, next_slope), g.op("Mul", steepness, 2.0))
    above_bend = g.op("Mul", above, bend)
    a = g.op("Add", above_bend, g.op("Mul", height, g.op("Sub", steepness, slope)))
    b = g.op("Sub", g.op("Mul", height, slope), above_bend)
    c = g.op("Mul", g.op("Neg", steepness), above)
    discriminant = g.op("Sub", g.op("Pow", b, 2.0), g.op("Mul", g.op("Mul", a, 4.0), c))
    below = g.op("Sub", g.op("Neg", b), g.op("Sqrt", discriminant))
    root = g.op("Div", g.op("Mul", c, 2.0), below)
    return g.op("Add", g.op("Mul", root, width), left)


def knots(g: Graph, sizes: str) -> tuple[str, str, str]:
    """Sizes of bins [M, bins], any numbers -> knots from -5 to 5: to search in, exact, and their distances."""
    shares = g.op("Softmax", sizes, axis=-1)
    shares = g.op("Add", g.op("Mul", shares, 1 - BIN_MIN * BINS), BIN_MIN)
    inner = g.slice(g.op("CumSum", shares, 1), 1, 0, -1)
    inner = g.op("Sub", g.op("Mul", inner, 2 * TAIL), TAIL)
    starts = g.op("Pad", inner, [0, 1, 0, 0], -TAIL)
    exact = g.op("Pad", starts, [0, 0, 0, 1], TAIL)
    # The last bin contains its end.
    bounds = g.op("Pad", starts, [0, 0, 0, 1], TAIL + 1e-6)
    distances = g.op("Sub", g.slice(exact, 1, 1, 2**63 - 1), starts)
    return bounds, exact, distances


def path(g: Graph, log_duration: str, mask: str, length_scale: str) -> tuple[str, str]:
    """Logarithms of durations [B, 1, N] -> which id each frame belongs to [B, T, N], mask [B, 1, T]."""
    frames = g.op("Mul", g.op("Mul", g.op("Exp", log_duration), mask), length_scale)
    frames = g.op("Ceil", frames)
    totals = g.op("Cast", g.op("Clip", g.op("ReduceSum", frames, [1, 2], keepdims=0), 1.0), to=INT64)
    longest = g.op("ReduceMax", totals, keepdims=0)
    frame_mask = g.op("Cast", g.op("Unsqueeze", g.mask_of_lengths(totals, longest), [1]), to=FLOAT)
    pair_mask = g.op("Mul", g.op("Unsqueeze", mask, [2]), g.op("Unsqueeze", frame_mask, [3]))

    ends = g.op("Reshape", g.op("CumSum", frames, -1), [-1])
    places = g.op("Unsqueeze", g.op("Cast", g.op("Range", 0, longest, 1), to=FLOAT), [0])
    begun = g.op("Cast", g.op("Less", places, g.op("Unsqueeze", ends, [1])), to=FLOAT)
    begun = g.op("Reshape", begun, g.shape(g.size(mask, 0), g.size(mask, 2), longest))
    before = g.slice(g.op("Pad", begun, [0, 1, 0, 0, 0, 0], 0.0), 1, 0, -1)
    own = g.op("Unsqueeze", g.op("Sub", begun, before), [1])
    own = g.op("Mul", g.op("Transpose", own, perm=[0, 1, 3, 2]), pair_mask)
    return g.op("Squeeze", own, [1]), frame_mask
