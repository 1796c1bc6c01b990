//! The waveform that the player draws.

use crate::domain::narration::Narration;

/// The peaks of `count` equal parts of a narration, in order: 0 is silence, 255 full scale.
///
/// With more parts than samples, neighbouring parts share one; without samples all are silent.
pub fn peaks(narration: &Narration, count: usize) -> Vec<u8> {
    let samples = &narration.samples;
    // In 128 bits, so that no length times no count overflows.
    let place = |part: usize| (part as u128 * samples.len() as u128 / count as u128) as usize;
    let part = |i: usize| {
        let (start, end) = (place(i), place(i + 1));
        &samples[start..end.max(start + 1).min(samples.len())]
    };
    (0..count).map(|i| peak(part(i))).collect()
}

fn peak(samples: &[f32]) -> u8 {
    let highest = samples.iter().fold(0.0_f32, |highest, sample| highest.max(sample.abs()));
    (highest.min(1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::units::SampleRate;

    fn of(samples: &[f32]) -> Narration {
        Narration { rate: SampleRate(22_050), samples: samples.to_vec(), cues: Vec::new() }
    }

    #[test]
    fn each_part_shows_its_highest_sample() {
        let narration = of(&[0.0, -0.5, 0.25, 0.1, -1.0, 0.3]);
        assert_eq!(peaks(&narration, 3), [128, 64, 255]);
        assert_eq!(peaks(&narration, 4), [0, 128, 26, 255]);
    }

    #[test]
    fn any_count_is_answered_in_full() {
        assert_eq!(peaks(&of(&[1.0, 0.0]), 4), [255, 255, 0, 0]);
        assert_eq!(peaks(&of(&[]), 3), [0, 0, 0]);
        assert!(peaks(&of(&[1.0]), 0).is_empty());
        assert_eq!(peaks(&of(&[2.0, f32::NAN]), 2), [255, 0]);
    }
}
