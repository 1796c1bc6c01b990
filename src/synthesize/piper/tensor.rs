//! The values that pass between a model and us, whatever runtime computes them.

/// The element types that Piper's graphs pass on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    F32,
    I64,
    Bool,
}

/// A dense tensor in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub data: Data,
}

/// The elements of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    F32(Vec<f32>),
    I64(Vec<i64>),
    Bool(Vec<bool>),
}

impl Tensor {
    pub fn f32(shape: &[usize], data: Vec<f32>) -> Self {
        Self { shape: shape.to_vec(), data: Data::F32(data) }
    }

    pub fn i64(shape: &[usize], data: Vec<i64>) -> Self {
        Self { shape: shape.to_vec(), data: Data::I64(data) }
    }

    pub fn as_f32(&self) -> Option<&[f32]> {
        match &self.data {
            Data::F32(data) => Some(data),
            Data::I64(_) | Data::Bool(_) => None,
        }
    }

    /// The last dimension of a batch of one with channels: the time axis, in frames.
    pub fn frames(&self) -> Option<usize> {
        match self.shape[..] {
            [1, _, frames] => Some(frames),
            _ => None,
        }
    }

    /// The same numbers as `[1, channels, frames]`, if the last dimension is `frames`: Piper gives its
    /// sound with one dimension more.
    pub fn with_frames(mut self, frames: usize) -> Option<Self> {
        let count = self.as_f32()?.len();
        if frames == 0 || self.shape.last() != Some(&frames) {
            return None;
        }
        self.shape = vec![1, count / frames, frames];
        Some(self)
    }

    /// The frames `range` of all channels of a `[1, channels, frames]` tensor of floats.
    pub fn window(&self, range: std::ops::Range<usize>) -> Option<Self> {
        let (data, frames) = (self.as_f32()?, self.frames()?);
        let channels = *self.shape.get(1)?;
        let mut cut = Vec::with_capacity(channels * range.len());
        for channel in data.chunks_exact(frames) {
            cut.extend_from_slice(channel.get(range.clone())?);
        }
        Some(Self::f32(&[1, channels, range.len()], cut))
    }

    /// Puts a `[1, channels, frames]` tensor of floats into a longer one, from the frame `start` on;
    /// answers whether it fits.
    pub fn put(&mut self, part: &Self, start: usize) -> bool {
        let (Some(frames), Some(length), Some(part_data)) =
            (self.frames(), part.frames(), part.as_f32())
        else {
            return false;
        };
        let fits = start + length <= frames && length > 0 && self.shape.get(1) == part.shape.get(1);
        let Data::F32(data) = &mut self.data else { return false };
        if fits {
            for (channel, part) in data.chunks_exact_mut(frames).zip(part_data.chunks_exact(length))
            {
                channel[start..start + length].copy_from_slice(part);
            }
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_cut_out_of_every_channel() {
        let tensor = Tensor::f32(&[1, 2, 4], (0..8).map(|n| n as f32).collect());
        let window = tensor.window(1..3).unwrap();
        assert_eq!(window, Tensor::f32(&[1, 2, 2], vec![1.0, 2.0, 5.0, 6.0]));
        assert_eq!(tensor.window(3..5), None);
    }

    #[test]
    fn a_window_is_put_into_every_channel() {
        let mut tensor = Tensor::f32(&[1, 2, 3], vec![0.0; 6]);
        let part = Tensor::f32(&[1, 2, 2], vec![1.0, 2.0, 3.0, 4.0]);
        assert!(tensor.put(&part, 1));
        assert_eq!(tensor, Tensor::f32(&[1, 2, 3], vec![0.0, 1.0, 2.0, 0.0, 3.0, 4.0]));
        assert!(!tensor.put(&part, 2));
    }
}
