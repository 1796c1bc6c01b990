//! Finds HiFi-GAN's generator (Kong et al. 2020), from the sound backwards.

use std::collections::HashSet;

use super::graph::{Graph, Value};
use super::layers::is_near;
use super::{Speakers, Unrecognized};
use crate::synthesize::vits::decoder::{DecoderWeights, Layer, ResidualStep, Stage};
use crate::synthesize::vits::weights::{Convolution, Tensor};

/// The decoder, and the latent that it makes sound of.
pub fn decoder(g: &Graph, speakers: &Speakers) -> Result<(DecoderWeights, Value), Unrecognized> {
    let not = Unrecognized::of("the decoder");
    let post = g.through(g.sound, "Tanh").and_then(|post| g.convolution(post));
    let (post, x) = post.ok_or_else(|| not("does not end in a convolution and tanh"))?;
    if post.groups != 1 || post.outputs != 1 {
        return Err(not("makes more than one channel of sound"));
    }
    let (last_slope, mut x) =
        g.leaky(x).ok_or_else(|| not("has no leaky ReLU before its last convolution"))?;
    let mut channels = post.inputs;
    let mut stages = Vec::new();
    loop {
        if let Some((first, condition, latent)) = beginning(g, x, speakers) {
            let condition_fits = condition.as_ref().is_none_or(|it| it.outputs == first.outputs);
            if stages.is_empty() || first.outputs != channels || !condition_fits {
                return Err(not("does not begin as its first stage needs"));
            }
            stages.reverse();
            let last = plain(&post);
            return Ok((DecoderWeights { first, condition, stages, last_slope, last }, latent));
        }
        let stage = stage(g, x, channels);
        let (stage, before) =
            stage.ok_or_else(|| not("has a stage that is no mean of residual blocks"))?;
        channels = stage.upsampling.inputs;
        x = before;
        stages.push(stage);
    }
}

fn plain(conv: &Convolution) -> Layer {
    Layer {
        weight: conv.weight.numbers(),
        bias: conv.bias.as_ref().map(Tensor::numbers),
        inputs: conv.inputs,
        outputs: conv.outputs,
        taps: conv.taps,
        dilation: conv.dilation,
        pad: conv.pad,
    }
}

/// The first convolution, with what the speaker adds to it.
fn beginning(g: &Graph, x: Value, speakers: &Speakers) -> Option<(Layer, Option<Layer>, Value)> {
    if let Some((first, latent)) = g.dense(x) {
        return Some((plain(&first), None, latent));
    }
    let mut pairs = g.pairs(x, "Add").into_iter();
    pairs.find_map(|[x, condition]| {
        let (first, latent) = g.dense(x)?;
        Some((plain(&first), Some(plain(&speakers.condition(g, condition)?)), latent))
    })
}

fn stage(g: &Graph, mean: Value, channels: usize) -> Option<(Stage, Value)> {
    let (share, mut sum) = g.scaled(mean)?;
    let count = (1.0 / share).round();
    if !(1.0..=MOST_BLOCKS).contains(&count) || !is_near(share, 1.0 / count) {
        return None;
    }
    let mut ends = Vec::new();
    for _ in 1..count as usize {
        let [before, end] = g.pair(sum, "Add")?;
        ends.push(end);
        sum = before;
    }
    ends.push(sum);
    ends.reverse();
    let mut slopes = HashSet::new();
    let mut block = |end: Value| block(g, end, channels, &mut slopes);
    let blocks: Option<Vec<_>> = ends.into_iter().map(&mut block).collect();
    let (blocks, inputs): (Vec<_>, Vec<_>) = blocks?.into_iter().unzip();
    let first = *inputs.first()?;
    let (upsampling, stride, x) = g.upsampling(first)?;
    let (slope, x) = g.leaky(x)?;
    let mut slopes = slopes.into_iter().map(f32::from_bits);
    let (Some(block_slope), None) = (slopes.next(), slopes.next()) else { return None };
    let fits = upsampling.outputs == channels
        && upsampling.bias.is_some()
        && inputs.iter().all(|input| *input == first);
    let stage = Stage { slope, upsampling, stride, blocks, block_slope, divisor: count };
    fits.then_some((stage, x))
}

const MOST_BLOCKS: f32 = 16.0;

/// The steps of a residual block, from its end to the upsampling; the slopes of its leaky ReLUs are
/// added to `slopes`.
fn block(
    g: &Graph,
    end: Value,
    channels: usize,
    slopes: &mut HashSet<u32>,
) -> Option<(Vec<ResidualStep>, Value)> {
    let mut x = g.peel(end);
    let mut steps = Vec::new();
    while let Some((step, input, own)) = step(g, x, channels) {
        steps.push(step);
        slopes.extend(own.into_iter().map(f32::to_bits));
        x = input;
    }
    steps.reverse();
    (!steps.is_empty()).then_some((steps, x))
}

/// One step, what it is of, and the slopes of its leaky ReLUs.
fn step(g: &Graph, x: Value, channels: usize) -> Option<(ResidualStep, Value, Vec<f32>)> {
    let inner = |value: Value| {
        let (conv, x) = g.dense(value)?;
        let (slope, x) = g.leaky(x)?;
        (conv.inputs == channels && conv.outputs == channels).then_some((plain(&conv), slope, x))
    };
    g.pairs(x, "Add").into_iter().find_map(|[branch, shortcut]| {
        let shortcut = g.peel(shortcut);
        let (last, slope, x) = inner(branch)?;
        if x == shortcut {
            return Some((ResidualStep { first: last, second: None }, x, vec![slope]));
        }
        let (first, first_slope, x) = inner(x)?;
        let step = ResidualStep { first, second: Some(last) };
        (x == shortcut).then_some((step, x, vec![first_slope, slope]))
    })
}
