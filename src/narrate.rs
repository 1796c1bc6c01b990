//! The whole line, end to end: the one file that knows the order of the stages.

mod changes;
mod direction;
mod edited;
mod hear;
mod notes;
mod preview;
mod record;
mod speak;
mod trial;

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, RwLock};

use sha2::{Digest, Sha256};

pub use self::changes::{Change, ChangedText, changes};
pub use self::direction::Direction;
pub use self::hear::{Place, in_words};
pub use self::notes::{said_in, settled};
pub use self::preview::{ChangedSentence, Comparison, Preview, preview};
pub use self::record::{Following, Recording};
pub use self::speak::Said;

use crate::audio::{self, Arrangement, Bitrates, Cover, Format, Tags};
use crate::domain::article::{Article, Page};
use crate::domain::job::{Progress, Source, Urgency};
use crate::domain::lexicon::LexiconEntry;
use crate::domain::narration::{Cue, Narration, Phonemes};
use crate::domain::note::Note;
use crate::domain::pace::Pace;
use crate::domain::publication::Debut;
use crate::domain::script::Script;
use crate::domain::units::{SampleRate, Timestamp};
use crate::extract::{self, NoArticle, SiteRules};
use crate::fetch::{FetchError, Fetcher};
use crate::normalize;
use crate::phonemize;
use crate::store::{
    BlobId, BlobWriter, Clips, Files, Finished, Line, NewNarration, Store, StoreError, hex,
};
use crate::synthesize::{Computer, Engine, Mute, Pool, Unspoken, Voice};

/// Everything that turns a source into a narration, made once and shared.
#[derive(Debug)]
pub struct Narrator {
    pub fetcher: Fetcher,
    /// Where known sites keep the parts of their articles.
    pub site_rules: SiteRules,
    /// The voice that reads what is begun from now on.
    pub engine: RwLock<Engine>,
    /// The folder of voices, for articles that have a voice of their own.
    pub voices: PathBuf,
    /// Those that were loaded for such articles.
    pub others: Mutex<Vec<Engine>>,
    /// What computes the neural voices.
    pub computer: Computer,
    /// The threads that speak.
    pub pool: Pool,
    /// The newsroom's own readings, from its file. Those of the store come on top of them.
    pub readings: Vec<LexiconEntry>,
    /// What was spoken before, if it is kept.
    pub clips: Option<Clips>,
    pub sound: Sound,
    /// 1.0 is the voice's own pace.
    pub speed: f32,
    /// Longest article, in characters.
    pub text_chars_max: usize,
}

/// What an article is taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Material {
    Page(Page),
    /// Title and paragraphs, apart by blank lines.
    Text(String),
    /// What was taken from its page before.
    Article(Article),
}

/// An article ready to be spoken: what will be said, and how it sounds.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The voice that was the current one then: it reads all of it.
    pub engine: Engine,
    pub script: Script,
    /// One for each utterance of the script.
    pub phonemes: Vec<Phonemes>,
    /// How the clips are put together.
    pub arrangement: Arrangement,
    /// 1.0 is the voice's own pace.
    pub speed: f32,
}

/// Why there is no narration.
#[derive(Debug, thiserror::Error)]
pub enum NarrateError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    NoArticle(#[from] NoArticle),
    #[error("the article has {chars} characters; at most {max} are read")]
    TooLong { chars: usize, max: usize },
    #[error("there is nothing in the text that could be said")]
    Silent,
    #[error("the article is not known")]
    Unknown,
    #[error("the voice failed: {0}")]
    Voice(#[from] Unspoken),
    #[error("the sound cannot be written: {0}")]
    Write(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the work was stopped before it was finished")]
    Stopped,
    #[error("the narration ended unexpectedly")]
    Broken,
}

impl NarrateError {
    /// Stable, for programs and for the choice of the message that people see.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Fetch(error) => error.code(),
            Self::NoArticle(NoArticle::NotHtml) => "extract_not_html",
            Self::NoArticle(NoArticle::TooDeep { .. } | NoArticle::TooMany { .. }) => {
                "extract_too_complex"
            }
            Self::NoArticle(NoArticle::NotAnArticle) => "extract_not_article",
            Self::NoArticle(NoArticle::Empty) => "extract_empty",
            Self::TooLong { .. } => "article_too_long",
            Self::Voice(_) => "voice_failed",
            Self::Store(_) | Self::Write(_) => "store_failed",
            Self::Silent => "empty_text",
            Self::Unknown => "article_not_found",
            Self::Stopped => "interrupted",
            Self::Broken => "internal",
        }
    }

    /// Whether the site says that the article is gone for good (410).
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.is_gone())
    }

    /// Whether trying again a little later may help.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Fetch(error) => error.is_temporary(),
            Self::Store(_) | Self::Write(_) | Self::Stopped => true,
            Self::Voice(error) => error.is_temporary(),
            _ => false,
        }
    }
}

/// How far it is, and whether to go on.
pub type OnProgress<'a> = dyn FnMut(Progress) -> ControlFlow<()> + Send + 'a;

/// How much of the sound can be heard already.
pub type OnSound<'a> = dyn FnMut(Heard) + Send + 'a;

/// Who waits for a narration, and is told how far it is.
pub struct Audience<'a> {
    /// May grow while it is being made: somebody has pressed play.
    pub urgency: &'a (dyn Fn() -> Urgency + Sync),
    pub on_progress: &'a mut OnProgress<'a>,
    pub on_sound: &'a mut OnSound<'a>,
}

/// A narration's MP3 file while it is being made. What is there will not change any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub path: PathBuf,
    /// How much of it can be read.
    pub bytes: u64,
    /// Nothing will be added.
    pub is_complete: bool,
}

/// How a narration sounds and what is kept of it: the same for all articles.
#[derive(Clone, Debug, Default)]
pub struct Sound {
    pub arrangement: Arrangement,
    pub bitrates: Bitrates,
    /// The picture in the files.
    pub cover: Option<Cover>,
    /// Whether a WAV file is kept: 2.6 MB a minute.
    pub keeps_wav: bool,
}

impl Narrator {
    /// How fast articles are read unless editors say otherwise.
    pub fn pace(&self) -> Pace {
        Pace { speed: self.speed, pauses: self.sound.arrangement.pauses }
    }

    /// The voice that reads what is begun now.
    pub fn engine(&self) -> Engine {
        // Nothing that can panic runs under this lock, so it is never poisoned.
        self.engine.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets another voice, which is loaded, read what is begun from now on.
    pub fn read_by(&self, engine: Engine) {
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = engine;
    }

    /// Loads another voice, which shows that it can speak, and lets it read what is begun from now on.
    /// What is being read keeps its voice. Takes as long as loading does.
    pub fn read_with(&self, voice: Voice) -> Result<(), Mute> {
        self.read_by(Engine::load(voice, &self.computer)?);
        Ok(())
    }

    /// Source -> what the article is taken from. Waits for the network where it must. What is stored comes from
    /// whoever has the store.
    pub async fn material(&self, source: &Source) -> Result<Material, NarrateError> {
        Ok(match source {
            Source::Address(address) => Material::Page(self.fetcher.page(address).await?),
            Source::Html { url, html } => {
                Material::Page(Page { url: url.clone(), html: html.clone() })
            }
            Source::Text { title, paragraphs } => {
                // One line each, so that no line break inside one is taken for the end of it.
                let texts = std::iter::once(title).chain(paragraphs);
                let lines: Vec<String> = texts.map(|text| one_line(text)).collect();
                Material::Text(lines.join("\n\n"))
            }
            Source::Stored(_) => return Err(NarrateError::Unknown),
        })
    }

    /// Material -> Article. Keeps a core busy: seconds for a hostile page.
    pub fn article(&self, material: &Material) -> Result<(Article, Vec<Note>), NarrateError> {
        let (article, notes) = match material {
            Material::Page(page) => extract::article(page, &self.site_rules)?,
            Material::Text(text) => extract::plain_text(text)?,
            Material::Article(article) => (article.clone(), Vec::new()),
        };
        self.check_length(&article)?;
        Ok((article, notes))
    }

    /// Refuses a text that is longer than this installation reads.
    pub fn check_length(&self, article: &Article) -> Result<(), NarrateError> {
        let chars = article.parts().map(|(_, text)| text.chars().count()).sum();
        if chars > self.text_chars_max {
            return Err(NarrateError::TooLong { chars, max: self.text_chars_max });
        }
        Ok(())
    }

    /// Article -> Script and phonemes. Fast: no sound is made, unless the article has a voice of its own that was
    /// not used yet, which is loaded.
    pub fn prepare(
        &self,
        article: &Article,
        direction: &Direction,
    ) -> Result<Prepared, NarrateError> {
        let (mut script, phonemes) = self.script(article, direction);
        if !phonemes.iter().any(|phonemes| phonemes.0.contains(char::is_alphabetic)) {
            return Err(NarrateError::Silent);
        }
        let (engine, lacking) = self.engine_for(&direction.edition);
        script.notes.extend(lacking);
        let arrangement = self.arrangement(&direction.edition);
        let mut prepared = Prepared { engine, script, phonemes, arrangement, speed: self.speed };
        if let Some(pace) = &direction.pace {
            prepared.set_pace(pace);
        }
        Ok(prepared)
    }

    /// Article -> what would be said, and its sounds, one for each utterance; nothing may be left to say. Loads no
    /// voice.
    pub fn script(&self, article: &Article, direction: &Direction) -> (Script, Vec<Phonemes>) {
        let lexicon = self.lexicon(article, direction);
        let mut script = normalize::script(article, &lexicon);
        edited::edited(&direction.edition, article, &mut script);
        let mut phonemes = Vec::with_capacity(script.utterances.len());
        let mut guesses = Vec::with_capacity(script.utterances.len());
        for utterance in &script.utterances {
            let (sounds, guessed) = phonemize::phonemes(&utterance.spoken);
            phonemes.push(sounds);
            guesses.push(guessed);
        }
        let notes = std::mem::take(&mut script.notes);
        script.notes = settled(&script.utterances, guesses, notes);
        (script, phonemes)
    }

    /// What the finished files say about themselves.
    pub fn tags(&self, article: &Article, voice: &Voice) -> Tags {
        Tags {
            title: article.title.clone(),
            author: article.author.clone().unwrap_or_default(),
            paper: article.site.clone().unwrap_or_default(),
            date: article.published.map(Timestamp::date).unwrap_or_default(),
            voice: voice.label.clone(),
            voice_is_trained: !voice.is_embedded(),
            cover: self.sound.cover.clone(),
        }
    }

    /// Article -> what the store keeps. Slow, and waits for the disk.
    ///
    /// The Opus file is not whole by then: it takes longest, and a narration is heard without it.
    pub fn finished(
        &self,
        store: &Store,
        article: Article,
        mut notes: Vec<Note>,
        prepared: Prepared,
        content_key: String,
        audience: Audience<'_>,
    ) -> Result<(Finished, OpusToCome), NarrateError> {
        let Audience { urgency, on_progress, on_sound } = audience;
        let mp3 = store.blobs().begin()?;
        let path = mp3.path().to_owned();
        // The first is the one that listeners get while it is made.
        let mut files = vec![(Format::Mp3, mp3), (Format::Opus, store.blobs().begin()?)];
        if self.sound.keeps_wav {
            files.push((Format::Wav, store.blobs().begin()?));
        }
        let mut heard = |is_complete| {
            let bytes = fs::metadata(&path).map_or(0, |file| file.len());
            on_sound(Heard { path: path.clone(), bytes, is_complete });
        };
        let rate = audio::track_rate(prepared.engine.voice.rate);
        let tags = self.tags(&article, &prepared.engine.voice);
        let mut recording = Recording::begin(files, rate, self.sound.bitrates, &tags)?;
        let Said { narration, notes: doubts, anew } =
            self.speak(&prepared, urgency, on_progress, &mut |samples| {
                recording.add(samples)?;
                heard(false);
                Ok(())
            })?;
        let (mp3, mut following) = recording.end()?;
        heard(true);
        let wav = following.end(Format::Wav)?.map(BlobWriter::finish).transpose()?;
        let files = Files { mp3: mp3.finish()?, opus: None, wav };
        notes.extend(prepared.script.notes.iter().cloned().chain(doubts));
        let narration = NewNarration {
            content_key,
            voice: prepared.engine.voice.id.clone(),
            rate: narration.rate,
            length: narration.length,
            lines: lines(&prepared.script, &narration),
            notes,
            peaks: narration.peaks,
            files,
        };
        // Whether it is heard is not for the reading to say.
        let debut = Debut::default();
        Ok((Finished { article, narration, spoken: anew, debut }, OpusToCome(following)))
    }

    /// SHA-256 of everything that the stored narration depends on: same key, same sound and cues.
    pub fn content_key(&self, article: &Article, prepared: &Prepared) -> String {
        let tags = self.tags(article, &prepared.engine.voice);
        let mut key = Key::new();
        key.add(prepared.engine.voice.id.as_ref());
        key.add(prepared.engine.version());
        key.add(prepared.speed.to_string());
        key.add(audio::VERSION);
        self.sound.add_to(&prepared.arrangement, &mut key);
        for text in [&tags.title, &tags.author, &tags.paper, &tags.date] {
            key.add(text);
        }
        for (utterance, phonemes) in prepared.script.utterances.iter().zip(&prepared.phonemes) {
            key.add(format!("{:?} {:?} {:?}", utterance.part, utterance.span, utterance.pause));
            key.add(&utterance.written);
            key.add(&phonemes.0);
        }
        key.finish()
    }
}

/// The Opus file of a narration that can be heard already.
pub struct OpusToCome(Following<BlobWriter>);

impl OpusToCome {
    /// Waits for its end, and for the disk: seconds for an article that was in the cache.
    pub fn finish(mut self) -> Result<BlobId, NarrateError> {
        let file = self.0.end(Format::Opus)?.ok_or(NarrateError::Broken)?;
        Ok(file.finish()?)
    }
}

impl Prepared {
    /// Has it read at another pace.
    pub fn set_pace(&mut self, pace: &Pace) {
        self.speed = pace.speed;
        self.arrangement.pauses = pace.pauses;
    }
}

impl Sound {
    /// Adds what is the same for all articles, and the arrangement of one.
    fn add_to(&self, arrangement: &Arrangement, key: &mut Key) {
        let Self { arrangement: _, bitrates, cover, keeps_wav } = self;
        key.add(format!("{:?} {bitrates:?} {keeps_wav}", arrangement.pauses));
        for jingle in [&arrangement.intro, &arrangement.outro] {
            let sound = jingle.iter().flat_map(|clip| clip.pcm16().flat_map(i16::to_le_bytes));
            key.add(sound.collect::<Vec<u8>>());
        }
        key.add(cover.as_ref().map_or(&[][..], |cover| &cover.bytes));
    }
}

/// A name for content: the SHA-256 of its fields.
pub(crate) struct Key(Sha256);

impl Key {
    pub fn new() -> Self {
        Self(Sha256::new())
    }

    pub fn add(&mut self, field: impl AsRef<[u8]>) {
        let field = field.as_ref();
        // Lengths keep "ab" + "c" apart from "a" + "bc".
        self.0.update((field.len() as u64).to_le_bytes());
        self.0.update(field);
    }

    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// The narration's words with their times (WebVTT).
pub fn transcript(rate: SampleRate, lines: &[Line]) -> String {
    let cue = |(utterance, line): (usize, &Line)| {
        let cue = Cue { utterance, start: line.start, end: line.end };
        (cue, line.written.trim().to_owned())
    };
    let cues: Vec<(Cue, String)> = lines.iter().enumerate().map(cue).collect();
    audio::webvtt(rate, cues.iter().map(|(cue, text)| (*cue, text.as_str())))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is said when: the narration's cues with the script's words.
pub fn lines(script: &Script, narration: &Narration) -> Vec<Line> {
    let line = |cue: &Cue| {
        let utterance = script.utterances.get(cue.utterance)?;
        Some(Line {
            part: utterance.part,
            span: utterance.span,
            written: utterance.written.clone(),
            spoken: utterance.spoken.clone(),
            start: cue.start,
            end: cue.end,
        })
    };
    narration.cues.iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_voice_reads_what_is_begun_later_if_it_can_speak() {
        let limits = crate::fetch::Limits {
            page_bytes_max: 1,
            redirects_max: 0,
            connect: std::time::Duration::ZERO,
            total: std::time::Duration::ZERO,
            host_gap: std::time::Duration::ZERO,
            sites: Vec::new(),
            allow_private: Vec::new(),
        };
        let narrator = Narrator {
            fetcher: Fetcher::new(&limits).unwrap(),
            site_rules: SiteRules::default(),
            engine: RwLock::new(Engine::embedded()),
            voices: PathBuf::new(),
            others: Mutex::default(),
            computer: Computer::choose(crate::synthesize::Precision::Single, None),
            pool: Pool::new(1),
            readings: Vec::new(),
            clips: None,
            sound: Sound::default(),
            speed: 1.0,
            text_chars_max: 100,
        };
        let (article, _) = extract::plain_text("Chào\n\nChào bạn.").unwrap();
        let before = narrator.prepare(&article, &Direction::default()).unwrap();
        let other = Voice { id: "lan".parse().unwrap(), ..Voice::embedded() };
        narrator.read_with(other.clone()).unwrap();
        let after = narrator.prepare(&article, &Direction::default()).unwrap();
        assert_eq!((&before.engine.voice, &after.engine.voice), (&Voice::embedded(), &other));
        let key = |prepared| narrator.content_key(&article, prepared);
        assert_ne!(key(&before), key(&after));

        let kind = crate::synthesize::VoiceKind::Piper {
            model: "/no/such/model".into(),
            config: "/no/such/config".into(),
            speaker: None,
        };
        narrator.read_with(Voice { kind, ..Voice::embedded() }).unwrap_err();
        assert_eq!(narrator.engine().voice, other);
    }
}
