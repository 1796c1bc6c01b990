//! How fast articles are read, and how long the voice is silent in between.

use super::script::Pause;
use super::units::Millis;

/// How long the voice is silent after each kind of break.
///
/// The defaults are a newsreader's: up to the paragraph they are the "brief" (under 200 ms) and
/// "medium" (200 to 1000 ms) pauses that Campione and Véronis measured in read speech ("A
/// large-scale multilingual study of silent pause duration", Speech Prosody 2002); around the
/// title and the lead they are longer, because the listener has no layout to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses {
    pub clause: Millis,
    pub sentence: Millis,
    pub paragraph: Millis,
    pub heading: Millis,
    pub title: Millis,
    pub lead: Millis,
}

/// The pace of a reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// 1.0 is the voice's own; 1.2 is a fifth faster.
    pub speed: f32,
    pub pauses: Pauses,
}

impl Default for Pauses {
    fn default() -> Self {
        Self {
            clause: Millis(180),
            sentence: Millis(420),
            paragraph: Millis(750),
            heading: Millis(850),
            title: Millis(1100),
            lead: Millis(950),
        }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self { speed: 1.0, pauses: Pauses::default() }
    }
}

impl Pauses {
    /// No break is longer, whatever is configured: listeners take more for the end.
    pub const LONGEST: Millis = Millis(10_000);

    /// The silence after a break of that kind.
    pub fn after(&self, pause: Pause) -> Millis {
        let length = match pause {
            Pause::Clause => self.clause,
            Pause::Sentence => self.sentence,
            Pause::Paragraph => self.paragraph,
            Pause::Heading => self.heading,
            Pause::Title => self.title,
            Pause::Lead => self.lead,
        };
        length.min(Self::LONGEST)
    }
}
