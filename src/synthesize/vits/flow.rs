//! The flow of residual couplings, backwards: the latent as the text predicts it to the latent that the
//! decoder makes sound of (VITS, section 2.1.2 and appendix B.2), a stretch of frames at a time.
//!
//! Every layer remembers the few frames that it hears again, so that nothing is computed twice. The
//! channels' order, which is reversed before every coupling, is in the weights: every other coupling
//! moves the first half, and the others the second.

mod stream;

use super::kernels::{Conv1d, Isa};
use super::speaker::Condition;
use super::weights::{self, Convolution, Tensor};

pub use self::stream::Stream;

/// The flow, packed for one instruction set.
#[derive(Debug)]
pub struct Flow {
    isa: Isa,
    couplings: Vec<Coupling>,
    /// Half the channels of the latent.
    half: usize,
    /// The channels inside of the couplings, at most.
    hidden: usize,
}

#[derive(Debug)]
struct Coupling {
    /// Whether it is the first half that is moved.
    moves_first: bool,
    pre: Conv1d,
    layers: Vec<Layer>,
    /// To what is taken from the other half, negated.
    post: Conv1d,
    /// `[layers * 2 * hidden]`, for a speaker.
    condition: Option<Condition>,
}

#[derive(Debug)]
struct Layer {
    /// `[hidden]` to `[2 * hidden]`.
    gate: Conv1d,
    gate_bias: Vec<f32>,
    /// To the shortcut; the last layer has none.
    shortcut: Option<Conv1d>,
    /// To what is said.
    said: Conv1d,
}

impl Flow {
    pub fn pack(couplings: &[weights::Coupling], isa: Isa) -> Self {
        let half = couplings.first().map_or(0, |coupling| coupling.pre.inputs);
        let hidden = couplings.iter().map(|coupling| coupling.pre.outputs).max().unwrap_or(0);
        let packed = couplings.iter().enumerate();
        let packed = packed.map(|(at, coupling)| Coupling::pack(coupling, at % 2 == 0, isa));
        Self { isa, couplings: packed.collect(), half, hidden }
    }

    /// Frames on each side that a frame depends on.
    pub fn reach(&self) -> usize {
        self.couplings.iter().map(Coupling::reach).sum()
    }

    /// Channels of the latent.
    pub fn channels(&self) -> usize {
        2 * self.half
    }

    /// The biases of all gates for a speaker, by coupling and layer; none where they are their own.
    pub fn conditions(&self, embedding: Option<&[f32]>) -> Vec<Vec<Vec<f32>>> {
        let Some(embedding) = embedding else { return vec![] };
        let of_coupling = |coupling: &Coupling| {
            let own = coupling.condition.as_ref().map(|condition| condition.apply(embedding));
            let own = own.unwrap_or_default();
            let mut own = own.into_iter();
            let layers = coupling.layers.iter();
            layers
                .map(|layer| {
                    let own = own.by_ref().chain(std::iter::repeat(0.0));
                    layer.gate_bias.iter().zip(own).map(|(bias, own)| bias + own).collect()
                })
                .collect()
        };
        self.couplings.iter().map(of_coupling).collect()
    }
}

impl Coupling {
    fn pack(coupling: &weights::Coupling, moves_first: bool, isa: Isa) -> Self {
        let count = coupling.layers.len();
        let layers = coupling.layers.iter().enumerate();
        // The half that is heard, and what is moved, are reversed where an odd number of flips has been.
        let pre = if moves_first {
            reversed_inputs(&coupling.pre)
        } else {
            coupling.pre.weight.numbers()
        };
        let (mut post, mut post_bias) = (coupling.post.weight.numbers(), bias(&coupling.post));
        post.iter_mut().chain(&mut post_bias).for_each(|x| *x = -*x);
        if moves_first {
            post_bias.reverse();
            post = post.chunks_exact(coupling.post.inputs).rev().flatten().copied().collect();
        }
        let outputs = coupling.pre.outputs;
        Self {
            moves_first,
            pre: coupling.pre.pack_numbers(&pre, Some(&bias(&coupling.pre)), outputs, isa),
            layers: layers.map(|(at, layer)| Layer::pack(layer, at + 1 == count, isa)).collect(),
            post: coupling.post.pack_numbers(&post, Some(&post_bias), coupling.post.outputs, isa),
            condition: coupling.speaker.as_ref().map(Condition::of),
        }
    }

    fn reach(&self) -> usize {
        self.layers.iter().map(|layer| layer.gate.pad()).sum()
    }
}

impl Layer {
    fn pack(layer: &weights::GatedLayer, is_last: bool, isa: Isa) -> Self {
        let hidden = layer.out.inputs;
        let rest = if is_last { 0 } else { hidden };
        Self {
            gate: layer.gate.pack(isa),
            gate_bias: bias(&layer.gate),
            shortcut: (!is_last).then(|| layer.out.pack_rows(0..hidden, isa)),
            said: layer.out.pack_rows(rest..rest + hidden, isa),
        }
    }
}

fn bias(conv: &Convolution) -> Vec<f32> {
    conv.bias.as_ref().map_or_else(|| vec![0.0; conv.outputs], Tensor::numbers)
}

/// The weights of a pointwise convolution whose inputs come in reverse order.
fn reversed_inputs(conv: &Convolution) -> Vec<f32> {
    let mut weights = conv.weight.numbers();
    weights.chunks_exact_mut(conv.inputs).for_each(<[f32]>::reverse);
    weights
}
