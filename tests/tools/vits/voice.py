"""The parts joined: phoneme ids in, samples out."""

from dataclasses import dataclass

import onnx
from onnx import helper

from .decoder import decoder
from .durations import log_durations, path
from .encoder import text_encoder
from .flow import flow
from .graph import FLOAT, INT64, OPSET, Graph
from .sizes import Size


@dataclass
class Voice:
    """A graph from the inputs of a Piper voice to `output`."""

    graph: Graph
    speakers: int

    def model(self, output: str = "output", shape: tuple = ("batch_size", 1, 1, "time")) -> onnx.ModelProto:
        """The whole model, or the part of it that ends in another value."""
        inputs = [
            helper.make_tensor_value_info("input", INT64, ["batch_size", "phonemes"]),
            helper.make_tensor_value_info("input_lengths", INT64, ["batch_size"]),
            helper.make_tensor_value_info("scales", FLOAT, [3]),
        ]
        if self.speakers > 1:
            inputs.append(helper.make_tensor_value_info("sid", INT64, ["batch_size"]))
        outputs = [helper.make_tensor_value_info(output, FLOAT, shape)]
        last = next(i for i, node in enumerate(self.graph.nodes) if output in node.output)
        nodes = self.graph.nodes[: last + 1]
        used = {name for node in nodes for name in node.input}
        weights = [tensor for tensor in self.graph.initializers() if tensor.name in used]
        graph = helper.make_graph(nodes, "vits", inputs, outputs, weights)
        opset = helper.make_opsetid("", OPSET)
        return helper.make_model(graph, opset_imports=[opset], ir_version=8, producer_name="baonoi piper_voice")


def voice(size: Size, speakers: int, seed: int) -> Voice:
    g = Graph(seed)
    noise_scale, length_scale, noise_w = (g.op("Gather", "scales", i, axis=0) for i in range(3))
    hidden, mean, log_spread, mask = text_encoder(g, size, "input", "input_lengths")
    speaker = None
    if speakers > 1:
        table = g.weight("emb_g.weight", (speakers, size.speaker_channels), 1.0)
        speaker = g.op("Unsqueeze", g.op("Gather", table, "sid"), [-1])
    log_duration = log_durations(g, size, hidden, mask, noise_w, speaker)
    own, frame_mask = path(g, log_duration, mask, length_scale)
    mean, log_spread = spread_over_frames(g, own, mean), spread_over_frames(g, own, log_spread)
    noise = g.op("RandomNormalLike", mean, dtype=FLOAT, mean=0.0, scale=1.0)
    noise = g.op("Mul", g.op("Mul", noise, g.op("Exp", log_spread)), noise_scale)
    z = flow(g, size, g.op("Add", mean, noise), frame_mask, speaker)
    latent = g.op("Mul", z, frame_mask)
    for axis in range(3):  # What a trace leaves of `[:, :, :longest]` without a longest.
        latent = g.slice(latent, axis, 0, 2**63 - 1)
    samples = decoder(g, size, latent, speaker)
    g.nodes.append(helper.make_node("Unsqueeze", [samples, g.constant([1])], ["output"]))
    return Voice(g, speakers)


def spread_over_frames(g: Graph, own: str, x: str) -> str:
    """[B, C, N] by id -> [B, C, T] by frame."""
    x = g.op("MatMul", own, g.op("Transpose", x, perm=[0, 2, 1]))
    return g.op("Transpose", x, perm=[0, 2, 1])
