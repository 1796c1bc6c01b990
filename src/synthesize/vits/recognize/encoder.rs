//! Finds the text encoder (VITS, section 2.2.1): a transformer with relative positions (Shaw et al. 2018).

use super::Unrecognized;
use super::graph::{Graph, Value};
use super::layers::{NEAR, is_near};
use super::placement;
use crate::synthesize::vits::weights::{Convolution, Encoder, EncoderLayer, Tensor};

/// An encoder, the value of its hidden text, and what is still to be tried out.
pub type Found<'a> = (Encoder<'a>, Value, Vec<placement::Attention>);

/// The encoder whose mean and log-spread `statistics` is.
pub fn encoder<'a>(g: &Graph<'a>, statistics: Value) -> Result<Found<'a>, Unrecognized> {
    let not = Unrecognized::of("the text encoder");
    let statistics = g.pointwise(statistics);
    let (statistics, text) = statistics.ok_or_else(|| not("does not end in a projection"))?;
    let hidden = statistics.inputs;
    let mut x = text;
    let (mut layers, mut attentions) = (Vec::new(), Vec::new());
    while g.made_by(x, "Add").is_some() || g.made_by(x, "LayerNormalization").is_some() {
        let (layer, attention, input) =
            layer(g, x, hidden).ok_or_else(|| not("has a layer of unknown structure"))?;
        layers.push(layer);
        attentions.push(attention);
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
    Ok((Encoder { embedding, embedding_scale, layers, statistics }, text, attentions))
}

fn embedding<'a>(g: &Graph<'a>, x: Value) -> Option<(Tensor<'a>, f32)> {
    let (scale, gathered) = g.scaled(x)?;
    let node = g.made_by(gathered, "Gather").filter(|node| node.int("axis").unwrap_or(0) == 0)?;
    let table = g.tensor(node.input(0)?).filter(|table| table.dims.len() == 2)?;
    (Some(g.peel(node.input(1)?)) == g.input("input")).then_some((table, scale))
}

/// `norm(x + attention(x))`, then `norm(x + convolutions(x))`.
fn layer<'a>(
    g: &Graph<'a>,
    end: Value,
    hidden: usize,
) -> Option<(EncoderLayer<'a>, placement::Attention, Value)> {
    let (second_norm, sum) = g.norm(end)?;
    let (narrowing, widening, middle) =
        g.pairs(sum, "Add").into_iter().find_map(|[shortcut, branch]| {
            let (narrowing, x) = g.dense(branch)?;
            let (widening, x) = g.dense(g.through(x, "Relu")?)?;
            (x == g.peel(shortcut)).then_some((narrowing, widening, x))
        })?;
    let (first_norm, sum) = g.norm(middle)?;
    let (out, heads, input) = g.pairs(sum, "Add").into_iter().find_map(|[input, branch]| {
        let (out, _) = g.pointwise(branch)?;
        let heads = g.made_by(branch, "Conv")?.input(0)?;
        Some((out, heads, g.peel(input)))
    })?;
    let attention = attention(g, heads, input)?;
    let square = |conv: &Convolution| conv.inputs == hidden && conv.outputs == hidden;
    let fits = [&attention.query, &attention.key, &attention.value, &out].into_iter().all(square)
        && first_norm.gamma.count() == hidden
        && second_norm.gamma.count() == hidden
        && [widening.inputs, narrowing.outputs] == [hidden; 2]
        && widening.outputs == narrowing.inputs
        && widening.pad.max(narrowing.pad) <= NEAR
        && hidden.is_multiple_of(attention.relative_keys.dims[2]);
    let Attention { query, key, value, relative_keys, relative_values, placement } = attention;
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
    fits.then_some((layer, placement, input))
}

struct Attention<'a> {
    query: Convolution<'a>,
    key: Convolution<'a>,
    value: Convolution<'a>,
    relative_keys: Tensor<'a>,
    relative_values: Tensor<'a>,
    placement: placement::Attention,
}

/// `softmax(q · k + q · relative keys) · (v + relative values)`, of `input`, as `heads`.
fn attention<'a>(g: &Graph<'a>, heads: Value, input: Value) -> Option<Attention<'a>> {
    // A projection of the input.
    let of_input = |value: Value| g.pointwise(value).filter(|(_, x)| *x == input);
    let attended = g.peel(heads);
    let (attended_factors, near_attended_factors) =
        g.pairs(attended, "Add").into_iter().find_map(|[far, near]| {
            let [shares, value] = g.pair(far, "MatMul")?;
            let [near_shares, table] = g.pair(near, "MatMul")?;
            let fits = shifted(g, near_shares) == g.peel(shares) && of_input(value).is_some();
            fits.then_some(([shares, value], [near_shares, table]))
        })?;
    let shares = g.peel(attended_factors[0]);
    let node = g.made_by(shares, "Softmax").filter(|node| {
        // Over the last of four axes.
        matches!(node.int("axis"), None | Some(-1 | 3))
    })?;
    let scores = unmasked(g, node.input(0)?)?;
    let (far_factors, near_factors, scale, near_scores) =
        g.pairs(scores, "Add").into_iter().find_map(|[far, near]| {
            let [query, key] = g.pair(far, "MatMul")?;
            let [near_query, table] = g.pair(shifted(g, near), "MatMul")?;
            let (scale, own_query) = g.scaled(query)?;
            let fits = g.scaled(near_query)? == (scale, own_query)
                && of_input(own_query).is_some()
                && of_input(key).is_some();
            fits.then_some(([query, key], [near_query, table], scale, near))
        })?;
    let (relative_keys, relative_values) =
        (relative(g, near_factors[1])?, relative(g, near_attended_factors[1])?);
    let (_, query_value) = g.scaled(far_factors[0])?;
    let [_, count, width] = relative_keys.dims[..] else { return None };
    let (query, _) = of_input(query_value)?;
    let (key, _) = of_input(far_factors[1])?;
    let (value, _) = of_input(attended_factors[1])?;
    let placement = placement::Attention {
        query: query_value,
        key: g.peel(far_factors[1]),
        value: g.peel(attended_factors[1]),
        relative_keys: shifted(g, near_factors[1]),
        relative_values: shifted(g, near_attended_factors[1]),
        far_factors,
        near_factors,
        near_product: shifted(g, near_scores),
        near_scores,
        shares,
        attended_factors,
        near_attended_factors,
        attended,
        heads,
        hidden: query.outputs,
        width,
        window: count / 2,
    };
    let fits =
        relative_keys.dims == relative_values.dims && is_near(scale, 1.0 / (width as f32).sqrt());
    fits.then_some(Attention { query, key, value, relative_keys, relative_values, placement })
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
