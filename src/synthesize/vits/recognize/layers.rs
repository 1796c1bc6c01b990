//! The layers of which all parts of a voice are made, found by the nodes that compute them.

use super::graph::{Graph, Value};
use crate::synthesize::vits::decoder::Layer;
use crate::synthesize::vits::weights::{Convolution, Norm, Separable, Tensor};

/// Whether two numbers are the same but for rounding.
pub fn is_near(a: f32, b: f32) -> bool {
    (a - b).abs() <= 1e-5 * a.abs().max(b.abs())
}

impl<'a> Graph<'a> {
    /// A convolution that keeps the length, and what it convolves. Its zeros at the ends may be its own
    /// or of a `Pad` before it.
    pub fn convolution(&self, value: Value) -> Option<(Convolution<'a>, Value)> {
        let node = self.made_by(value, "Conv")?;
        let weight = self.tensor(node.input(1)?)?;
        let [outputs, group_inputs, taps] = weight.dims[..] else { return None };
        let bias = match node.input(2) {
            Some(bias) => Some(self.tensor(bias).filter(|bias| bias.dims == [outputs])?),
            None => None,
        };
        let one = |name: &str| match node.ints(name) {
            None | Some([]) => Some(1),
            Some([number]) => usize::try_from(*number).ok(),
            Some(_) => None,
        };
        let own_pads = match node.ints("pads") {
            None | Some([]) => [0, 0],
            Some([before, after]) => [*before, *after],
            Some(_) => return None,
        };
        let mut input = self.peel(node.input(0)?);
        let mut pads = own_pads;
        if let Some([before, after]) = self.zeros_around(input) {
            pads = [pads[0].checked_add(before)?, pads[1].checked_add(after)?];
            input = self.peel(self.maker(input)?.input(0)?);
        }
        let pad = usize::try_from(pads[0]).ok().filter(|_| pads[0] == pads[1])?;
        let dilation = one("dilations")?;
        let groups = usize::try_from(node.int("group").unwrap_or(1)).ok()?;
        let inputs = group_inputs.checked_mul(groups)?;
        let is_sound = taps > 0
            && groups > 0
            && outputs > 0
            && inputs > 0
            && outputs.is_multiple_of(groups)
            && one("strides") == Some(1)
            && node.ints("kernel_shape").is_none_or(|_| one("kernel_shape") == Some(taps))
            && matches!(node.text("auto_pad"), None | Some(b"NOTSET"))
            && dilation > 0
            && outputs.max(inputs) <= WIDTH_MAX
            && dilation < PAD_MAX
            && dilation.checked_mul(taps - 1)? == pad.checked_mul(2)?
            && pad < PAD_MAX;
        let found = Convolution { weight, bias, outputs, inputs, taps, dilation, groups, pad };
        is_sound.then_some((found, input))
    }

    /// A convolution with a single tap over all channels.
    pub fn pointwise(&self, value: Value) -> Option<(Convolution<'a>, Value)> {
        self.dense(value).filter(|(conv, _)| conv.taps == 1)
    }

    /// A convolution over all channels, with a bias.
    pub fn dense(&self, value: Value) -> Option<(Convolution<'a>, Value)> {
        self.convolution(value).filter(|(conv, _)| conv.groups == 1 && conv.bias.is_some())
    }

    /// How many zeros a `Pad` puts before and after the frames.
    fn zeros_around(&self, value: Value) -> Option<[i64; 2]> {
        let node = self.maker(value).filter(|node| node.operator == "Pad")?;
        let pads = self.ints(node.input(1)?)?;
        let is_zero = node.input(2).is_none_or(|filling| self.number(filling) == Some(0.0));
        let is_constant = matches!(node.text("mode"), None | Some(b"constant"));
        match pads[..] {
            [0, 0, before, 0, 0, after] if is_zero && is_constant && node.input(3).is_none() => {
                Some([before, after])
            }
            _ => None,
        }
    }

    /// A transposed convolution that makes each frame into exactly a stride of them, that stride, and
    /// what it is of.
    pub fn upsampling(&self, value: Value) -> Option<(Layer, usize, Value)> {
        let node = self.made_by(value, "ConvTranspose")?;
        let weight = self.tensor(node.input(1)?)?;
        let [inputs, outputs, taps] = weight.dims[..] else { return None };
        let bias = match node.input(2) {
            Some(bias) => Some(self.tensor(bias).filter(|bias| bias.dims == [outputs])?),
            None => None,
        };
        let one = |name: &str, otherwise: usize| match node.ints(name) {
            None | Some([]) => Some(otherwise),
            Some([number]) => usize::try_from(*number).ok(),
            Some(_) => None,
        };
        let pad = match node.ints("pads") {
            None | Some([]) => 0,
            Some([before, after]) if before == after => usize::try_from(*before).ok()?,
            Some(_) => return None,
        };
        let stride = one("strides", 1)?;
        let is_sound = inputs > 0
            && outputs > 0
            && stride > 0
            && taps.checked_sub(stride)? == pad.checked_mul(2)?
            && taps < PAD_MAX
            && one("dilations", 1) == Some(1)
            && one("output_padding", 0) == Some(0)
            && node.ints("output_shape").is_none()
            && node.int("group").unwrap_or(1) == 1
            && one("kernel_shape", taps) == Some(taps)
            && matches!(node.text("auto_pad"), None | Some(b"NOTSET"));
        let (weight, bias) = (weight.numbers(), bias.as_ref().map(Tensor::numbers));
        let found = Layer { weight, bias, inputs, outputs, taps, dilation: 1, pad };
        is_sound.then_some((found, stride, self.peel(node.input(0)?)))
    }

    /// The slope of a leaky ReLU, and what it is of.
    pub fn leaky(&self, value: Value) -> Option<(f32, Value)> {
        let node = self.made_by(value, "LeakyRelu")?;
        let slope = node.float("alpha").unwrap_or(0.01);
        (0.0..=1.0).contains(&slope).then_some((slope, self.peel(node.input(0)?)))
    }

    /// A value divided by, or multiplied with, a known number: the number as a factor, and the value.
    pub fn scaled(&self, value: Value) -> Option<(f32, Value)> {
        if let Some([numerator, divisor]) = self.pair(value, "Div") {
            return Some((1.0 / self.number(divisor)?, self.peel(numerator)));
        }
        let mut pairs = self.pairs(value, "Mul").into_iter();
        pairs.find_map(|[other, known]| Some((self.number(known)?, self.peel(other))))
    }

    /// Layer normalization over channels, as one node or written out, and what it is of.
    pub fn norm(&self, value: Value) -> Option<(Norm<'a>, Value)> {
        if let Some(node) = self.made_by(value, "LayerNormalization") {
            let [gamma, beta] = [self.tensor(node.input(1)?)?, self.tensor(node.input(2)?)?];
            let epsilon = node.float("epsilon").unwrap_or(1e-5);
            let is_over_channels = node.int("axis").unwrap_or(-1) == -1
                && gamma.dims.len() == 1
                && gamma.dims == beta.dims;
            let found = Norm { gamma, beta, epsilon };
            return is_over_channels.then_some((found, self.peel(node.input(0)?)));
        }
        let (beta, product) = self.with_tensor(value, "Add")?;
        let (gamma, normal) = self.with_tensor(product, "Mul")?;
        let [centred, deviation] = self.pair(normal, "Div")?;
        let centred = self.peel(centred);
        let [input, mean] = self.pair(centred, "Sub")?;
        let input = self.peel(input);
        let variance = self.through(deviation, "Sqrt")?;
        let mut pairs = self.pairs(variance, "Add").into_iter();
        let (epsilon, variance) =
            pairs.find_map(|[variance, known]| Some((self.number(known)?, variance)))?;
        let (squares, variance_axis) = self.mean_of(variance)?;
        let (of, mean_axis) = self.mean_of(mean)?;
        let is_square = match self.maker(squares)?.operator {
            "Pow" => {
                let [base, power] = self.pair(squares, "Pow")?;
                self.peel(base) == centred && self.number(power) == Some(2.0)
            }
            _ => self.pair(squares, "Mul")?.map(|factor| self.peel(factor)) == [centred, centred],
        };
        let is_over_channels = match gamma.dims[..] {
            // Of [B, L, C], or of [B, C, L] where an optimizer has moved the transposition.
            [_] => matches!(mean_axis, -1 | 2),
            [_, 1] | [1, _, 1] => mean_axis == 1,
            _ => false,
        };
        let fits = is_square && of == input && gamma.dims == beta.dims;
        let fits = fits && is_over_channels && mean_axis == variance_axis;
        fits.then_some((Norm { gamma, beta, epsilon }, input))
    }

    /// What a mean over one axis is of, and which.
    fn mean_of(&self, value: Value) -> Option<(Value, i64)> {
        let node = self.made_by(value, "ReduceMean")?;
        let own = node.ints("axes").map(<[i64]>::to_vec);
        let axes = own.or_else(|| self.ints(node.input(1)?))?;
        let keeps = node.int("keepdims").unwrap_or(1) == 1;
        match axes[..] {
            [axis] if keeps => Some((self.peel(node.input(0)?), axis)),
            _ => None,
        }
    }

    /// A known vector that is added or multiplied, and what with.
    fn with_tensor(&self, value: Value, operator: &str) -> Option<(Tensor<'a>, Value)> {
        let mut pairs = self.pairs(value, operator).into_iter();
        pairs.find_map(|[other, known]| Some((self.tensor(known)?, other)))
    }

    /// What a Gaussian error linear unit (by the error function) is of.
    pub fn gelu(&self, value: Value) -> Option<Value> {
        if let Some(node) = self.made_by(value, "Gelu") {
            let exact = matches!(node.text("approximate"), None | Some(b"none"));
            return exact.then_some(self.peel(node.input(0)?));
        }
        let mut factors = self.factors(value);
        let half = factors.iter().position(|factor| self.number(*factor) == Some(0.5))?;
        factors.remove(half);
        let [a, b] = factors[..] else { return None };
        [[a, b], [b, a]].into_iter().find_map(|[x, gate]| {
            let mut pairs = self.pairs(gate, "Add").into_iter();
            let error =
                pairs.find_map(|[error, one]| (self.number(one)? == 1.0).then_some(error))?;
            let (scale, inner) = self.scaled(self.through(error, "Erf")?)?;
            (is_near(scale, std::f32::consts::FRAC_1_SQRT_2) && inner == x).then_some(x)
        })
    }

    /// Depth-separable convolutions one after the other, each with its shortcut, and what they are of.
    pub fn separable(&self, value: Value) -> Option<(Vec<Separable<'a>>, Value)> {
        let mut value = self.peel(value);
        let mut layers = Vec::new();
        while let Some((layer, input)) = self.separable_layer(value) {
            layers.push(layer);
            value = input;
        }
        layers.reverse();
        (!layers.is_empty()).then_some((layers, value))
    }

    fn separable_layer(&self, value: Value) -> Option<(Separable<'a>, Value)> {
        self.pairs(value, "Add").into_iter().find_map(|[shortcut, branch]| {
            let (second_norm, x) = self.norm(self.gelu(branch)?)?;
            let (pointwise, x) = self.pointwise(x)?;
            let (first_norm, x) = self.norm(self.gelu(x)?)?;
            let (depthwise, x) = self.convolution(x)?;
            let channels = depthwise.groups;
            let fits = [depthwise.inputs, depthwise.outputs, pointwise.inputs, pointwise.outputs]
                == [channels; 4]
                && first_norm.gamma.count() == channels
                && second_norm.gamma.count() == channels
                && depthwise.bias.is_some()
                && depthwise.pad <= NEAR
                && self.peel(shortcut) == x;
            let found = Separable { depthwise, first_norm, pointwise, second_norm };
            fits.then_some((found, x))
        })
    }
}

/// No convolution of a voice looks further; keeps all sums of such numbers small.
const PAD_MAX: usize = 4096;
/// Channels of a convolution; a voice has 1,536 at most.
const WIDTH_MAX: usize = 1 << 14;
/// Before the decoder none looks further; so many zeros are kept around signals there.
pub const NEAR: usize = 32;
