//! The arithmetic of the engine: signals, convolutions, matrix products and vector functions, each for
//! every instruction set, chosen when the program runs.
//!
//! Every sample is added up in one fixed order, whatever part of the time axis is computed at once: a
//! signal computed in windows, or by several threads, is equal bit for bit to the same signal computed
//! whole. (Two instruction sets do differ in the last bits: some fuse multiplication and addition.)

mod activation;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod conv;
mod depthwise;
mod isa;
mod lanes;
#[cfg(target_arch = "aarch64")]
mod neon;
mod normalization;
mod peak;
mod portable;
mod product;
mod signal;
mod tile;
mod upsampling;

pub use self::activation::{add_gelu, exp, gate, gelu, leaky_relu, tanh};
pub use self::conv::{Conv1d, ConvWeights, Epilogue, Place, Run};
pub use self::depthwise::Depthwise;
pub use self::isa::{Half, Isa};
pub use self::normalization::{layer_norm, softmax_over_channels};
pub use self::peak::peak;
pub use self::product::{Left, Packed};
pub use self::signal::Signal;
pub use self::upsampling::{Upsampling, UpsamplingWeights};
