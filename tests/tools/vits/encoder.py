"""The text encoder: a transformer with relative positions (VITS, section 2.2.1 and appendix B.1)."""

import math

from .graph import GAIN_RELU, FLOAT, Graph
from .sizes import Size

LOG_SPREAD_STD = 0.2
# How much ids hear of each other: more, and whole sentences are spoken fast or slowly.
CONTEXT = 0.4


def text_encoder(g: Graph, size: Size, ids: str, lengths: str) -> tuple[str, str, str, str]:
    """ids [B, N], lengths [B] -> hidden [B, C, N], mean and log-spread [B, C, N], mask [B, 1, N]."""
    hidden = size.hidden
    embedding = g.weight("enc_p.emb.weight", (size.symbols, hidden), 1 / math.sqrt(hidden))
    x = g.op("Mul", g.op("Gather", embedding, ids), math.sqrt(hidden))
    x = g.op("Transpose", x, perm=[0, 2, 1])
    mask = g.mask_of_lengths(lengths, g.size(x, 2))
    mask = g.op("Cast", g.op("Unsqueeze", mask, [1]), to=FLOAT)
    x = g.op("Mul", x, mask)
    pair_mask = g.op("Mul", g.op("Unsqueeze", mask, [2]), g.op("Unsqueeze", mask, [3]))
    for layer in range(size.encoder_layers):
        name = f"enc_p.encoder.{{}}.{layer}"
        attended = attention(g, size, name.format("attn_layers"), x, pair_mask)
        x = g.layer_norm(g.op("Add", x, attended), name.format("norm_layers_1"), hidden)
        fed = feed_forward(g, size, name.format("ffn_layers"), x, mask)
        x = g.layer_norm(g.op("Add", x, fed), name.format("norm_layers_2"), hidden)
    x = g.op("Mul", x, mask)
    stats = g.op("Mul", g.conv(x, "enc_p.proj", (hidden, 2 * hidden)), mask)
    g.weights["enc_p.proj.weight"][hidden:] *= LOG_SPREAD_STD
    mean, log_spread = g.halves(stats, hidden)
    return x, mean, log_spread, mask


def attention(g: Graph, size: Size, name: str, x: str, mask: str) -> str:
    """[B, C, N] -> [B, C, N]; mask [B, 1, N, N]. Positions enter both the scores and the values."""
    heads, width = size.encoder_heads, size.hidden // size.encoder_heads
    batch, length = g.size(x, 0), g.size(x, 2)
    by_head = g.shape(batch, heads, width, length)
    query, key, value = (
        g.op("Reshape", g.conv(x, f"{name}.conv_{part}", (size.hidden, size.hidden)), by_head) for part in "qkv"
    )
    query = g.op("Div", g.op("Transpose", query, perm=[0, 1, 3, 2]), math.sqrt(width))
    scores = g.op("MatMul", query, key)
    near_key = position_vectors(g, size, f"{name}.emb_rel_k", length, width)
    near = g.op("MatMul", query, g.op("Transpose", near_key, perm=[0, 1, 3, 2]))
    scores = g.op("Add", scores, absolute_from_relative(g, near, batch, heads, length))
    scores = g.op("Where", g.op("Equal", mask, 0.0), -1e4, scores)
    shares = g.op("Softmax", scores, axis=-1)
    near_value = position_vectors(g, size, f"{name}.emb_rel_v", length, width)
    near = g.op("MatMul", relative_from_absolute(g, shares, batch, heads, length), near_value)
    value = g.op("MatMul", shares, g.op("Transpose", value, perm=[0, 1, 3, 2]))
    x = g.op("Transpose", g.op("Add", value, near), perm=[0, 1, 3, 2])
    x = g.op("Reshape", x, g.shape(batch, size.hidden, length))
    return g.conv(x, f"{name}.conv_o", (size.hidden, size.hidden), gain=CONTEXT)


def position_vectors(g: Graph, size: Size, name: str, length: str, width: int) -> str:
    """The vectors of the distances -(N-1)..N-1, zero beyond the window: [1, 1, 2N - 1, width]."""
    window = size.encoder_window
    table = g.weight(name, (1, 2 * window + 1, width), 1 / math.sqrt(width))
    pad = g.op("Max", g.op("Sub", length, window + 1), 0)
    pads = g.shape(0, pad, 0, 0, pad, 0)
    start = g.op("Max", g.op("Sub", window + 1, length), 0)
    end = g.op("Add", start, g.op("Sub", g.op("Mul", length, 2), 1))
    table = g.op("Pad", table, pads, 0.0)
    table = g.slice(table, 1, g.op("Unsqueeze", start, [0]), g.op("Unsqueeze", end, [0]))
    return g.op("Unsqueeze", table, [0])


def absolute_from_relative(g: Graph, x: str, batch: str, heads: int, length: str) -> str:
    """[B, h, N, 2N - 1] by distance -> [B, h, N, N] by place: pad, and read with rows one shorter."""
    double, shorter = g.op("Mul", length, 2), g.op("Sub", length, 1)
    x = g.op("Pad", x, [0, 0, 0, 0, 0, 0, 0, 1], 0.0)
    x = g.op("Reshape", x, g.shape(batch, heads, g.op("Mul", length, double)))
    x = g.op("Pad", x, g.shape(0, 0, 0, 0, 0, shorter), 0.0)
    x = g.op("Reshape", x, g.shape(batch, heads, g.op("Add", length, 1), g.op("Sub", double, 1)))
    x = g.slice(x, 2, 0, g.op("Unsqueeze", length, [0]))
    return g.slice(x, 3, g.op("Unsqueeze", shorter, [0]), 2**63 - 1)


def relative_from_absolute(g: Graph, x: str, batch: str, heads: int, length: str) -> str:
    """[B, h, N, N] by place -> [B, h, N, 2N - 1] by distance: the way back."""
    double, shorter = g.op("Mul", length, 2), g.op("Sub", length, 1)
    x = g.op("Pad", x, g.shape(0, 0, 0, 0, 0, 0, 0, shorter), 0.0)
    x = g.op("Reshape", x, g.shape(batch, heads, g.op("Mul", length, g.op("Sub", double, 1))))
    x = g.op("Pad", x, g.shape(0, 0, length, 0, 0, 0), 0.0)
    x = g.op("Reshape", x, g.shape(batch, heads, length, double))
    return g.slice(x, 3, 1, 2**63 - 1)


def feed_forward(g: Graph, size: Size, name: str, x: str, mask: str) -> str:
    """Two convolutions of kernel 3 with a ReLU between; [B, C, N] -> [B, C, N]."""
    inner = size.encoder_filter
    pads = [0, 0, 1, 0, 0, 1]
    x = g.op("Pad", g.op("Mul", x, mask), pads, 0.0)
    x = g.op("Relu", g.conv(x, f"{name}.conv_1", (size.hidden, inner), 3, padded=False))
    x = g.op("Pad", g.op("Mul", x, mask), pads, 0.0)
    x = g.conv(x, f"{name}.conv_2", (inner, size.hidden), 3, gain=GAIN_RELU, padded=False)
    return g.op("Mul", x, mask)
