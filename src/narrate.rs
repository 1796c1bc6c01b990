//! The whole line, end to end: the one file that knows the order of the stages.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::{PoisonError, RwLock};

use sha2::{Digest, Sha256};

use crate::audio::{self, EncodeError, Pauses, Tags};
use crate::domain::article::{Article, Page};
use crate::domain::job::{Progress, Source, Urgency};
use crate::domain::lexicon::LexiconEntry;
use crate::domain::narration::{Cue, Narration, Phonemes};
use crate::domain::note::{Note, NoteKind};
use crate::domain::script::{Script, Utterance};
use crate::domain::units::SampleRate;
use crate::extract::{self, NoArticle, SiteRules};
use crate::fetch::{FetchError, Fetcher};
use crate::normalize::{self, Lexicon};
use crate::phonemize::{self, Guess};
use crate::store::{Finished, Line, NewNarration, Store, StoreError, hex};
use crate::synthesize::{
    self, Computer, Doubt, Engine, Mute, Pool, Spoken, Ticket, Unspoken, Voice,
};

/// Everything that turns a source into a narration, made once and shared.
#[derive(Debug)]
pub struct Narrator {
    pub fetcher: Fetcher,
    /// Where known sites keep the parts of their articles.
    pub site_rules: SiteRules,
    /// The voice that reads what is begun from now on.
    pub engine: RwLock<Engine>,
    /// What computes the neural voices.
    pub computer: Computer,
    /// The threads that speak.
    pub pool: Pool,
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
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The voice that was the current one then: it reads all of it.
    pub engine: Engine,
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
    Voice(#[from] Unspoken),
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
            Self::Voice(error) => error.is_temporary(),
            _ => false,
        }
    }
}

/// How the words of a script that are not Vietnamese are said, told in its notes. Where a table
/// settles it there is no doubt and no note.
///
/// `guesses` holds what the phonemizer says of each utterance; the notes on foreign words stand in
/// reading order, as `normalize` gives them.
pub fn settled(utterances: &[Utterance], guesses: Vec<Vec<Guess>>, notes: Vec<Note>) -> Vec<Note> {
    let (foreign, mut settled): (Vec<Note>, Vec<Note>) =
        notes.into_iter().partition(|note| note.kind == NoteKind::ForeignWord);
    let mut foreign = foreign.into_iter().peekable();
    for (utterance, guesses) in utterances.iter().zip(guesses) {
        let mut open = vec![true; guesses.len()];
        while let Some(mut note) = foreign.next_if(|note| is_in(note, utterance)) {
            let word = word_of(&note, utterance).to_lowercase();
            let about = |index: &usize| is_about(&guesses[*index], &word);
            let first = (0..guesses.len()).filter(|index| open[*index]).find(about);
            // A phrase of several words was met with the first of them.
            let Some(first) = first.or_else(|| (0..guesses.len()).find(about)) else {
                settled.push(note);
                continue;
            };
            // `AstraZeneca` is said in two pieces.
            let pieces = (first..guesses.len()).take_while(about).take(PIECES_MAX);
            let pieces: Vec<usize> = pieces.collect();
            let whole = guesses[first].written.to_lowercase() == word;
            let pieces = if whole { &pieces[..1] } else { &pieces[..] };
            pieces.iter().for_each(|&index| open[index] = false);
            if pieces.iter().any(|&index| !guesses[index].settled) {
                let said: Vec<&str> = pieces.iter().map(|&i| guesses[i].said.as_str()).collect();
                note.message = message(word_of(&note, utterance), &said.join(" "));
                settled.push(note);
            }
        }
        let rest = guesses.iter().zip(open).filter(|(guess, open)| *open && !guess.settled);
        settled.extend(rest.map(|(guess, _)| {
            let message = message(&guess.written, &guess.said);
            Note::at(NoteKind::UnknownSyllable, utterance.part, utterance.span, message)
        }));
    }
    settled.sort_by_key(|note| note.place.map(|(part, span)| (part, span.start)));
    settled
}

/// Pieces into which one written word falls.
const PIECES_MAX: usize = 8;

/// Whether a guess is about a word in small letters: the word itself, a piece of it, or a phrase
/// with it.
fn is_about(guess: &Guess, word: &str) -> bool {
    let written = guess.written.to_lowercase();
    word.contains(&written) || written.split(' ').any(|part| part == word)
}

fn message(written: &str, said: &str) -> String {
    format!("{written:?} is not Vietnamese; it is said {said:?}")
}

fn is_in(note: &Note, utterance: &Utterance) -> bool {
    note.place.is_some_and(|(part, span)| {
        part == utterance.part
            && span.start >= utterance.span.start
            && span.end <= utterance.span.end
    })
}

/// The written word that a note is about.
fn word_of<'u>(note: &Note, utterance: &'u Utterance) -> &'u str {
    let start = utterance.span.start;
    let word = note.place.and_then(|(_, span)| {
        utterance.written.get(span.start.checked_sub(start)?..span.end.checked_sub(start)?)
    });
    word.unwrap_or_default()
}

/// What is odd about the sound of an utterance, for the editor.
fn doubtful(doubt: &Doubt, utterance: &Utterance) -> Note {
    let (kind, message) = match doubt {
        Doubt::UnknownPhonemes(phonemes) => {
            let phonemes: String = phonemes.iter().collect();
            (NoteKind::UnknownPhoneme, format!("the voice has no sound for {phonemes:?}"))
        }
        Doubt::OddLength { seconds, expected } => (
            NoteKind::OddLength,
            format!("it is said in {seconds:.1} s, where {expected:.1} s were expected"),
        ),
    };
    Note::at(kind, utterance.part, utterance.span, message)
}

/// How far it is, and whether to go on.
pub type OnProgress<'a> = dyn FnMut(Progress) -> ControlFlow<()> + Send + 'a;

/// Who waits for a narration, and is told how far it is.
pub struct Audience<'a> {
    pub urgency: Urgency,
    pub on_progress: &'a mut OnProgress<'a>,
}

impl Narrator {
    /// The voice that reads what is begun now.
    pub fn engine(&self) -> Engine {
        // Nothing that can panic runs under this lock, so it is never poisoned.
        self.engine.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Loads another voice, which shows that it can speak, and lets it read what is begun from now on.
    /// What is being read keeps its voice. Takes as long as loading does.
    pub fn read_with(&self, voice: Voice) -> Result<(), Mute> {
        let engine = Engine::load(voice, &self.computer)?;
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = engine;
        Ok(())
    }

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
        let mut guesses = Vec::with_capacity(script.utterances.len());
        for utterance in &script.utterances {
            let (sounds, guessed) = phonemize::phonemes(&utterance.spoken);
            phonemes.push(sounds);
            guesses.push(guessed);
        }
        let notes = std::mem::take(&mut script.notes);
        script.notes = settled(&script.utterances, guesses, notes);
        if !phonemes.iter().any(|phonemes| phonemes.0.contains(char::is_alphabetic)) {
            return Err(NarrateError::Silent);
        }
        Ok(Prepared { engine: self.engine(), script, phonemes })
    }

    /// Phonemes -> Narration, and what is odd about its sound. Slow: keeps the pool busy for as long as
    /// it takes.
    pub fn speak(
        &self,
        prepared: &Prepared,
        audience: Audience<'_>,
    ) -> Result<(Narration, Vec<Note>), NarrateError> {
        let Audience { urgency, on_progress } = audience;
        let count = u32::try_from(prepared.phonemes.len()).unwrap_or(u32::MAX);
        let mut progress = Progress { done: 0, total: Some(count) };
        let mut clips = Vec::with_capacity(prepared.phonemes.len());
        let mut notes = Vec::new();
        let mut unasked = prepared.phonemes.iter();
        let mut asked = VecDeque::new();
        for utterance in &prepared.script.utterances {
            if on_progress(progress).is_break() {
                return Err(NarrateError::Stopped);
            }
            // Enough to keep every thread busy while the oldest is waited for.
            while asked.len() <= self.pool.threads() {
                let Some(phonemes) = unasked.next() else { break };
                asked.push_back(self.ask(&prepared.engine, urgency, phonemes)?);
            }
            let Some(ticket) = asked.pop_front() else { break };
            let Spoken { clip, doubts } = ticket.wait()?;
            notes.extend(doubts.iter().map(|doubt| doubtful(doubt, utterance)));
            clips.push((clip, utterance.pause));
            progress.done += 1;
        }
        let _ = on_progress(progress);
        Ok((audio::narration(&clips, &Pauses::default()), notes))
    }

    /// One utterance, for the pool.
    fn ask(
        &self,
        engine: &Engine,
        urgency: Urgency,
        phonemes: &Phonemes,
    ) -> Result<Ticket, Unspoken> {
        let (engine, phonemes, length_scale) = (engine.clone(), phonemes.clone(), 1.0 / self.speed);
        let limit = synthesize::time_limit(&phonemes, length_scale);
        self.pool.ask(urgency, limit, move |stop| engine.clip(&phonemes, length_scale, stop))
    }

    /// What the finished files say about themselves.
    pub fn tags(&self, article: &Article, voice: &Voice) -> Tags {
        Tags {
            title: article.title.clone(),
            artist: article.site.clone().unwrap_or_default(),
            voice: voice.label.clone(),
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
        audience: Audience<'_>,
    ) -> Result<Finished, NarrateError> {
        let (narration, doubts) = self.speak(&prepared, audience)?;
        let mp3 = store
            .blobs()
            .put(&audio::mp3(&narration, &self.tags(&article, &prepared.engine.voice))?)?;
        let wav = store.blobs().put(&audio::wav(&narration))?;
        notes.extend(prepared.script.notes.iter().cloned().chain(doubts));
        let narration = NewNarration {
            content_key,
            voice: prepared.engine.voice.id.clone(),
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
        let tags = self.tags(article, &prepared.engine.voice);
        let mut hash = Sha256::new();
        let mut add = |field: &str| {
            // Lengths keep "ab" + "c" apart from "a" + "bc".
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field);
        };
        add(prepared.engine.voice.id.as_ref());
        add(&prepared.engine.voice.version);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::article::Part;

    fn notes(written: &str) -> Vec<String> {
        let (utterances, notes) =
            normalize::utterances(Part::Block(0), written, &Lexicon::default());
        let guesses = utterances.iter().map(|u| phonemize::phonemes(&u.spoken).1).collect();
        settled(&utterances, guesses, notes).into_iter().map(|note| note.message).collect()
    }

    #[test]
    fn a_note_says_how_a_foreign_name_is_said_unless_that_is_settled() {
        assert_eq!(notes("Ông Macron tới Real Madrid. Đội UNICEF mừng."), [""; 0]);
        let notes = notes("Hôm nay ông Brzylka đến. Hôm sau, ông Brzylka về.");
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes[0].starts_with("\"Brzylka\" is not Vietnamese; it is said \""), "{notes:?}");
        // One note a word, however often it comes and in however many pieces it is said.
        let notes = self::notes("Brzylka tăng, Brzylka giảm, BrzylkaPlus đứng.");
        assert_eq!(notes.len(), 3, "{notes:?}");
    }

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
            computer: Computer::choose(None),
            pool: Pool::new(1),
            readings: Vec::new(),
            speed: 1.0,
            text_chars_max: 100,
        };
        let (article, _) = extract::plain_text("Chào\n\nChào bạn.").unwrap();
        let before = narrator.prepare(&article, &[]).unwrap();
        let other = Voice { id: "lan".parse().unwrap(), ..Voice::embedded() };
        narrator.read_with(other.clone()).unwrap();
        let after = narrator.prepare(&article, &[]).unwrap();
        assert_eq!((&before.engine.voice, &after.engine.voice), (&Voice::embedded(), &other));
        let key = |prepared| narrator.content_key(&article, prepared);
        assert_ne!(key(&before), key(&after));

        let kind = synthesize::VoiceKind::Piper {
            model: "/no/such/model".into(),
            config: "/no/such/config".into(),
            speaker: None,
        };
        narrator.read_with(Voice { kind, ..Voice::embedded() }).unwrap_err();
        assert_eq!(narrator.engine().voice, other);
    }
}
