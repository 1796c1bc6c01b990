//! A few sentences as they would be heard, for whoever chooses a voice or a pace.

use std::io::Cursor;
use std::ops::ControlFlow;

use super::{Direction, Material, NarrateError, Narrator};
use crate::audio::{self, Encoder, Format, Tags};
use crate::domain::job::Urgency;
use crate::domain::lexicon::LexiconEntry;
use crate::domain::pace::Pace;
use crate::synthesize::Engine;

impl Narrator {
    /// A short text as a WAV file: the first line as a title, each further one as a paragraph, without
    /// intro and outro. Nothing of it is kept but the clips. Slow: keeps the pool busy.
    pub fn trial(
        &self,
        text: &str,
        engine: Engine,
        pace: &Pace,
        readings: Vec<LexiconEntry>,
    ) -> Result<Vec<u8>, NarrateError> {
        let (article, _) = self.article(&Material::Text(text.to_owned()))?;
        let direction = Direction { readings, pace: Some(*pace), ..Direction::default() };
        let mut prepared = self.prepare(&article, &direction)?;
        prepared.engine = engine;
        (prepared.arrangement.intro, prepared.arrangement.outro) = (None, None);
        let rate = audio::track_rate(prepared.engine.voice.rate);
        let file = Cursor::new(Vec::new());
        let mut wav =
            Encoder::begin(Format::Wav, file, rate, self.sound.bitrates, &Tags::default())?;
        let go_on = &mut |_| ControlFlow::Continue(());
        self.speak(&prepared, &|| Urgency::Listener, go_on, &mut |samples| Ok(wav.add(&samples)?))?;
        Ok(wav.end()?.into_inner())
    }
}
