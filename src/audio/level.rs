//! Even loudness: each clip by itself at -16 LUFS, with no true peak above -3.2 dBTP (EBU R128, ITU-R
//! BS.1770).
//!
//! Every clip is brought to the same loudness, measured as it is heard: with the silence around it.
//! So the track has that loudness as well, whatever clips it is made of; a sentence that is read again
//! is as loud as the older ones around it; and nothing has to be known of the clips that come later,
//! so a listener can hear the first one while the last is spoken.

use std::collections::VecDeque;

use ebur128::{EbuR128, Mode};

use crate::domain::units::{Decibel, Lufs, Millis, SampleRate};

/// Integrated loudness: what podcast directories ask for, and loud enough for a telephone in the
/// street.
const TARGET: Lufs = Lufs(-16.0);

/// Highest true peak. EBU R128 allows -1 dBTP in what is heard; a lossy encoder adds some
/// (measured on 52 pages: Opus at 24 kbit/s up to 1.9, MP3 at 64 kbit/s up to 0.2).
const PEAK_MAX: Decibel = Decibel(-3.2);

/// How far the loudness may miss its target before another round of levelling.
const TOLERANCE_DB: f64 = 0.1;

/// No clip is amplified more: what is still quiet then is mostly noise.
const GAIN_MAX: Decibel = Decibel(30.0);

/// How much louder than plain gain the limiter is driven to make up for the peaks it took. A
/// signal that needs more is all peaks, and stays below the target rather than being squashed.
const DRIVE_DB_MAX: f64 = 6.0;

/// Of a decibel more at its input a limiter at work lets through about this much (measured on
/// synthetic and human speech: 0.5 to 0.7).
const DRIVE_YIELD: f64 = 0.6;

/// A ceiling that let peaks through is lowered by this much more, so that the next one holds.
const CEILING_MARGIN_DB: f64 = 0.02;

/// Rounds of limiting and measuring; speech needs two to four, plosives far above it ten.
const ROUNDS: usize = 12;

/// The limiter looks this far ahead and behind: longer than a period of any voice, so that it
/// turns down the passage and does not bend the wave.
const REACH: Millis = Millis(15);

/// The silence with which a clip is measured: the length of the standard's blocks, so that those that
/// begin or end in a pause count as they do in the track.
const BLOCK: Millis = Millis(400);

/// Brings a clip to the target loudness while its true peak stays within the limit.
///
/// Limiting takes loudness away and may leave a peak between two samples, so both are measured
/// and corrected until they hold. What is too quiet to measure keeps its level.
pub(super) fn level(clip: Vec<f32>, rate: SampleRate) -> Vec<f32> {
    let Some(loudness) = measure(&clip, rate, Mode::I).0 else {
        return within_peak(limited(&clip, 0.0, PEAK_MAX, rate), rate);
    };
    let plain_db = (TARGET.0 - loudness).min(GAIN_MAX.0);
    let mut gain_db = plain_db;
    let mut ceiling = PEAK_MAX;
    let mut levelled = limited(&clip, gain_db, ceiling, rate);
    for _ in 0..ROUNDS {
        let missing_db = TARGET.0 - measure(&levelled, rate, Mode::I).0.unwrap_or(TARGET.0);
        let wanted_db =
            (gain_db + missing_db / DRIVE_YIELD).min(plain_db + DRIVE_DB_MAX).min(GAIN_MAX.0);
        if missing_db.abs() > TOLERANCE_DB && wanted_db != gain_db {
            gain_db = wanted_db;
        } else {
            // Peaks cost more to measure, so only where the loudness is right.
            let over_db = measure(&levelled, rate, Mode::TRUE_PEAK).1.0 - PEAK_MAX.0;
            if over_db <= 0.0 {
                return levelled;
            }
            ceiling = Decibel(ceiling.0 - over_db - CEILING_MARGIN_DB);
        }
        levelled = limited(&clip, gain_db, ceiling, rate);
    }
    within_peak(levelled, rate)
}

/// Integrated loudness among silence, where there is enough sound to tell, and true peak, where asked
/// for.
fn measure(samples: &[f32], rate: SampleRate, mode: Mode) -> (Option<f64>, Decibel) {
    let nothing = (None, Decibel(f64::NEG_INFINITY));
    let Ok(mut meter) = EbuR128::new(1, rate.0, mode) else { return nothing };
    let silence = vec![0.0; BLOCK.samples(rate).0 as usize];
    for part in [&silence, samples, &silence] {
        if meter.add_frames_f32(part).is_err() {
            return nothing;
        }
    }
    let loudness = meter.loudness_global().ok().filter(|loudness| loudness.is_finite());
    let peak = meter.true_peak(0).unwrap_or(0.0);
    (loudness, Decibel::of_gain(peak))
}

/// Turns everything down by what the true peak is above the limit, and a hair more for rounding.
fn within_peak(mut samples: Vec<f32>, rate: SampleRate) -> Vec<f32> {
    let (_, peak) = measure(&samples, rate, Mode::TRUE_PEAK);
    if peak.0 > PEAK_MAX.0 {
        let gain = Decibel(PEAK_MAX.0 - peak.0 - 0.01).gain() as f32;
        samples.iter_mut().for_each(|sample| *sample *= gain);
    }
    samples
}

/// The samples amplified, and turned down smoothly around what would be above the ceiling.
///
/// Each sample's gain is an average, over the reach, of minima over the reach: every one of
/// those minima has seen the sample, so their average is never more than it needs.
fn limited(samples: &[f32], gain_db: f64, ceiling: Decibel, rate: SampleRate) -> Vec<f32> {
    let gain = Decibel(gain_db).gain() as f32;
    let ceiling = ceiling.gain() as f32;
    let mut louder: Vec<f32> = samples.iter().map(|sample| sample * gain).collect();
    if louder.iter().all(|sample| sample.abs() <= ceiling) {
        return louder;
    }
    let reach = REACH.samples(rate).0 as usize;
    let needed: Vec<f32> = louder.iter().map(|sample| (ceiling / sample.abs()).min(1.0)).collect();
    let smooth = averages(&averages(&minima(&needed, reach), reach / 2), reach / 2);
    for (sample, gain) in louder.iter_mut().zip(smooth) {
        *sample *= gain;
    }
    louder
}

/// The least value within `reach` places on either side of each.
fn minima(values: &[f32], reach: usize) -> Vec<f32> {
    // Places whose value may still be the least of some window to come, in rising order.
    let mut candidates: VecDeque<usize> = VecDeque::new();
    let mut least = Vec::with_capacity(values.len());
    let mut seen = 0;
    for place in 0..values.len() {
        while seen < values.len().min(place + reach + 1) {
            while candidates.back().is_some_and(|&last| values[last] >= values[seen]) {
                candidates.pop_back();
            }
            candidates.push_back(seen);
            seen += 1;
        }
        while candidates.front().is_some_and(|&first| first + reach < place) {
            candidates.pop_front();
        }
        least.push(candidates.front().map_or(1.0, |&first| values[first]));
    }
    least
}

/// The mean of the values within `reach` places on either side of each; beyond an end there is the
/// value at that end, which has seen every sample that is so near.
fn averages(values: &[f32], reach: usize) -> Vec<f32> {
    let (Some(&first), Some(&last)) = (values.first(), values.last()) else { return Vec::new() };
    let (first, last) = (f64::from(first), f64::from(last));
    let at = |place: usize| values.get(place).copied().map_or(last, f64::from);
    let width = (2 * reach + 1) as f64;
    let mut sum = reach as f64 * first + (0..=reach).map(at).sum::<f64>();
    let mut means = Vec::with_capacity(values.len());
    for place in 0..values.len() {
        means.push((sum / width) as f32);
        sum += at(place + reach + 1) - if place < reach { first } else { at(place - reach) };
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::signals::{Noise, RATE};

    #[test]
    fn no_sample_is_above_the_ceiling_wherever_it_stands() {
        let ceiling = Decibel(-6.0);
        for at in [0, 1, 7, 200, 1_000, 1_900, 1_998, 1_999] {
            let mut noise = Noise(at as u32);
            let mut samples: Vec<f32> = (0..2_000).map(|_| 0.1 * noise.next()).collect();
            samples[at] = 0.9;
            let made = limited(&samples, 3.0, ceiling, RATE);
            let highest = made.iter().fold(0.0_f32, |highest, sample| highest.max(sample.abs()));
            assert!(f64::from(highest) <= ceiling.gain() * (1.0 + 1e-6), "{highest} at {at}");
            assert!(made.len() == 2_000 && (made[at] - ceiling.gain() as f32).abs() < 0.01);
        }
        assert!(limited(&[], 3.0, ceiling, RATE).is_empty());
    }
}
