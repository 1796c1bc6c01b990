//! What the tract filters: the pulses of the vocal folds, and noise.
//!
//! Pulses follow the LF model (Fant, Liljencrants & Lin 1985) with all its shapes on the one
//! parameter Rd (Fant 1995): about 0.5 pressed, 1.1 modal for a female voice, 2 and more breathy.

use std::f64::consts::PI;

/// One glottal cycle in units of its period, the strongest negative flow derivative being -1.
#[derive(Clone, Debug)]
struct Pulse {
    /// Angular frequency of the open phase.
    omega: f64,
    /// Growth of the open phase.
    alpha: f64,
    start_gain: f64,
    /// When the folds hit each other.
    te: f64,
    /// Decay of the return phase.
    epsilon: f64,
    return_gain: f64,
    return_end: f64,
}

impl Pulse {
    fn shaped(rd: f64) -> Self {
        let rd = rd.clamp(0.35, 2.7);
        let ra = (4.8 * rd - 1.0) / 100.0;
        let rk = (22.4 + 11.8 * rd) / 100.0;
        let open = 0.5 + 1.2 * rk;
        let rg = rk * open / (4.0 * (0.11 * rd - ra * open));
        let tp = 1.0 / (2.0 * rg);
        let te = (tp * (1.0 + rk)).min(0.95);
        let omega = PI / tp;
        let closed = 1.0 - te;

        // epsilon * ta = 1 - exp(-epsilon * closed), by fixed-point iteration.
        let mut epsilon = 1.0 / ra;
        for _ in 0..8 {
            epsilon = (1.0 - (-epsilon * closed).exp()) / ra;
        }
        let return_end = (-epsilon * closed).exp();
        let return_gain = 1.0 / (epsilon * ra);
        let return_area = -return_gain * ((1.0 - return_end) / epsilon - closed * return_end);

        // alpha such that the flow is back at zero at the end of the cycle.
        let (sine, cosine) = (omega * te).sin_cos();
        let open_area = |alpha: f64| {
            let rising = alpha * sine - omega * cosine + omega * (-alpha * te).exp();
            -rising / (sine * (alpha * alpha + omega * omega))
        };
        let (mut low, mut high) = (-20.0, 120.0);
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if open_area(middle) + return_area > 0.0 { low = middle } else { high = middle }
        }
        let alpha = 0.5 * (low + high);
        let start_gain = -1.0 / ((alpha * te).exp() * sine);
        Self { omega, alpha, start_gain, te, epsilon, return_gain, return_end }
    }

    /// The derivative of the flow at `phase` of the cycle, 0 to 1.
    fn at(&self, phase: f64) -> f64 {
        if phase < self.te {
            self.start_gain * (self.alpha * phase).exp() * (self.omega * phase).sin()
        } else {
            let decay = (-self.epsilon * (phase - self.te)).exp();
            -self.return_gain * (decay - self.return_end)
        }
    }
}

/// How the vocal folds move now.
#[derive(Clone, Copy, Debug)]
pub struct Phonation {
    /// Hz.
    pub f0: f64,
    pub rd: f64,
    /// 0 regular to 1 creaking: slow, uneven pulses.
    pub creak: f64,
}

/// The vocal folds.
#[derive(Clone, Debug)]
pub struct Glottis {
    pulse: Pulse,
    phase: f64,
    /// Cycles a sample.
    step: f64,
    strength: f64,
    odd: bool,
    samples: u64,
    chance: Noise,
}

/// Klatt's flutter, per cent: slow, never quite repeating drift of the pitch (Klatt & Klatt 1990).
const FLUTTER: f64 = 14.0;
/// Cycle-to-cycle variation of a healthy voice, relative: period, strength.
const JITTER: f64 = 0.0055;
const SHIMMER: f64 = 0.03;

impl Glottis {
    pub fn new() -> Self {
        Self {
            pulse: Pulse::shaped(1.1),
            phase: 1.0,
            step: 0.0,
            strength: 1.0,
            odd: false,
            samples: 0,
            chance: Noise::new(0x9E37_79B9_7F4A_7C15),
        }
    }

    /// The next sample of the flow derivative and whether the glottis is open in it.
    pub fn next(&mut self, phonation: Phonation, rate: f64) -> (f64, bool) {
        self.samples += 1;
        if self.phase >= 1.0 {
            self.phase -= self.phase.floor();
            self.begin_cycle(phonation, rate);
        }
        let flow = self.strength * self.pulse.at(self.phase);
        let open = self.phase < self.pulse.te;
        self.phase += self.step;
        (flow, open)
    }

    fn begin_cycle(&mut self, phonation: Phonation, rate: f64) {
        let Phonation { f0, rd, creak } = phonation;
        let seconds = self.samples as f64 / rate;
        let wave = |hz: f64| (2.0 * PI * hz * seconds).sin();
        let flutter = FLUTTER / 50.0 * f0 / 100.0 * (wave(12.7) + wave(7.1) + wave(4.7));
        let uneven = self.chance.gauss() * (JITTER + 0.10 * creak);
        let f0 = (f0 + flutter) * (1.0 - 0.42 * creak) * (1.0 + uneven);
        self.step = f0.clamp(40.0, 600.0) / rate;
        self.odd = !self.odd;
        let limp = if self.odd { 0.45 * creak } else { 0.0 };
        self.strength = (1.0 + SHIMMER * self.chance.gauss()) * (1.0 - limp);
        self.pulse = Pulse::shaped(rd * (1.0 - 0.35 * creak));
    }
}

/// White noise from a seed: the same for the same clip, on every machine (xorshift64*).
#[derive(Clone, Debug)]
pub struct Noise {
    state: u64,
}

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self { state: seed | 1 }
    }

    /// Evenly spread over -1 to 1.
    fn uniform(&mut self) -> f64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let bits = self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11;
        bits as f64 / (1u64 << 52) as f64 - 1.0
    }

    /// Nearly normal, with a variance of 1: the sum of three uniform numbers.
    pub fn gauss(&mut self) -> f64 {
        self.uniform() + self.uniform() + self.uniform()
    }
}
