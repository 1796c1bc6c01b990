"""A graph under construction: nodes, constants, random weights, and the layers all parts share."""

import math
from collections.abc import Sequence

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
OPSET = 15
BIAS_STD = 0.05

# Square root of 1 / E[f(x)^2] for x ~ N(0, 1): what keeps the variance after the activation f.
GAIN_RELU = math.sqrt(2.0)
GAIN_LEAKY_RELU = math.sqrt(2.0 / (1.0 + 0.1**2))
GAIN_GELU = 1.534
GAIN_GATE = 2.9  # tanh(a) * sigmoid(b)

Operand = str | int | float | Sequence[int] | np.ndarray


class Graph:
    """Values are known by name; numbers given as operands become shared constants."""

    def __init__(self, seed: int):
        self.nodes = []
        self.weights: dict[str, np.ndarray] = {}
        self.constants: dict[tuple, str] = {}
        self.computed: dict[tuple, list[str]] = {}
        # Values that calibration looks at, by the part that makes them.
        self.probes: dict[str, str] = {}
        self.random = np.random.default_rng(seed)

    # Nodes and values.

    def op(self, kind: str, *operands: Operand, outputs: int = 1, **attributes):
        """One node; its output's name, or the list of names when there are several.

        What was computed before, such as a length, is not computed again.
        """
        inputs = [one if isinstance(one, str) else self.constant(one) for one in operands]
        key = (kind, *inputs, outputs, str(attributes))
        if key not in self.computed or kind == "RandomNormalLike":
            names = [str(len(self.nodes)) + (f"_{i}" if outputs > 1 else "") for i in range(outputs)]
            self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
            self.computed[key] = names
        names = self.computed[key]
        return names if outputs > 1 else names[0]

    def constant(self, value: Operand) -> str:
        """Whole numbers become int64, others float32."""
        array = np.asarray(value)
        array = array.astype(np.int64 if array.dtype.kind in "iu" else np.float32)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.constants:
            self.constants[key] = name = f"c{len(self.constants)}"
            self.weights[name] = array
        return self.constants[key]

    def weight(self, name: str, shape: Sequence[int], std: float, mean: float = 0.0) -> str:
        values = mean + std * self.random.standard_normal(shape)
        self.weights[name] = values.astype(np.float32)
        return name

    def initializers(self) -> list[TensorProto]:
        return [numpy_helper.from_array(array, name) for name, array in self.weights.items()]

    def parameters(self) -> int:
        """How many trained numbers: the weights without the constants."""
        return sum(array.size for name, array in self.weights.items() if "." in name)

    # Shapes and pieces.

    def size(self, x: str, axis: int) -> str:
        """The length of one axis, as a scalar."""
        return self.op("Gather", self.op("Shape", x), axis, axis=0)

    def shape(self, *sizes: str | int) -> str:
        """A shape made of numbers and scalars."""
        parts = [self.op("Unsqueeze", one, [0]) if isinstance(one, str) else self.constant([one]) for one in sizes]
        return self.op("Concat", *parts, axis=0)

    def slice(self, x: str, axis: int, start: Operand, end: Operand, step: int = 1) -> str:
        """Scalars by name must be one-element vectors already."""
        wrap = lambda one: one if isinstance(one, str) else [one]
        return self.op("Slice", x, wrap(start), wrap(end), [axis], [step])

    def flip(self, x: str) -> str:
        """The channels of [B, C, *] in reverse order."""
        return self.slice(x, 1, -1, -(2**63) + 1, -1)

    def halves(self, x: str, channels: int) -> list[str]:
        """[B, C, *] -> two of [B, channels, *]."""
        return self.op("Split", x, [channels, channels], outputs=2, axis=1)

    def mask_of_lengths(self, lengths: str, longest: str) -> str:
        """lengths [B], longest scalar -> [B, longest], true where the place is before the length."""
        places = self.op("Range", 0, longest, 1)
        return self.op("Less", self.op("Unsqueeze", places, [0]), self.op("Unsqueeze", lengths, [1]))

    # Layers.

    def conv(
        self,
        x: str,
        name: str,
        channels: tuple[int, int],
        kernel: int = 1,
        *,
        dilation: int = 1,
        groups: int = 1,
        gain: float = 1.0,
        bias: bool = True,
        padded: bool = True,
        centred: bool = False,
    ) -> str:
        """[B, in, L] -> [B, out, L]. `gain` is the output's deviation for an input of unit deviation.

        `centred` weights add up to 0, so that the mean of an input (after GELU, say) does not matter.
        """
        before, after = channels[0] // groups, channels[1]
        operands = [x, self.weight(f"{name}.weight", (after, before, kernel), gain / math.sqrt(before * kernel))]
        if centred:
            weights = self.weights[operands[1]]
            weights -= weights.mean(axis=1, keepdims=True)
        if bias:
            operands.append(self.weight(f"{name}.bias", (after,), BIAS_STD))
        pad = dilation * (kernel - 1) // 2 if padded else 0
        return self.op(
            "Conv",
            *operands,
            kernel_shape=[kernel],
            dilations=[dilation],
            group=groups,
            pads=[pad, pad],
            strides=[1],
        )

    def conv_transposed(self, x: str, name: str, channels: tuple[int, int], kernel: int, stride: int, gain: float):
        """[B, in, L] -> [B, out, L * stride]."""
        std = gain / math.sqrt(channels[0] * kernel / stride)
        pad = (kernel - stride) // 2
        return self.op(
            "ConvTranspose",
            x,
            self.weight(f"{name}.weight", (*channels, kernel), std),
            self.weight(f"{name}.bias", (channels[1],), BIAS_STD),
            kernel_shape=[kernel],
            dilations=[1],
            group=1,
            pads=[pad, pad],
            strides=[stride],
        )

    def layer_norm(self, x: str, name: str, channels: int) -> str:
        """[B, C, L], normalized over C; written out, as opset 15 has no node for it."""
        x = self.op("Transpose", x, perm=[0, 2, 1])
        centred = self.op("Sub", x, self.op("ReduceMean", x, axes=[-1]))
        variance = self.op("ReduceMean", self.op("Pow", centred, 2.0), axes=[-1])
        x = self.op("Div", centred, self.op("Sqrt", self.op("Add", variance, 1e-5)))
        x = self.op("Mul", x, self.weight(f"{name}.gamma", (channels,), 0.05, mean=1.0))
        x = self.op("Add", x, self.weight(f"{name}.beta", (channels,), 0.05))
        return self.op("Transpose", x, perm=[0, 2, 1])

    def gelu(self, x: str) -> str:
        error = self.op("Erf", self.op("Div", x, math.sqrt(2.0)))
        return self.op("Mul", self.op("Mul", x, self.op("Add", error, 1.0)), 0.5)
