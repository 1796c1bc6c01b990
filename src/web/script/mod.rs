//! The script editor: an article as it is written and as it is said, side by side.

mod changes;
mod concerns;
mod edits;
mod pages;
mod pieces;

use std::collections::HashMap;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use tracing::error;

pub use self::changes::{show_changes, update_revision};
pub use self::concerns::update_concern;
pub use self::edits::{create_edit, create_reading, hear, restore_version};

use self::concerns::concern_groups;
use self::edits::version_text;
use self::pages::{LineView, PartView, ReadingView, ScriptPage, VersionView, VoiceView};
use self::pieces::sides;
use super::App;
use super::auth::Editor;
use super::desk;
use super::desk::pages::PublicationView;
use super::error::{WebError, message};
use super::texts::texts;
use super::views;
use crate::domain::address::Address;
use crate::domain::article::{Article, ByteSpan, Part};
use crate::domain::attention::concerns;
use crate::domain::edition::{Edition, Version};
use crate::domain::ids::ArticleId;
use crate::domain::note::{Note, NoteKind};
use crate::domain::revision::{self, Revision, RevisionState};
use crate::domain::script::{Script, Utterance};
use crate::narrate::{Direction, NarrateError, Place};
use crate::store::{Line, StoredArticle, StoredNarration};

/// Versions that the page lists.
const VERSIONS_SHOWN: u32 = 30;

/// An article as an editor sees it.
pub struct Known {
    pub id: ArticleId,
    /// What is read next: a newer text that was accepted, else the one that was read.
    pub text: Article,
    pub stored: StoredArticle,
    /// The newest text that its site showed and that was not read, whatever was decided about it.
    newer: Option<Revision>,
}

#[derive(Deserialize)]
pub struct ScriptQuery {
    /// The number of the sentence whose editor is open, for who has no script.
    edit: Option<usize>,
    /// Why the time was refused at which it shall be published: the code of the error.
    #[serde(default)]
    refused: String,
}

/// The article of that id, drafts too, or 404.
pub async fn known(
    app: &App,
    path: Result<Path<String>, PathRejection>,
) -> Result<Known, WebError> {
    let missing = || WebError::not_found("article_not_found");
    let Path(id) = path?;
    let id: ArticleId = id.parse().map_err(|_| missing())?;
    let stored = app.0.store.article(id).await?.ok_or_else(missing)?;
    let newer = app.0.store.revision(id).await?;
    let text = revision::text_to_read(&stored.article, newer.as_ref()).clone();
    Ok(Known { id, text, stored, newer })
}

/// Where an article's script is edited.
pub fn script_path(id: ArticleId) -> String {
    format!("/desk/articles/{id}")
}

/// What holds for a reading of the newsroom besides the text.
pub async fn direction(app: &App, edition: Edition) -> Result<Direction, WebError> {
    let pace = app.0.store.newsroom_settings().await?.pace;
    Ok(Direction { readings: app.0.store.lexicon().await?, edition, pace })
}

/// `title:0:0`, `lead:120:0`, `3:0:1`: the part, the byte at which it begins there, and which of those.
pub fn place(text: &str) -> Option<Place> {
    let mut fields = text.split(':');
    let part = Part::from_name(fields.next()?)?;
    let (start, nth) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    fields.next().is_none().then_some(Place { part, start, nth })
}

fn place_text(place: Place) -> String {
    format!("{}:{}:{}", place.part.name(), place.start, place.nth)
}

/// Why something cannot be heard.
fn unheard(failed: NarrateError) -> WebError {
    let status = match failed {
        NarrateError::Silent => StatusCode::UNPROCESSABLE_ENTITY,
        _ if failed.is_temporary() => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    if status != StatusCode::UNPROCESSABLE_ENTITY {
        error!(error = %failed, "a sentence could not be spoken");
    }
    let mut error = WebError::new(status, "hear_failed");
    error.message = message(failed.code(), &[]);
    error
}

/// `GET /desk/articles/{id}`
pub async fn show_script(
    State(app): State<App>,
    Editor(account): Editor,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<ScriptQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let known = known(&app, path).await?;
    let store = &app.0.store;
    let (version, edition) = store.edition(known.id).await?;
    let direction = direction(&app, edition.clone()).await?;
    let reading = match known.stored.reading {
        Some(id) => store.narration(id).await?,
        None => None,
    };
    let (lines, said_of) = match &reading {
        Some(reading) => (store.lines(reading.id).await?, store.notes(reading.id).await?),
        None => (Vec::new(), Vec::new()),
    };
    let narrator = app.0.narrator.clone();
    let text = known.text.clone();
    let made = tokio::task::spawn_blocking(move || {
        match narrator.prepare(&text, &direction) {
            Ok(prepared) => {
                let key = narrator.content_key(&text, &prepared);
                (prepared.script, Some(key))
            }
            // Nothing is left to say; the page must show it all the same.
            Err(_) => (narrator.script(&text, &direction).0, None),
        }
    });
    let (script, key) = made.await.map_err(|_| WebError::internal())?;
    let parts = parts(&known.text, &edition, &script, &lines, reading.as_ref(), query.edit);
    let notes = notes(&script, said_of, &parts);
    let settled = store.settled(Some(known.id)).await?;
    let found = concerns(&known.text, &notes, &settled);
    let read_key = match &reading {
        Some(reading) => store.content_key(reading.id).await?,
        None => None,
    };
    let revision = known.newer.as_ref().filter(|revision| revision.state.is_open());
    let job = store.job_for(known.id).await?;
    let job = job.filter(|job| job.state != crate::domain::job::JobState::Done);
    let stale = parts.iter().flat_map(|part| &part.lines).filter(|line| line.is_stale).count();
    views::page(&ScriptPage {
        frame: views::frame(Some(&account)),
        id: known.id.to_string(),
        title: known.text.title.clone(),
        page: views::article_path(known.id),
        source: known.text.url.as_ref().map(Address::to_string),
        section: known.text.section.clone(),
        version,
        concerns: concern_groups(&found, &parts),
        concern_count: found.len(),
        reading: reading.as_ref().map(|reading| reading_view(&app, reading)),
        stale,
        is_behind: reading.is_some() && key != read_key,
        job: job.map(|job| views::job_view(&job, 0)),
        voices: voices(&app, &edition),
        jingles: has_jingles(&app).then_some(!edition.without_jingles),
        readings: readings(&edition),
        lost: lost(&edition, &script),
        versions: store
            .versions(known.id, VERSIONS_SHOWN)
            .await?
            .iter()
            .map(|known| version_view(known, version))
            .collect(),
        publication: publication(&known.stored, &query.refused),
        back: script_path(known.id),
        gone: known.stored.gone.map(views::date),
        revision: revision.map(|revision| revision.state == RevisionState::Doubtful),
        parts,
    })
}

fn publication(article: &StoredArticle, refused: &str) -> PublicationView {
    let is_known = desk::bulk::TIME_ERRORS.contains(&refused);
    let error = is_known.then(|| message(refused, &[]));
    PublicationView { error, ..desk::rows::publication(article) }
}

/// The texts of an article with what is said of them.
fn parts(
    article: &Article,
    edition: &Edition,
    script: &Script,
    read: &[Line],
    reading: Option<&StoredNarration>,
    open: Option<usize>,
) -> Vec<PartView> {
    let mut heard: HashMap<(Part, usize, usize, &str), Vec<&Line>> = HashMap::new();
    for line in read.iter().rev() {
        let place = (line.part, line.span.start, line.span.end, line.written.as_str());
        heard.entry(place).or_default().push(line);
    }
    let mut numbered = script.utterances.iter().enumerate().peekable();
    let mut parts = Vec::new();
    for (part, text) in article.parts() {
        let (mut lines, mut before) = (Vec::new(), None);
        while let Some((index, utterance)) = numbered.next_if(|(_, it)| it.part == part) {
            let nth = match before {
                Some((start, nth)) if start == utterance.span.start => nth + 1,
                _ => 0,
            };
            before = Some((utterance.span.start, nth));
            let place =
                (part, utterance.span.start, utterance.span.end, utterance.written.as_str());
            let line = heard.get_mut(&place).and_then(Vec::pop);
            let place = Place { part, start: utterance.span.start, nth };
            let mut view = line_view(index + 1, place, utterance, line, reading);
            view.is_edited = edition.spoken_for(&utterance.written).is_some();
            view.is_open = open == Some(view.number);
            if utterance.written.is_empty() {
                view.aside = edition.asides.iter().position(|it| it.spoken == utterance.spoken);
            }
            lines.push(view);
        }
        let kind = match part {
            Part::Title => "title",
            Part::Lead => "lead",
            Part::Block(_) => article.kind(part).name(),
        };
        parts.push(PartView {
            kind,
            name: part_name(part, kind),
            text: text.to_owned(),
            is_skipped: edition.skipped.iter().any(|skipped| skipped == text),
            lines,
        });
    }
    parts
}

/// "Tít", "Đoạn 3"
fn part_name(part: Part, kind: &str) -> String {
    let name = texts().script_parts.get(kind).cloned().unwrap_or_default();
    match part {
        Part::Block(index) => format!("{name} {}", index + 1),
        _ => name,
    }
}

fn line_view(
    number: usize,
    place: Place,
    utterance: &Utterance,
    line: Option<&Line>,
    reading: Option<&StoredNarration>,
) -> LineView {
    let same = line.filter(|line| line.spoken == utterance.spoken);
    let cue = same.zip(reading).filter(|(line, _)| line.end > line.start).map(|(line, reading)| {
        (line.start.millis(reading.rate).0, line.end.millis(reading.rate).0)
    });
    let sides = sides(utterance);
    LineView {
        number,
        place: place_text(place),
        part: utterance.part,
        span: utterance.span,
        written: sides.written,
        spoken: sides.spoken,
        cue,
        is_edited: false,
        aside: None,
        is_silent: !utterance.spoken.contains(char::is_alphabetic),
        is_stale: reading.is_some() && same.is_none(),
        is_open: false,
    }
}

/// What is in doubt now: about the words as they are said now, and about the sound of what is still as it was read.
fn notes(script: &Script, read: Vec<Note>, parts: &[PartView]) -> Vec<Note> {
    let is_heard = |part: Part, span: ByteSpan| {
        let mut lines = parts.iter().flat_map(|part| &part.lines);
        lines.any(|line| line.covers(part, span) && !line.is_stale && !line.is_silent)
    };
    let of_sound = read.into_iter().filter(|note| match (note.kind, note.place) {
        (NoteKind::UncertainText | NoteKind::OtherVoice, _) => true,
        (
            NoteKind::LeftOut | NoteKind::StandIn | NoteKind::UnknownPhoneme | NoteKind::OddLength,
            Some((part, span)),
        ) => is_heard(part, span),
        _ => false,
    });
    script.notes.iter().cloned().chain(of_sound).collect()
}

fn reading_view(app: &App, reading: &StoredNarration) -> ReadingView {
    ReadingView {
        mp3: views::mp3_path(reading.id),
        duration: reading.length.millis(reading.rate).clock(),
        voice: app.voice_label(&reading.voice),
        date: views::date(reading.created),
    }
}

fn voices(app: &App, edition: &Edition) -> Vec<VoiceView> {
    let mut voices: Vec<VoiceView> = app
        .voices()
        .iter()
        .map(|card| VoiceView {
            id: card.id.to_string(),
            label: card.label.clone(),
            is_chosen: edition.voice.as_ref() == Some(&card.id),
        })
        .collect();
    // One that was chosen and is not there any more is shown by its name, so that it can be seen and changed.
    if let Some(lacking) = edition.voice.as_ref().filter(|_| !voices.iter().any(|v| v.is_chosen)) {
        let id = lacking.to_string();
        voices.push(VoiceView { label: id.clone(), id, is_chosen: true });
    }
    voices
}

/// Whether there is something that an article can be heard without.
fn has_jingles(app: &App) -> bool {
    let arrangement = &app.0.narrator.sound.arrangement;
    arrangement.intro.is_some() || arrangement.outro.is_some()
}

fn readings(edition: &Edition) -> Vec<(String, String)> {
    let pair = |entry: &crate::domain::lexicon::LexiconEntry| {
        (entry.written().to_owned(), entry.spoken().to_owned())
    };
    edition.readings.iter().map(pair).collect()
}

/// Words that are only spoken and whose sentence is gone, so that nobody hears them.
fn lost(edition: &Edition, script: &Script) -> Vec<(usize, String)> {
    let is_there = |after: &str| script.utterances.iter().any(|it| it.written.trim() == after);
    let asides = edition.asides.iter().enumerate();
    asides
        .filter(|(_, aside)| aside.after.as_deref().is_some_and(|after| !is_there(after)))
        .map(|(index, aside)| (index, aside.spoken.clone()))
        .collect()
}

fn version_view(version: &Version, current: u32) -> VersionView {
    VersionView {
        number: version.number,
        text: version_text(version),
        by: version.by.clone(),
        date: views::date(version.at),
        is_current: version.number == current,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_text() {
        for text in ["title:0:0", "lead:12:1", "3:120:0"] {
            assert_eq!(place(text).map(place_text).as_deref(), Some(text));
        }
        for bad in ["", "title", "x:0:0", "1:0", "1:0:0:0", "1:-2:0"] {
            assert_eq!(place(bad), None, "{bad}");
        }
    }
}
