//! The whole line, end to end: the one file that knows the order of the stages.

use std::ops::ControlFlow;

use sha2::{Digest, Sha256};

use crate::audio::{self, EncodeError, Pauses, Tags};
use crate::domain::article::{Article, Page};
use crate::domain::job::{Progress, Source};
use crate::domain::lexicon::LexiconEntry;
use crate::domain::narration::{Cue, Narration, Phonemes};
use crate::domain::note::{Note, NoteKind};
use crate::domain::script::Script;
use crate::domain::units::SampleRate;
use crate::extract::{self, NoArticle, SiteRules};
use crate::fetch::{FetchError, Fetcher};
use crate::normalize::{self, Lexicon};
use crate::phonemize;
use crate::store::{Finished, Line, NewNarration, Store, StoreError, hex};
use crate::synthesize::{self, SynthesisError, Voice};

/// Everything that turns a source into a narration, made once and shared.
#[derive(Debug)]
pub struct Narrator {
    pub fetcher: Fetcher,
    /// Where known sites keep the parts of their articles.
    pub site_rules: SiteRules,
    pub voice: Voice,
    /// The newsroom's own readings, from its file. Those of the store come on top of them.
    pub readings: Vec<LexiconEntry>,
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
}

/// An article ready to be spoken: what will be said, and how it sounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    pub script: Script,
    /// One for each utterance of the script.
    pub phonemes: Vec<Phonemes>,
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
    #[error("the voice failed: {0}")]
    Voice(#[from] SynthesisError),
    #[error("the sound could not be encoded: {0}")]
    Encode(#[from] EncodeError),
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
            Self::Voice(_) | Self::Encode(_) => "voice_failed",
            Self::Store(_) => "store_failed",
            Self::Silent => "empty_text",
            Self::Stopped => "interrupted",
            Self::Broken => "internal",
        }
    }

    /// Whether trying again a little later may help.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Fetch(error) => error.is_temporary(),
            Self::Store(_) | Self::Stopped => true,
            _ => false,
        }
    }
}

/// How far it is, and whether to go on.
pub type OnProgress<'a> = dyn FnMut(Progress) -> ControlFlow<()> + Send + 'a;

impl Narrator {
    /// Source -> what the article is taken from. Waits for the network where it must.
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
        })
    }

    /// Material -> Article. Keeps a core busy: seconds for a hostile page.
    pub fn article(&self, material: &Material) -> Result<(Article, Vec<Note>), NarrateError> {
        let (article, notes) = match material {
            Material::Page(page) => extract::article(page, &self.site_rules)?,
            Material::Text(text) => extract::plain_text(text)?,
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

    /// Article -> Script and phonemes. Fast: no sound is made. `readings` win over those of the
    /// newsroom's file.
    pub fn prepare(
        &self,
        article: &Article,
        readings: &[LexiconEntry],
    ) -> Result<Prepared, NarrateError> {
        let readings = self.readings.iter().chain(readings);
        let lexicon = Lexicon::for_section(readings, article.section.as_deref());
        let mut script = normalize::script(article, &lexicon);
        let mut phonemes = Vec::with_capacity(script.utterances.len());
        for utterance in &script.utterances {
            let (sounds, guessed) = phonemize::phonemes(&utterance.spoken);
            script.notes.extend(guessed.into_iter().map(|word| {
                let message = format!("the sound of \"{word}\" was guessed");
                Note::at(NoteKind::UnknownSyllable, utterance.part, utterance.span, message)
            }));
            phonemes.push(sounds);
        }
        if !phonemes.iter().any(|phonemes| phonemes.0.contains(char::is_alphabetic)) {
            return Err(NarrateError::Silent);
        }
        Ok(Prepared { script, phonemes })
    }

    /// Phonemes -> Narration. Slow: keeps a core busy for as long as it takes.
    pub fn speak(
        &self,
        prepared: &Prepared,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<Narration, NarrateError> {
        let count = u32::try_from(prepared.phonemes.len()).unwrap_or(u32::MAX);
        let mut clips = Vec::with_capacity(prepared.phonemes.len());
        let mut progress = Progress { done: 0, total: Some(count) };
        for (utterance, phonemes) in prepared.script.utterances.iter().zip(&prepared.phonemes) {
            if on_progress(progress).is_break() {
                return Err(NarrateError::Stopped);
            }
            let clip = synthesize::clip(&self.voice, phonemes, 1.0 / self.speed)?;
            clips.push((clip, utterance.pause));
            progress.done += 1;
        }
        let _ = on_progress(progress);
        Ok(audio::narration(&clips, &Pauses::default()))
    }

    /// What the finished files say about themselves.
    pub fn tags(&self, article: &Article) -> Tags {
        Tags {
            title: article.title.clone(),
            artist: article.site.clone().unwrap_or_default(),
            voice: self.voice.label.clone(),
        }
    }

    /// Article -> what the store keeps. Slow, and waits for the disk.
    pub fn finished(
        &self,
        store: &Store,
        article: Article,
        mut notes: Vec<Note>,
        prepared: Prepared,
        content_key: String,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<Finished, NarrateError> {
        let narration = self.speak(&prepared, on_progress)?;
        let mp3 = store.blobs().put(&audio::mp3(&narration, &self.tags(&article))?)?;
        let wav = store.blobs().put(&audio::wav(&narration))?;
        notes.extend(prepared.script.notes.iter().cloned());
        let narration = NewNarration {
            content_key,
            voice: self.voice.id.clone(),
            rate: narration.rate,
            length: narration.length(),
            lines: lines(&prepared.script, &narration),
            notes,
            mp3,
            wav,
        };
        Ok(Finished { article, narration })
    }

    /// SHA-256 of everything that the stored narration depends on: same key, same sound and cues.
    pub fn content_key(&self, article: &Article, prepared: &Prepared) -> String {
        let tags = self.tags(article);
        let mut hash = Sha256::new();
        let mut add = |field: &str| {
            // Lengths keep "ab" + "c" apart from "a" + "bc".
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field);
        };
        add(self.voice.id.as_ref());
        add(&self.voice.version);
        add(&self.speed.to_string());
        add(&format!("{} {:?}", audio::VERSION, Pauses::default()));
        add(&tags.title);
        add(&tags.artist);
        for (utterance, phonemes) in prepared.script.utterances.iter().zip(&prepared.phonemes) {
            add(&format!("{:?} {:?} {:?}", utterance.part, utterance.span, utterance.pause));
            add(&utterance.written);
            add(&phonemes.0);
        }
        hex(&hash.finalize())
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
