//! Functions of single numbers: exponential, hyperbolic tangent, logistic, GELU; each within a few units
//! in the last place.

use super::isa::Isa;
use super::lanes::{Kernel, Lanes, map};
use super::tile::leaky;

/// eˣ of every number.
pub fn exp(isa: Isa, numbers: &mut [f32]) {
    isa.run(Exp(numbers));
}

/// tanh x of every number.
pub fn tanh(isa: Isa, numbers: &mut [f32]) {
    isa.run(Tanh(numbers));
}

/// The exact GELU, x Φ(x) = x/2 (1 + erf(x/√2)), of every number.
pub fn gelu(isa: Isa, numbers: &mut [f32]) {
    isa.run(Gelu(numbers));
}

/// Adds the GELU of every number to `to`; both of one length (the shorter counts).
pub fn add_gelu(isa: Isa, numbers: &[f32], to: &mut [f32]) {
    isa.run(AddGelu { numbers, to });
}

/// Every number below 0 times `slope` (from 0, which is ReLU, to 1).
pub fn leaky_relu(isa: Isa, numbers: &mut [f32], slope: f32) {
    isa.run(Leaky(numbers, slope));
}

/// tanh(a) · σ(b), WaveNet's gate; all three of one length (the shortest counts).
pub fn gate(isa: Isa, a: &[f32], b: &[f32], to: &mut [f32]) {
    isa.run(Gate { a, b, to });
}

struct Exp<'a>(&'a mut [f32]);
impl Kernel for Exp<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        map(self.0, exp_of::<V>);
    }
}

struct Tanh<'a>(&'a mut [f32]);
impl Kernel for Tanh<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        map(self.0, tanh_of::<V>);
    }
}

struct Gelu<'a>(&'a mut [f32]);
impl Kernel for Gelu<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        map(self.0, gelu_of::<V>);
    }
}

struct AddGelu<'a> {
    numbers: &'a [f32],
    to: &'a mut [f32],
}
impl Kernel for AddGelu<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        for (to, x) in self.to.chunks_mut(V::COUNT).zip(self.numbers.chunks(V::COUNT)) {
            V::load_some(to).add(gelu_of(V::load_some(x))).store_some(to);
        }
    }
}

struct Leaky<'a>(&'a mut [f32], f32);
impl Kernel for Leaky<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        map(self.0, |x: V| leaky(x, self.1));
    }
}

struct Gate<'a> {
    a: &'a [f32],
    b: &'a [f32],
    to: &'a mut [f32],
}
impl Kernel for Gate<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let sources = self.a.chunks(V::COUNT).zip(self.b.chunks(V::COUNT));
        for (to, (a, b)) in self.to.chunks_mut(V::COUNT).zip(sources) {
            let (a, b) = (V::load_some(a), V::load_some(b));
            tanh_of(a).mul(logistic_of(b)).store_some(to);
        }
    }
}

/// eˣ = 2ⁿ eʳ with |r| ≤ ln 2 / 2 (Cody and Waite), eʳ as a polynomial (Cephes).
#[inline(always)]
pub(super) fn exp_of<V: Lanes>(x: V) -> V {
    // Beyond, the result would no longer be a normal number.
    let x = x.max(V::splat(-87.3)).min(V::splat(88.3));
    let n = x.mul(V::splat(std::f32::consts::LOG2_E)).round();
    // ln 2 in two parts, the first one exact in few bits.
    let r = n.mul_add(V::splat(-0.693_359_4), x);
    let r = n.mul_add(V::splat(2.121_944_4e-4), r);
    let mut p = V::splat(1.987_569_1e-4);
    for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        p = p.mul_add(r, V::splat(c));
    }
    let p = p.mul_add(r.mul(r), r).add(V::splat(1.0));
    p.mul(n.power_of_two())
}

/// A rational function of degree 13 over 6 (Eigen's `ptanh`, which ONNX Runtime has too).
#[inline(always)]
pub(super) fn tanh_of<V: Lanes>(x: V) -> V {
    let x = x.max(V::splat(-9.0)).min(V::splat(9.0));
    let square = x.mul(x);
    let mut p = V::splat(-2.760_768_5e-16);
    for c in
        [2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_4e-5, 6.372_619_3e-4, 4.893_525e-3]
    {
        p = p.mul_add(square, V::splat(c));
    }
    let mut q = V::splat(1.198_258_4e-6);
    for c in [1.185_347e-4, 2.268_434_6e-3, 4.893_525e-3] {
        q = q.mul_add(square, V::splat(c));
    }
    x.mul(p).div(q).max(V::splat(-1.0)).min(V::splat(1.0))
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
pub(super) fn logistic_of<V: Lanes>(x: V) -> V {
    let one = V::splat(1.0);
    one.div(one.add(exp_of(V::splat(0.0).sub(x))))
}

/// 2ˣ for x from -126 to 127: 2ⁿ 2ʳ with |r| ≤ 1/2, 2ʳ as a polynomial that is 2e-9 off.
#[inline(always)]
pub(super) fn exp2_of<V: Lanes>(x: V) -> V {
    let n = x.round();
    let r = x.sub(n);
    let mut p = V::splat(1.535_336_2e-4);
    for c in
        [1.339_887_5e-3, 9.618_437e-3, 5.550_332_4e-2, 0.240_226_48, std::f32::consts::LN_2, 1.0]
    {
        p = p.mul_add(r, V::splat(c));
    }
    p.mul(n.power_of_two())
}

/// max(x, 0) - |x| erfc(|x|/√2) / 2. The logarithm of erfc is smooth, and a polynomial of |x| that weighs
/// an error by what it does to the result is 8e-9 |x| off at most, by itself.
#[inline(always)]
pub(super) fn gelu_of<V: Lanes>(x: V) -> V {
    let size = x.abs();
    // From there on erfc is nothing beside 1.
    let near = size.min(V::splat(9.0));
    let mut p = V::splat(-2.834_943e-6);
    for c in [
        3.937_769e-5,
        -1.861_802_4e-4,
        -1.369_363_6e-4,
        7.063_420_3e-3,
        -5.249_618e-2,
        -0.459_208_2,
        -1.151_105_2,
    ] {
        p = p.mul_add(near, V::splat(c));
    }
    let rest = exp2_of(p.mul(near));
    size.mul(V::splat(-0.5)).mul_add(rest, x.max(V::splat(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// erf by its Taylor series, which converges everywhere.
    fn erf(x: f64) -> f64 {
        if x.abs() > 5.0 {
            return x.signum();
        }
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * std::f64::consts::FRAC_2_SQRT_PI
    }

    fn agrees(run: impl Fn(Isa, &mut [f32]), exact: impl Fn(f64) -> f64, tolerance: f64) {
        let inputs: Vec<f32> =
            (-4003..4003).map(|i| (i as f32 / 400.0).powi(3) / 11.0 + 1e-4).collect();
        for isa in Isa::all() {
            let mut numbers = inputs.clone();
            run(isa, &mut numbers);
            for (&x, &y) in inputs.iter().zip(&numbers) {
                let want = exact(f64::from(x));
                let error = (f64::from(y) - want).abs();
                assert!(error <= tolerance * want.abs().max(1e-30), "{isa:?}: {x} {y} {want}");
            }
        }
    }

    #[test]
    fn exponentials_are_exact_to_the_last_places() {
        agrees(exp, |x| x.clamp(f64::from(-87.3_f32), f64::from(88.3_f32)).exp(), 3e-7);
    }

    #[test]
    fn tangents_are_exact_to_the_last_places() {
        agrees(tanh, f64::tanh, 5e-7);
    }

    #[test]
    fn gates_and_gelu_are_exact_to_the_last_places() {
        let square = |isa, x: &mut [f32]| {
            let (a, b) = (x.to_vec(), x.to_vec());
            gate(isa, &a, &b, x);
        };
        let exact = |x: f64| x.tanh() / (1.0 + (-x).exp());
        agrees(square, exact, 1e-6);
        for isa in Isa::all() {
            let inputs: Vec<f32> = (-500..500).map(|i| i as f32 / 80.0).collect();
            let mut numbers = inputs.clone();
            gelu(isa, &mut numbers);
            let mut sums = vec![1.0; inputs.len()];
            add_gelu(isa, &inputs, &mut sums);
            assert!(sums.iter().zip(&numbers).all(|(sum, x)| *sum == 1.0 + x), "{isa:?}");
            for (&x, &y) in inputs.iter().zip(&numbers) {
                let x = f64::from(x);
                let want = x / 2.0 * (1.0 + erf(x / 2.0_f64.sqrt()));
                assert!((f64::from(y) - want).abs() < 1.2e-7 * x.abs().max(0.01), "{isa:?} {x}");
            }
        }
    }
}
