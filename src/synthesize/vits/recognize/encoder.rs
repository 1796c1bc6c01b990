//! Finds the text encoder (VITS, section 2.2.1): a transformer with relative positions (Shaw et al. 2018).

use super::Unrecognized;
use super::graph::{Graph, Value};
use super::layers::{NEAR, is_near};
use crate::synthesize::vits::weights::{Convolution, Encoder, EncoderLayer, Tensor};

/// The encoder whose mean and log-spread `statistics` is, and the value of its hidden text.
pub fn encoder<'a>(g: &Graph<'a>, statistics: Value) -> Result<(Encoder<'a>, Value), Unrecognized> {
    let not = Unrecognized::of("the text encoder");
    let statistics = g.pointwise(statistics);
    let (statistics, text) = statistics.ok_or_else(|| not("does not end in a projection"))?;
    let hidden = statistics.inputs;
    let mut x = text;
    let mut layers = Vec::new();
    while g.made_by(x, "Add").is_some() || g.made_by(x, "LayerNormalization").is_some() {
        let (layer, input) =
            layer(g, x, hidden).ok_or_else(|| not("has a layer of unknown structure"))?;
        layers.push(layer);
        x = input;
    }
    layers.reverse();
    let (embedding, embedding_scale) =
        embedding(g, x).ok_or_else(|| not("does not begin with an embedding of the ids"))?;
    let is_sound = embedding.dims[1] == hidden
        && embedding.dims[0] > 0
        && is_near(embedding_scale, (hidden as f32).sqrt())
        && statistics.outputs.is_multiple_of(2)
        && !layers.is_empty();
    if !is_sound {
        return Err(not("has an embedding of another width than its layers"));
    }
    Ok((Encoder { embedding, embedding_scale, layers, statistics }, text))
}

fn embedding<'a>(g: &Graph<'a>, x: Value) -> Option<(Tensor<'a>, f32)> {
    let (scale, gathered) = g.scaled(x)?;
    let node = g.made_by(gathered, "Gather").filter(|node| node.int("axis").unwrap_or(0) == 0)?;
    let table = g.tensor(node.input(0)?).filter(|table| table.dims.len() == 2)?;
    (Some(g.peel(node.input(1)?)) == g.input("input")).then_some((table, scale))
}

/// `norm(x + attention(x))`, then `norm(x + convolutions(x))`.
fn layer<'a>(g: &Graph<'a>, end: Value, hidden: usize) -> Option<(EncoderLayer<'a>, Value)> {
    let (second_norm, sum) = g.norm(end)?;
    let (narrowing, widening, middle) =
        g.pairs(sum, "Add").into_iter().find_map(|[shortcut, branch]| {
            let (narrowing, x) = g.dense(branch)?;
            let (widening, x) = g.dense(g.through(x, "Relu")?)?;
            (x == g.peel(shortcut)).then_some((narrowing, widening, x))
        })?;
    let (first_norm, sum) = g.norm(middle)?;
    let (out, attended, input) = g.pairs(sum, "Add").into_iter().find_map(|[input, branch]| {
        let (out, attended) = g.pointwise(branch)?;
        Some((out, attended, g.peel(input)))
    })?;
    let attention = attention(g, attended, input)?;
    let square = |conv: &Convolution| conv.inputs == hidden && conv.outputs == hidden;
    let fits = [&attention.query, &attention.key, &attention.value, &out].into_iter().all(square)
        && first_norm.gamma.count() == hidden
        && second_norm.gamma.count() == hidden
        && [widening.inputs, narrowing.outputs] == [hidden; 2]
        && widening.outputs == narrowing.inputs
        && widening.pad.max(narrowing.pad) <= NEAR
        && hidden.is_multiple_of(attention.relative_keys.dims[2]);
    let Attention { query, key, value, relative_keys, relative_values } = attention;
    let layer = EncoderLayer {
        query,
        key,
        value,
        out,
        relative_keys,
        relative_values,
        first_norm,
        widening,
        narrowing,
        second_norm,
    };
    fits.then_some((layer, input))
}

struct Attention<'a> {
    query: Convolution<'a>,
    key: Convolution<'a>,
    value: Convolution<'a>,
    relative_keys: Tensor<'a>,
    relative_values: Tensor<'a>,
}

/// `softmax(q · k + q · relative keys) · (v + relative values)`, of `input`.
fn attention<'a>(g: &Graph<'a>, attended: Value, input: Value) -> Option<Attention<'a>> {
    // A projection of the input.
    let of_input = |value: Value| g.pointwise(value).filter(|(_, x)| *x == input);
    let (shares, value, relative_values) =
        g.pairs(attended, "Add").into_iter().find_map(|[far, near]| {
            let [shares, value] = g.pair(far, "MatMul")?;
            let [near_shares, table] = g.pair(near, "MatMul")?;
            let shares = g.peel(shares);
            let fits = shifted(g, near_shares) == shares;
            let (value, _) = of_input(value)?;
            fits.then_some((shares, value, relative(g, table)?))
        })?;
    let node = g.made_by(shares, "Softmax").filter(|node| {
        // Over the last of four axes.
        matches!(node.int("axis"), None | Some(-1 | 3))
    })?;
    let scores = unmasked(g, node.input(0)?)?;
    let (query, key, relative_keys, scale) =
        g.pairs(scores, "Add").into_iter().find_map(|[far, near]| {
            let [query, key] = g.pair(far, "MatMul")?;
            let [near_query, table] = g.pair(shifted(g, near), "MatMul")?;
            let (scale, query) = g.scaled(query)?;
            let (near_scale, near_query) = g.scaled(near_query)?;
            let fits = scale == near_scale && query == near_query;
            let (query, _) = of_input(query)?;
            let (key, _) = of_input(key)?;
            fits.then_some((query, key, relative(g, table)?, scale))
        })?;
    let width = *relative_keys.dims.get(2)?;
    let fits =
        relative_keys.dims == relative_values.dims && is_near(scale, 1.0 / (width as f32).sqrt());
    fits.then_some(Attention { query, key, value, relative_keys, relative_values })
}

/// Scores before those of what lies behind the text's end are made tiny.
fn unmasked(g: &Graph, scores: Value) -> Option<Value> {
    let Some(node) = g.made_by(scores, "Where") else { return Some(g.peel(scores)) };
    let mut pairs = g.pairs(node.input(0)?, "Equal").into_iter();
    let is_behind = pairs.any(|[mask, zero]| g.is_mask(mask) && g.number(zero) == Some(0.0));
    let is_tiny = g.number(node.input(1)?)? <= -1e4;
    (is_behind && is_tiny).then_some(g.peel(node.input(2)?))
}

/// What was padded and read with longer or shorter rows, so that places became distances or back.
fn shifted(g: &Graph, value: Value) -> Value {
    let mut value = g.peel(value);
    while let Some(node) = g.maker(value) {
        let pads_zeros = || node.input(2).is_none_or(|filling| g.number(filling) == Some(0.0));
        match (node.operator, node.input(0)) {
            ("Slice", Some(input)) => value = g.peel(input),
            ("Pad", Some(input)) if pads_zeros() => value = g.peel(input),
            _ => break,
        }
    }
    value
}

/// The vectors of the near distances, `[1][2 * window + 1][width]`, that a value is padded from.
fn relative<'a>(g: &Graph<'a>, value: Value) -> Option<Tensor<'a>> {
    let table = g.tensor(shifted(g, value))?;
    let [1, count, width] = table.dims[..] else { return None };
    (count % 2 == 1 && width > 0).then_some(table)
}
