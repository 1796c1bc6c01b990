//! The decoder: latent frames to samples (HiFi-GAN, Kong et al. 2020).

mod weights;

pub use self::weights::{DecoderWeights, Layer, ResidualStep, Stage};
