//! Finds HiFi-GAN's generator (Kong et al. 2020), from the sound backwards.

use super::graph::{Graph, Value};
use super::layers::is_near;
use super::{Speakers, Unrecognized};
use crate::synthesize::vits::weights::{Block, BlockLayer, Convolution, Decoder, Stage};

/// The decoder, and the latent that it makes sound of.
pub fn decoder<'a>(
    g: &Graph<'a>,
    speakers: &Speakers<'a>,
) -> Result<(Decoder<'a>, Value), Unrecognized> {
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
        if let Some((pre, speaker, latent)) = beginning(g, x, speakers) {
            let speaker_fits = speaker.as_ref().is_none_or(|it| it.outputs == pre.outputs);
            if stages.is_empty() || pre.outputs != channels || !speaker_fits {
                return Err(not("does not begin as its first stage needs"));
            }
            stages.reverse();
            return Ok((Decoder { pre, speaker, stages, last_slope, post }, latent));
        }
        let stage = stage(g, x, channels);
        let (stage, before) =
            stage.ok_or_else(|| not("has a stage that is no mean of residual blocks"))?;
        channels = stage.upsampling.inputs;
        x = before;
        stages.push(stage);
    }
}

/// The first convolution, with what the speaker adds to it.
fn beginning<'a>(
    g: &Graph<'a>,
    x: Value,
    speakers: &Speakers<'a>,
) -> Option<(Convolution<'a>, Option<Convolution<'a>>, Value)> {
    if let Some((pre, latent)) = g.dense(x) {
        return Some((pre, None, latent));
    }
    let mut pairs = g.pairs(x, "Add").into_iter();
    pairs.find_map(|[x, condition]| {
        let (pre, latent) = g.dense(x)?;
        Some((pre, Some(speakers.condition(g, condition)?), latent))
    })
}

fn stage<'a>(g: &Graph<'a>, mean: Value, channels: usize) -> Option<(Stage<'a>, Value)> {
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
    let blocks: Option<Vec<_>> = ends.into_iter().map(|end| block(g, end, channels)).collect();
    let (blocks, inputs): (Vec<_>, Vec<_>) = blocks?.into_iter().unzip();
    let first = *inputs.first()?;
    let (upsampling, x) = g.upsampling(first)?;
    let (slope, x) = g.leaky(x)?;
    let fits = upsampling.outputs == channels
        && upsampling.bias.is_some()
        && inputs.iter().all(|input| *input == first);
    fits.then_some((Stage { slope, upsampling, blocks }, x))
}

const MOST_BLOCKS: f32 = 16.0;

/// A residual block, from its end to the upsampling.
fn block<'a>(g: &Graph<'a>, end: Value, channels: usize) -> Option<(Block<'a>, Value)> {
    let mut x = g.peel(end);
    let mut layers = Vec::new();
    while let Some((layer, input)) = layer(g, x, channels) {
        layers.push(layer);
        x = input;
    }
    layers.reverse();
    (!layers.is_empty()).then_some((Block { layers }, x))
}

fn layer<'a>(g: &Graph<'a>, x: Value, channels: usize) -> Option<(BlockLayer<'a>, Value)> {
    let inner = |value: Value| {
        let (conv, x) = g.dense(value)?;
        let (slope, x) = g.leaky(x)?;
        (conv.inputs == channels && conv.outputs == channels).then_some((conv, slope, x))
    };
    g.pairs(x, "Add").into_iter().find_map(|[branch, shortcut]| {
        let shortcut = g.peel(shortcut);
        let (last, slope, x) = inner(branch)?;
        if x == shortcut {
            return Some((BlockLayer { slope, first: last, second: None }, x));
        }
        let (first, first_slope, x) = inner(x)?;
        let layer = BlockLayer { slope: first_slope, first, second: Some((slope, last)) };
        (x == shortcut).then_some((layer, x))
    })
}
