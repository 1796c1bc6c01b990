//! The monotonic rational-quadratic spline, solved for its argument (Durkan et al. 2019, section 3.1 and
//! equations 6 to 8), with linear tails.
//!
//! Operations are in the order in which a Piper graph has them: durations are rounded up from their
//! result, so that the last place may decide about a frame.

use super::recognize::{BINS, LEAST, TAIL};

/// The numbers that describe a spline: widths, heights, and slopes at the inner knots.
pub const NUMBERS: usize = 3 * BINS - 1;

/// The argument at which the spline has the value `y`. `root`: what widths and heights are divided by.
pub fn inverse(y: f32, numbers: &[f32; NUMBERS], root: f32) -> f32 {
    if !(-TAIL..=TAIL).contains(&y) {
        return y;
    }
    let (lefts, widths) = knots(&numbers[..BINS], root);
    let (bottoms, heights) = knots(&numbers[BINS..2 * BINS], root);
    // The end of the last bin belongs to it.
    let bin = bottoms[1..BINS].iter().filter(|bottom| y >= **bottom).count();
    let (left, width, bottom, height) = (lefts[bin], widths[bin], bottoms[bin], heights[bin]);
    let steepness = height / width;
    let (slope, next_slope) = (slope(numbers, bin), slope(numbers, bin + 1));
    let above = y - bottom;
    let above_bend = above * (slope + next_slope - steepness * 2.0);
    let a = above_bend + height * (steepness - slope);
    let b = height * slope - above_bend;
    let c = -steepness * above;
    let discriminant = b * b - a * 4.0 * c;
    let root = c * 2.0 / (-b - discriminant.sqrt());
    root * width + left
}

/// Sizes of bins, any numbers, to where the bins begin, and their sizes from -5 to 5.
fn knots(sizes: &[f32], root: f32) -> ([f32; BINS], [f32; BINS]) {
    let mut shares = [0.0; BINS];
    for (share, size) in shares.iter_mut().zip(sizes) {
        *share = size / root;
    }
    let most = shares.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    shares.iter_mut().for_each(|share| *share = (*share - most).exp());
    let sum: f32 = shares.iter().sum();
    let mut starts = [-TAIL; BINS];
    let mut reached = 0.0;
    for (share, start) in shares.iter().zip(&mut starts[1..]) {
        reached += share / sum * (1.0 - LEAST * BINS as f32) + LEAST;
        *start = reached * (2.0 * TAIL) - TAIL;
    }
    let sizes = std::array::from_fn(|bin| starts.get(bin + 1).unwrap_or(&TAIL) - starts[bin]);
    (starts, sizes)
}

/// The slope at a knot; 1 at both ends, where the tails begin.
fn slope(numbers: &[f32; NUMBERS], knot: usize) -> f32 {
    let number = match knot {
        0 | BINS => END,
        inner => numbers[2 * BINS + inner - 1],
    };
    // softplus
    number.max(0.0) + (-number.abs()).exp().ln_1p() + LEAST
}

/// What softplus makes a slope of 1 - [`LEAST`] of: ln(e^0.999 - 1).
const END: f32 = 0.539_742_4;

#[cfg(test)]
mod tests {
    use super::*;

    /// The spline itself (Durkan et al. 2019, equation 4), in double precision.
    fn forward(x: f64, numbers: &[f32; NUMBERS], root: f32) -> f64 {
        let (lefts, widths) = knots(&numbers[..BINS], root);
        let (bottoms, heights) = knots(&numbers[BINS..2 * BINS], root);
        let bin = lefts[1..].iter().filter(|left| x >= f64::from(**left)).count();
        let [left, width, bottom, height] =
            [lefts, widths, bottoms, heights].map(|all| f64::from(all[bin]));
        let (first, last) = (f64::from(slope(numbers, bin)), f64::from(slope(numbers, bin + 1)));
        let steepness = height / width;
        let at = (x - left) / width;
        let rest = at * (1.0 - at);
        bottom
            + height * (steepness * at * at + first * rest)
                / (steepness + (last + first - 2.0 * steepness) * rest)
    }

    #[test]
    fn the_spline_of_the_inverse_is_the_value() {
        let numbers = std::array::from_fn(|i| ((i * 37 % 19) as f32 - 9.0) / 6.0);
        let mut before = f32::NEG_INFINITY;
        for i in -600..=600 {
            let y = i as f32 / 100.0;
            let x = inverse(y, &numbers, 1.5);
            assert!(x > before, "{y}");
            before = x;
            if y.abs() <= TAIL {
                assert!((forward(f64::from(x), &numbers, 1.5) - f64::from(y)).abs() < 2e-5, "{y}");
            } else {
                assert_eq!(x, y);
            }
        }
    }

    #[test]
    fn slopes_are_one_where_the_tails_begin() {
        assert!((slope(&[0.0; NUMBERS], 0) - 1.0).abs() < 1e-6);
        assert_eq!(slope(&[0.0; NUMBERS], 0), slope(&[0.0; NUMBERS], BINS));
    }
}
