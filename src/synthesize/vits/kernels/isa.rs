//! The instruction sets that have their own kernels, and which of them this machine has.

#![allow(unsafe_code)]

use std::fmt;
#[cfg(target_arch = "x86_64")]
use std::sync::OnceLock;

use super::lanes::Kernel;
#[cfg(target_arch = "aarch64")]
use super::neon;
use super::portable::{self, Portable};
use super::tile::Tiling;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// An instruction set. Only [`Isa::best`] and [`Isa::all`] choose one, and outside of this crate nobody else can: a
/// kernel must not run where its instructions are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// What every target has; multiplication and addition round apart.
    Portable,
    /// AVX2 with FMA: 8 lanes.
    #[cfg(target_arch = "x86_64")]
    #[non_exhaustive]
    Avx2,
    /// AVX-512 F, BW, DQ and VL: 16 lanes.
    #[cfg(target_arch = "x86_64")]
    #[non_exhaustive]
    Avx512,
    /// NEON: 4 lanes.
    #[cfg(target_arch = "aarch64")]
    #[non_exhaustive]
    Neon,
}

/// Numbers of 16 bits that products may be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// 11 bits of precision, by AVX512-FP16.
    Binary16,
    /// 8 bits of precision, by AVX512-BF16.
    Bfloat16,
}

impl Half {
    const ALL: [Self; 2] = [Self::Binary16, Self::Bfloat16];
}

/// As makers of processors call it.
impl fmt::Display for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Binary16 => "FP16",
            Self::Bfloat16 => "BF16",
        })
    }
}

/// As its makers call it.
impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "AVX-512",
            #[cfg(target_arch = "aarch64")]
            Self::Neon => "NEON",
        })
    }
}

impl Isa {
    /// The fastest that this machine has.
    pub fn best() -> Self {
        Self::all().pop().unwrap_or(Self::Portable)
    }

    /// Those that this machine has, slowest first.
    pub fn all() -> Vec<Self> {
        #[allow(unused_mut)]
        let mut all = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if avx2::is_here() {
                all.push(Self::Avx2);
            }
            if avx512::is_here() {
                all.push(Self::Avx512);
            }
        }
        #[cfg(target_arch = "aarch64")]
        all.push(Self::Neon);
        all
    }

    /// The half precision that is faster with it than single precision on this machine.
    pub fn half(self) -> Option<Half> {
        if self.has(Half::Binary16) {
            return Some(Half::Binary16);
        }
        #[cfg(target_arch = "x86_64")]
        if self.has(Half::Bfloat16) {
            static IS_FASTER: OnceLock<bool> = OnceLock::new();
            let is_faster = || avx512::half::is_faster(Half::Bfloat16);
            return IS_FASTER.get_or_init(is_faster).then_some(Half::Bfloat16);
        }
        None
    }

    /// Those that this machine has for it, faster or not.
    pub fn halves(self) -> Vec<Half> {
        Half::ALL.into_iter().filter(|&half| self.has(half)).collect()
    }

    /// Whether this machine has this half precision for it, faster or not.
    pub fn has(self, half: Half) -> bool {
        #[cfg(target_arch = "x86_64")]
        if self == Self::Avx512 {
            return avx512::half::is_here(half);
        }
        let _ = half;
        false
    }

    /// Runs `kernel` with this set's vectors.
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self {
            Self::Portable => kernel.run::<Portable>(),
            // SAFETY: a set is chosen only where it was found.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { avx2::run(kernel) },
            // SAFETY: a set is chosen only where it was found.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => unsafe { avx512::run(kernel) },
            #[cfg(target_arch = "aarch64")]
            Self::Neon => neon::run(kernel),
        }
    }

    /// How a convolution with so many output channels is cut into tiles.
    pub(super) fn tiling(self, outputs: usize) -> Tiling {
        match self {
            Self::Portable => portable::tiling(outputs),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::tiling(outputs),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::tiling(outputs),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => neon::tiling(outputs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_precision_is_chosen_among_those_that_are_here() {
        for isa in Isa::all() {
            let halves = isa.halves();
            assert!(isa.half().is_none_or(|half| halves.contains(&half)), "{isa:?}");
            assert!(isa == Isa::best() || halves.is_empty(), "{isa:?}");
        }
    }
}
