//! A vector of single-precision numbers, as all instruction sets have it.

/// Some numbers that one instruction works on at once.
///
/// A value of an implementing type may exist only where the instruction set was found: [`Kernel`]s get
/// their type from [`super::Isa::run`], which is the only place that names one.
pub trait Lanes: Copy {
    /// How many numbers.
    const COUNT: usize;

    fn splat(x: f32) -> Self;
    /// The first [`Self::COUNT`] numbers of `from`; panics where there are fewer.
    fn load(from: &[f32]) -> Self;
    /// Writes to the first [`Self::COUNT`] numbers of `to`; panics where there are fewer.
    fn store(self, to: &mut [f32]);
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn div(self, other: Self) -> Self;
    /// `self * by + plus`, rounded once where the set can.
    fn mul_add(self, by: Self, plus: Self) -> Self;
    fn min(self, other: Self) -> Self;
    fn max(self, other: Self) -> Self;
    fn abs(self) -> Self;
    fn sqrt(self) -> Self;
    /// To the nearest whole number; only for |x| < 2^22.
    fn round(self) -> Self;
    /// 2^self for whole numbers from -126 to 127.
    fn power_of_two(self) -> Self;

    /// The lanes of both in turns, `self`'s first: the first half of the row, and the second.
    fn zip(self, other: Self) -> (Self, Self);

    /// As many numbers as `from` has (fewer than [`Self::COUNT`] too); 0 in the other lanes.
    #[inline(always)]
    fn load_some(from: &[f32]) -> Self {
        if from.len() >= Self::COUNT {
            return Self::load(from);
        }
        let mut lanes = [0.0; MOST];
        lanes[..from.len()].copy_from_slice(from);
        Self::load(&lanes)
    }

    /// Writes as many lanes as `to` has room for.
    #[inline(always)]
    fn store_some(self, to: &mut [f32]) {
        if to.len() >= Self::COUNT {
            return self.store(to);
        }
        let mut lanes = [0.0; MOST];
        self.store(&mut lanes);
        let room = to.len();
        to.copy_from_slice(&lanes[..room]);
    }
}

/// The most lanes that a set has.
pub const MOST: usize = 16;

/// A computation for any vector type. `run` should be `#[inline(always)]`, so that it is compiled for the
/// instruction set that calls it.
pub trait Kernel {
    type Output;
    fn run<V: Lanes>(self) -> Self::Output;
}

/// Replaces every number by `f` of it.
#[inline(always)]
pub fn map<V: Lanes>(numbers: &mut [f32], f: impl Fn(V) -> V) {
    for chunk in numbers.chunks_mut(V::COUNT) {
        f(V::load_some(chunk)).store_some(chunk);
    }
}
