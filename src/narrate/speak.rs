//! Phonemes -> clips -> track: each utterance once, and never a broken one.

use std::collections::VecDeque;

use super::{Key, NarrateError, Narrator, OnProgress, Prepared, notes};
use crate::audio::{self, Assembly};
use crate::domain::job::{Progress, Urgency};
use crate::domain::narration::{Clip, Narration, Phonemes, Spoken};
use crate::domain::note::{Note, NoteKind};
use crate::domain::script::Utterance;
use crate::domain::units::SampleRate;
use crate::synthesize::{self, Engine, SynthesisError, Ticket, Unspoken};

/// A voice that fails on its first sentences, so many of them, is broken: another one would have to
/// read the article, and that is not ours to decide.
const FAILURES_MAX: usize = 3;

/// Takes the track, piece by piece.
pub type OnTrack<'a> = dyn FnMut(Vec<f32>) -> Result<(), NarrateError> + 'a;

/// An utterance that was asked for.
enum Wish {
    /// It was spoken before.
    Kept(Spoken),
    Asked(Ticket),
}

/// An utterance as it is heard, and what an editor is told if it is not in the voice that was wanted.
struct Read {
    spoken: Spoken,
    failure: Option<(NoteKind, Unspoken)>,
}

/// How an utterance is spoken: by whom, at what rate of samples, and how fast.
#[derive(Clone, Copy)]
struct Manner<'a> {
    engine: &'a Engine,
    rate: SampleRate,
    speed: f32,
}

impl<'a> Manner<'a> {
    fn of(prepared: &'a Prepared) -> Self {
        let engine = &prepared.engine;
        Self { engine, rate: audio::track_rate(engine.voice.rate), speed: prepared.speed }
    }
}

/// What was spoken.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub narration: Narration,
    /// What is odd about its sound.
    pub notes: Vec<Note>,
    /// How many utterances a voice had to speak, since they were not in the cache.
    pub anew: u32,
}

impl Narrator {
    /// Phonemes -> Narration, and what is odd about its sound. The track goes to `on_track` as it is
    /// made. Slow: keeps the pool busy for as long as it takes.
    ///
    /// A sentence on which the voice fails twice is read by the embedded voice, and left out if that
    /// fails too; notes say so.
    pub fn speak(
        &self,
        prepared: &Prepared,
        urgency: &(dyn Fn() -> Urgency + Sync),
        on_progress: &mut OnProgress<'_>,
        on_track: &mut OnTrack<'_>,
    ) -> Result<Said, NarrateError> {
        let manner = Manner::of(prepared);
        let (mut assembly, opening) = Assembly::begin(manner.rate, &prepared.arrangement);
        on_track(opening)?;
        let count = u32::try_from(prepared.phonemes.len()).unwrap_or(u32::MAX);
        let mut progress = Progress { done: 0, total: Some(count) };
        let mut notes = Vec::new();
        let mut unasked = prepared.phonemes.iter();
        let mut asked = VecDeque::new();
        let (mut read, mut failed, mut anew) = (0, 0, 0);
        for (utterance, phonemes) in prepared.script.utterances.iter().zip(&prepared.phonemes) {
            if on_progress(progress).is_break() {
                return Err(NarrateError::Stopped);
            }
            // Enough to keep every thread busy while the oldest is waited for.
            while asked.len() <= self.pool.threads() {
                let Some(phonemes) = unasked.next() else { break };
                asked.push_back(self.wish(manner, urgency(), phonemes)?);
            }
            let Some(wish) = asked.pop_front() else { break };
            anew += u32::from(matches!(wish, Wish::Asked(_)));
            let Read { spoken, failure } = self.read(manner, urgency(), phonemes, wish)?;
            match failure {
                None => read += 1,
                Some((kind, error)) => {
                    failed += 1;
                    if failed >= FAILURES_MAX && read == 0 {
                        return Err(error.into());
                    }
                    notes.push(failure_note(kind, &error, utterance));
                }
            }
            notes.extend(spoken.doubts.iter().map(|doubt| notes::doubtful(doubt, utterance)));
            on_track(assembly.add(&spoken.clip, utterance.pause))?;
            progress.done += 1;
        }
        let _ = on_progress(progress);
        let (narration, ending) = assembly.end();
        if narration.cues.iter().all(|cue| cue.start == cue.end) {
            return Err(NarrateError::Silent);
        }
        on_track(ending)?;
        Ok(Said { narration, notes, anew })
    }

    /// How one utterance of what was prepared sounds, for somebody who waits for it: at the loudness of the
    /// others, without the silence around it.
    pub fn clip(&self, prepared: &Prepared, utterance: usize) -> Result<Clip, NarrateError> {
        let phonemes = prepared.phonemes.get(utterance).ok_or(NarrateError::Silent)?;
        let manner = Manner::of(prepared);
        let wish = self.wish(manner, Urgency::Listener, phonemes)?;
        let Read { spoken, failure } = self.read(manner, Urgency::Listener, phonemes, wish)?;
        match failure {
            Some((NoteKind::LeftOut, error)) => Err(error.into()),
            _ => Ok(spoken.clip),
        }
    }

    /// One utterance, out of the cache or for the pool.
    fn wish(
        &self,
        manner: Manner<'_>,
        urgency: Urgency,
        phonemes: &Phonemes,
    ) -> Result<Wish, Unspoken> {
        if !phonemes.0.contains(char::is_alphabetic) {
            return Ok(Wish::Kept(silent(manner.rate)));
        }
        let kept =
            self.clips.as_ref().and_then(|clips| clips.get(&self.clip_key(manner, phonemes)));
        Ok(match kept {
            Some(spoken) => Wish::Kept(spoken),
            None => Wish::Asked(self.ask(manner, urgency, phonemes)?),
        })
    }

    /// Waits for an utterance. Fails only when that is not the utterance's fault.
    fn read(
        &self,
        manner: Manner<'_>,
        urgency: Urgency,
        phonemes: &Phonemes,
        wish: Wish,
    ) -> Result<Read, Unspoken> {
        let ticket = match wish {
            Wish::Kept(spoken) => return Ok(Read { spoken, failure: None }),
            Wish::Asked(ticket) => ticket,
        };
        let error = match self.sound(manner, phonemes, ticket.wait()) {
            Ok(spoken) => return Ok(Read { spoken, failure: None }),
            Err(error) if is_no_fault(&error) => return Err(error),
            Err(_) => {
                let again = self.ask(manner, urgency, phonemes)?.wait();
                match self.sound(manner, phonemes, again) {
                    Ok(spoken) => return Ok(Read { spoken, failure: None }),
                    Err(error) if is_no_fault(&error) => return Err(error),
                    Err(error) => error,
                }
            }
        };
        if !manner.engine.voice.is_embedded() {
            let embedded = Engine::embedded();
            let manner = Manner { engine: &embedded, ..manner };
            let stand_in = self.ask(manner, urgency, phonemes)?.wait();
            if let Ok(spoken) = self.sound(manner, phonemes, stand_in) {
                return Ok(Read { spoken, failure: Some((NoteKind::StandIn, error)) });
            }
        }
        Ok(Read { spoken: silent(manner.rate), failure: Some((NoteKind::LeftOut, error)) })
    }

    /// What the pool gave, as it is heard in a track of that rate, if there is sound in it; kept for the
    /// next time.
    fn sound(
        &self,
        manner: Manner<'_>,
        phonemes: &Phonemes,
        answer: Result<Spoken, Unspoken>,
    ) -> Result<Spoken, Unspoken> {
        let Spoken { clip, doubts } = answer?;
        let clip = audio::sound(clip, manner.rate);
        if clip.samples.is_empty() && phonemes.0.contains(char::is_alphabetic) {
            let voice = manner.engine.voice.id.to_string();
            return Err(Unspoken::Voice(SynthesisError::Nothing(voice)));
        }
        // As it will come out of the cache.
        let spoken = Spoken { clip: Clip::of_pcm16(clip.rate, clip.pcm16()), doubts };
        if let Some(clips) = &self.clips {
            clips.put(&self.clip_key(manner, phonemes), &spoken);
        }
        Ok(spoken)
    }

    fn ask(
        &self,
        manner: Manner<'_>,
        urgency: Urgency,
        phonemes: &Phonemes,
    ) -> Result<Ticket, Unspoken> {
        let (engine, phonemes) = (manner.engine.clone(), phonemes.clone());
        let length_scale = 1.0 / manner.speed;
        let limit = synthesize::time_limit(&phonemes, length_scale);
        self.pool.ask(urgency, limit, move |stop| engine.clip(&phonemes, length_scale, stop))
    }

    /// SHA-256 of everything that the sound of an utterance depends on.
    fn clip_key(&self, manner: Manner<'_>, phonemes: &Phonemes) -> String {
        let mut key = Key::new();
        key.add(audio::VERSION);
        key.add(manner.rate.0.to_le_bytes());
        key.add(manner.engine.voice.id.as_ref());
        key.add(manner.engine.version());
        key.add(manner.speed.to_string());
        key.add(&phonemes.0);
        key.finish()
    }
}

fn silent(rate: SampleRate) -> Spoken {
    Spoken { clip: Clip { rate, samples: Vec::new() }, doubts: Vec::new() }
}

/// Whether the utterance has nothing to do with it: asking for the next one would end the same.
fn is_no_fault(error: &Unspoken) -> bool {
    matches!(error, Unspoken::Busy | Unspoken::Closed | Unspoken::Voice(SynthesisError::Stopped))
}

fn failure_note(kind: NoteKind, error: &Unspoken, utterance: &Utterance) -> Note {
    let what = match kind {
        NoteKind::StandIn => "so the embedded voice reads this sentence",
        _ => "so this sentence is not heard",
    };
    Note::at(kind, utterance.part, utterance.span, format!("{error}, {what}"))
}
