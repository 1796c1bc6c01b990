//! Who speaks: what the parts of a voice add for a speaker's embedding.

use super::weights::{Convolution, Tensor};

/// The embeddings of all speakers.
#[derive(Debug)]
pub struct Speakers {
    /// `[speakers][width]`.
    table: Vec<f32>,
    width: usize,
}

impl Speakers {
    pub fn of(table: &Tensor) -> Self {
        Self { table: table.numbers(), width: table.dims[1].max(1) }
    }

    pub fn embedding(&self, speaker: usize) -> Option<&[f32]> {
        self.table.chunks_exact(self.width).nth(speaker)
    }
}

/// From an embedding to the numbers that are added to every frame.
#[derive(Debug)]
pub struct Condition {
    /// `[outputs][width]`.
    weight: Vec<f32>,
    /// `[outputs]`.
    bias: Vec<f32>,
    width: usize,
}

impl Condition {
    pub fn of(conv: &Convolution) -> Self {
        let bias = conv.bias.as_ref().map_or_else(|| vec![0.0; conv.outputs], Tensor::numbers);
        Self { weight: conv.weight.numbers(), bias, width: conv.inputs }
    }

    pub fn apply(&self, embedding: &[f32]) -> Vec<f32> {
        let rows = self.weight.chunks_exact(self.width).zip(&self.bias);
        rows.map(|(row, bias)| dot(row, embedding) + bias).collect()
    }
}

/// Eight sums at once, so that they can be one vector.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a_eights, a_rest) = a.as_chunks::<8>();
    let (b_eights, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a_eights.iter().zip(b_eights) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_a_product_and_a_bias() {
        let weight: Vec<f32> = (0..22).map(|x| x as f32).collect();
        let condition = Condition { weight, bias: vec![0.5, -1.0], width: 11 };
        let embedding: Vec<f32> = (0..11).map(|x| (x % 3) as f32).collect();
        let sum =
            |from: usize| -> f32 { (0..11).map(|i| (from + i) as f32 * (i % 3) as f32).sum() };
        assert_eq!(condition.apply(&embedding), [sum(0) + 0.5, sum(11) - 1.0]);
    }

    #[test]
    fn there_is_no_speaker_behind_the_last() {
        let speakers = Speakers { table: vec![1.0, 2.0, 3.0, 4.0], width: 2 };
        assert_eq!(speakers.embedding(1), Some(&[3.0, 4.0][..]));
        assert_eq!(speakers.embedding(2), None);
    }
}
