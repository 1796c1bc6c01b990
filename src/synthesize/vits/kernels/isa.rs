//! The instruction sets that have their own kernels, and which of them this machine has.

#![allow(unsafe_code)]

use super::lanes::Kernel;
use super::portable::Portable;
use super::tile::{self, Tiling};

/// An instruction set. Only [`Isa::best`] and [`Isa::all`] should choose one: a kernel must not run
/// where its instructions are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// What every target has; multiplication and addition round apart.
    Portable,
    #[cfg(target_arch = "x86_64")]
    /// AVX2 with FMA: 8 lanes.
    Avx2,
    #[cfg(target_arch = "x86_64")]
    /// AVX-512 F, BW, DQ and VL: 16 lanes.
    Avx512,
    #[cfg(target_arch = "aarch64")]
    /// NEON: 4 lanes.
    Neon,
}

impl Isa {
    /// The fastest that this machine has.
    pub fn best() -> Self {
        Self::all().pop().unwrap_or(Self::Portable)
    }

    /// Those that this machine has, slowest first.
    pub fn all() -> Vec<Self> {
        vec![Self::Portable]
    }

    /// Runs `kernel` with this set's vectors.
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self {
            Self::Portable => kernel.run::<Portable>(),
            #[allow(unreachable_patterns)]
            _ => kernel.run::<Portable>(),
        }
    }

    /// How a convolution with so many output channels is cut into tiles.
    pub(super) fn tiling(self, _outputs: usize) -> Tiling {
        Tiling { panel: tile::PANEL, frames: 16, compute: tile::compute::<Portable, 2> }
    }
}
