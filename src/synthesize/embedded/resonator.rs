//! Second-order filters: the resonances and antiresonances of the vocal tract.
//!
//! The recurrences are those of Klatt (1980), "Software for a cascade/parallel formant
//! synthesizer", *JASA* 67: `y[n] = a x[n] + b y[n-1] + c y[n-2]`.

use std::f64::consts::PI;

/// The two feedback coefficients of a pole pair.
fn poles(hz: f64, width_hz: f64, rate: f64) -> (f64, f64) {
    // A centre beyond the Nyquist frequency would fold back; hold it just below.
    let hz = hz.clamp(1.0, 0.49 * rate);
    let radius = (-PI * width_hz / rate).exp();
    (2.0 * radius * (2.0 * PI * hz / rate).cos(), -radius * radius)
}

/// A formant in cascade: gain 1 at 0 Hz, a peak at its centre.
#[derive(Clone, Debug, Default)]
pub struct Resonator {
    a: f64,
    b: f64,
    c: f64,
    y1: f64,
    y2: f64,
}

impl Resonator {
    pub fn tune(&mut self, hz: f64, width_hz: f64, rate: f64) {
        (self.b, self.c) = poles(hz, width_hz, rate);
        self.a = 1.0 - self.b - self.c;
    }

    pub fn next(&mut self, x: f64) -> f64 {
        let y = self.a * x + self.b * self.y1 + self.c * self.y2;
        (self.y2, self.y1) = (self.y1, y);
        y
    }
}

/// An antiformant in cascade: gain 1 at 0 Hz, a dip at its centre.
#[derive(Clone, Debug, Default)]
pub struct Antiresonator {
    a: f64,
    b: f64,
    c: f64,
    x1: f64,
    x2: f64,
}

impl Antiresonator {
    pub fn tune(&mut self, hz: f64, width_hz: f64, rate: f64) {
        let (b, c) = poles(hz, width_hz, rate);
        self.a = 1.0 / (1.0 - b - c);
        (self.b, self.c) = (-b * self.a, -c * self.a);
    }

    pub fn next(&mut self, x: f64) -> f64 {
        let y = self.a * x + self.b * self.x1 + self.c * self.x2;
        (self.x2, self.x1) = (self.x1, x);
        y
    }
}

/// A band of noise: gain 1 at its centre, none at 0 Hz and at half the sample rate.
#[derive(Clone, Debug, Default)]
pub struct Bandpass {
    a: f64,
    b: f64,
    c: f64,
    x1: f64,
    x2: f64,
    y1: f64,
    y2: f64,
}

impl Bandpass {
    pub fn tune(&mut self, hz: f64, width_hz: f64, rate: f64) {
        (self.b, self.c) = poles(hz, width_hz, rate);
        self.a = (1.0 + self.c) / 2.0;
    }

    pub fn next(&mut self, x: f64) -> f64 {
        let y = self.a * (x - self.x2) + self.b * self.y1 + self.c * self.y2;
        (self.x2, self.x1) = (self.x1, x);
        (self.y2, self.y1) = (self.y1, y);
        y
    }
}

/// A first-order low-pass that takes the edge off the voice (Klatt's spectral tilt).
#[derive(Clone, Debug, Default)]
pub struct Tilt {
    keep: f64,
    y: f64,
}

impl Tilt {
    /// `cutoff_hz` is where the slope of 6 dB an octave begins.
    pub fn tune(&mut self, cutoff_hz: f64, rate: f64) {
        self.keep = (-2.0 * PI * cutoff_hz / rate).exp();
    }

    pub fn next(&mut self, x: f64) -> f64 {
        self.y = (1.0 - self.keep) * x + self.keep * self.y;
        self.y
    }
}
