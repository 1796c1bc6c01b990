//! Narrations: who reads which article, what is said when, and where the sound lies.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::blobs::{BlobId, hex};
use super::{Store, StoreError, json, new_id, now, parse, parse_optional, to_json, unsigned};
use crate::domain::article::{ByteSpan, Part};
use crate::domain::attention::Settled;
use crate::domain::ids::{ArticleId, NarrationId, VoiceId};
use crate::domain::note::{Note, NoteKind};
use crate::domain::units::{SampleRate, Samples, Timestamp};

/// What a narration is before it has an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNarration {
    /// SHA-256 of everything that the sound depends on: same key, same sound.
    pub content_key: String,
    pub voice: VoiceId,
    pub rate: SampleRate,
    pub length: Samples,
    pub lines: Vec<Line>,
    pub notes: Vec<Note>,
    /// The waveform: the peaks of equal parts, 255 is full scale.
    pub peaks: Vec<u8>,
    pub files: Files,
}

/// Where the sound lies, in each format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    pub mp3: BlobId,
    pub opus: Option<BlobId>,
    pub wav: Option<BlobId>,
}

/// A narration as remembered. Its lines are many: [`Store::lines`] gives them where they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredNarration {
    pub id: NarrationId,
    pub article: ArticleId,
    pub voice: VoiceId,
    pub rate: SampleRate,
    pub length: Samples,
    pub files: Files,
    pub created: Timestamp,
}

/// One utterance: where it was written, how it is said, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub part: Part,
    /// In the part's text.
    pub span: ByteSpan,
    pub written: String,
    pub spoken: String,
    pub start: Samples,
    pub end: Samples,
}

#[derive(Serialize, Deserialize)]
struct LineRow {
    /// "title", "lead", or the index of a block.
    part: String,
    span: (usize, usize),
    written: String,
    spoken: String,
    cue: (u64, u64),
}

#[derive(Serialize, Deserialize)]
struct NoteRow {
    kind: String,
    message: String,
    place: Option<(String, usize, usize)>,
    /// The words at that place, so that a list need not read the article; older rows have none.
    #[serde(default)]
    words: String,
}

/// The columns of [`StoredNarration`], which leave out what is long.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT id, article_id, voice_id, sample_rate, sample_count, mp3_blob, opus_blob, ",
            "wav_blob, created_ms FROM narrations WHERE ",
            $condition
        )
    };
}

impl Files {
    pub fn all(&self) -> impl Iterator<Item = &BlobId> {
        std::iter::once(&self.mp3).chain(&self.opus).chain(&self.wav)
    }
}

/// How long after its narration an Opus file may still be expected.
const OPUS_PATIENCE: Duration = Duration::from_secs(30);

impl StoredNarration {
    /// Whether the Opus file is not there yet, and will be.
    pub fn opus_follows(&self) -> bool {
        let age = now().0.saturating_sub(self.created.0);
        self.files.opus.is_none() && age < OPUS_PATIENCE.as_millis() as i64
    }
}

impl Store {
    pub async fn narration(&self, id: NarrationId) -> Result<Option<StoredNarration>, StoreError> {
        let query = sqlx::query(select!("id = $1")).bind(id.to_string());
        let row = query.fetch_optional(&self.pool).await?;
        row.as_ref().map(narration).transpose()
    }

    /// The readings of an article, newest first.
    pub async fn narrations_of(
        &self,
        article: ArticleId,
    ) -> Result<Vec<StoredNarration>, StoreError> {
        let query = sqlx::query(select!("article_id = $1 ORDER BY created_ms DESC, id DESC"));
        let rows = query.bind(article.to_string()).fetch_all(&self.pool).await?;
        rows.iter().map(narration).collect()
    }

    /// What a narration says when; empty if there is no such narration.
    pub async fn lines(&self, id: NarrationId) -> Result<Vec<Line>, StoreError> {
        let query = sqlx::query("SELECT lines FROM narrations WHERE id = $1").bind(id.to_string());
        match query.fetch_optional(&self.pool).await? {
            Some(row) => lines(&row),
            None => Ok(Vec::new()),
        }
    }

    /// The key of what a narration sounds like; `None` if there is no such narration.
    pub async fn content_key(&self, id: NarrationId) -> Result<Option<String>, StoreError> {
        let query =
            sqlx::query("SELECT content_key FROM narrations WHERE id = $1").bind(id.to_string());
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.map(|row| row.try_get("content_key")).transpose()?)
    }

    /// What is in doubt about a narration; empty if there is no such narration.
    pub async fn notes(&self, id: NarrationId) -> Result<Vec<Note>, StoreError> {
        let query = sqlx::query("SELECT notes FROM narrations WHERE id = $1").bind(id.to_string());
        match query.fetch_optional(&self.pool).await? {
            Some(row) => notes(&row),
            None => Ok(Vec::new()),
        }
    }

    /// The waveform of a narration; empty if there is no such narration, or it has none.
    pub async fn peaks(&self, id: NarrationId) -> Result<Vec<u8>, StoreError> {
        let query = sqlx::query("SELECT peaks FROM narrations WHERE id = $1").bind(id.to_string());
        match query.fetch_optional(&self.pool).await? {
            Some(row) => unhex(&row.try_get::<String, _>("peaks")?),
            None => Ok(Vec::new()),
        }
    }

    /// Adds the Opus file to a narration that can be heard already.
    pub async fn add_opus(&self, narration: NarrationId, opus: &BlobId) -> Result<(), StoreError> {
        sqlx::query("UPDATE narrations SET opus_blob = $2 WHERE id = $1")
            .bind(narration.to_string())
            .bind(opus.to_string())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// A narration that sounds exactly like the one wanted, of whatever article, with all its files.
    pub async fn narration_like(&self, key: &str) -> Result<Option<NewNarration>, StoreError> {
        let query = sqlx::query(select!("content_key = $1 LIMIT 1")).bind(key);
        let Some(row) = query.fetch_optional(&self.pool).await? else { return Ok(None) };
        let found = narration(&row)?;
        // Sound that was lost is made again, and what is not whole is made whole.
        if found.files.opus.is_none() {
            return Ok(None);
        }
        for blob in found.files.all() {
            if self.blobs.get(blob).await?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(NewNarration {
            content_key: key.to_owned(),
            lines: self.lines(found.id).await?,
            voice: found.voice,
            rate: found.rate,
            length: found.length,
            notes: Vec::new(),
            peaks: self.peaks(found.id).await?,
            files: found.files,
        }))
    }
}

/// Inserts a narration unless this article has one of the same sound, and makes it the article's reading: the
/// one that listeners get, unless the article is a draft.
pub(super) async fn publish(
    connection: &mut AnyConnection,
    article: ArticleId,
    new: &NewNarration,
) -> Result<NarrationId, StoreError> {
    let at = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    sqlx::query(
        "INSERT INTO narrations (id, article_id, content_key, voice_id, sample_rate, sample_count,
            lines, notes, peaks, mp3_blob, opus_blob, wav_blob, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (article_id, content_key) DO UPDATE SET
            mp3_blob = excluded.mp3_blob,
            opus_blob = COALESCE(excluded.opus_blob, narrations.opus_blob),
            wav_blob = excluded.wav_blob",
    )
    .bind(new_id::<NarrationId>().to_string())
    .bind(article.to_string())
    .bind(new.content_key.as_str())
    .bind(new.voice.as_ref())
    .bind(i64::from(new.rate.0))
    .bind(at(new.length.0))
    .bind(to_json(&new.lines.iter().map(line_row).collect::<Vec<_>>()))
    .bind(to_json(&new.notes.iter().map(|it| note_row(it, &new.lines)).collect::<Vec<_>>()))
    .bind(hex(&new.peaks))
    .bind(new.files.mp3.to_string())
    .bind(new.files.opus.as_ref().map(BlobId::to_string))
    .bind(new.files.wav.as_ref().map_or_else(String::new, BlobId::to_string))
    .bind(now().0)
    .execute(&mut *connection)
    .await?;
    let row = sqlx::query("SELECT id FROM narrations WHERE article_id = $1 AND content_key = $2")
        .bind(article.to_string())
        .bind(new.content_key.as_str())
        .fetch_one(&mut *connection)
        .await?;
    let id: NarrationId = parse(&row, "id")?;
    sqlx::query(
        "UPDATE articles SET reading_id = $2, touched_ms = $3,
            narration_id = CASE WHEN publication = 'published' THEN $2 END
         WHERE id = $1",
    )
    .bind(article.to_string())
    .bind(id.to_string())
    .bind(now().0)
    .execute(&mut *connection)
    .await?;
    Ok(id)
}

fn part_of(name: &str) -> Result<Part, StoreError> {
    Part::from_name(name).ok_or_else(|| StoreError::Corrupt(format!("part {name:?}")))
}

fn line_row(line: &Line) -> LineRow {
    LineRow {
        part: line.part.name(),
        span: (line.span.start, line.span.end),
        written: line.written.clone(),
        spoken: line.spoken.clone(),
        cue: (line.start.0, line.end.0),
    }
}

fn note_row(note: &Note, lines: &[Line]) -> NoteRow {
    let place = |(part, span): (Part, ByteSpan)| (part.name(), span.start, span.end);
    NoteRow {
        kind: note.kind.name().to_owned(),
        message: note.message.clone(),
        place: note.place.map(place),
        words: note.place.map_or_else(String::new, |(part, span)| words(lines, part, span)),
    }
}

/// What is written at a place; empty when it is in none of the lines.
fn words(lines: &[Line], part: Part, span: ByteSpan) -> String {
    let is_around = |line: &&Line| {
        line.part == part && line.span.start <= span.start && span.end <= line.span.end
    };
    let Some(line) = lines.iter().find(is_around) else { return String::new() };
    let start = line.span.start;
    let inside = ByteSpan { start: span.start - start, end: span.end - start };
    inside.of(&line.written).trim().to_owned()
}

/// The kinds of a row's notes that an editor should look at, with the words that they are about, each once.
pub(super) fn doubts(row: &AnyRow) -> Result<Settled, StoreError> {
    let rows = json::<Vec<NoteRow>>(row, "notes")?.into_iter();
    let named = rows.filter_map(|row| Some((NoteKind::from_name(&row.kind)?, row.words)));
    Ok(named.filter(|(kind, _)| kind.risk() > 0).collect())
}

/// The notes of a row.
pub(super) fn notes(row: &AnyRow) -> Result<Vec<Note>, StoreError> {
    json::<Vec<NoteRow>>(row, "notes")?.into_iter().map(note).collect()
}

fn note(row: NoteRow) -> Result<Note, StoreError> {
    let kind = NoteKind::from_name(&row.kind)
        .ok_or_else(|| StoreError::Corrupt(format!("note {:?}", row.kind)))?;
    let place = |(part, start, end): (String, usize, usize)| {
        Ok::<_, StoreError>((part_of(&part)?, ByteSpan { start, end }))
    };
    Ok(Note { kind, message: row.message, place: row.place.map(place).transpose()? })
}

/// Bytes out of pairs of hexadecimal digits.
fn unhex(text: &str) -> Result<Vec<u8>, StoreError> {
    let corrupt = || StoreError::Corrupt("a waveform is not hexadecimal".to_owned());
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| Some(digit.to_digit(16)? as u8)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0).ok_or_else(corrupt)?;
    Ok(digits.chunks(2).map(|two| two[0] << 4 | two[1]).collect())
}

fn lines(row: &AnyRow) -> Result<Vec<Line>, StoreError> {
    let line = |row: LineRow| {
        Ok::<_, StoreError>(Line {
            part: part_of(&row.part)?,
            span: ByteSpan { start: row.span.0, end: row.span.1 },
            written: row.written,
            spoken: row.spoken,
            start: Samples(row.cue.0),
            end: Samples(row.cue.1),
        })
    };
    json::<Vec<LineRow>>(row, "lines")?.into_iter().map(line).collect()
}

fn narration(row: &AnyRow) -> Result<StoredNarration, StoreError> {
    let rate: i64 = row.try_get("sample_rate")?;
    let rate = u32::try_from(rate).map_err(|_| StoreError::Corrupt(format!("rate {rate}")))?;
    Ok(StoredNarration {
        id: parse(row, "id")?,
        article: parse(row, "article_id")?,
        voice: parse(row, "voice_id")?,
        rate: SampleRate(rate),
        length: Samples(unsigned(row, "sample_count")?),
        files: Files {
            mp3: parse(row, "mp3_blob")?,
            opus: parse_optional(row, "opus_blob")?,
            wav: match row.try_get::<String, _>("wav_blob")?.as_str() {
                "" => None,
                _ => Some(parse(row, "wav_blob")?),
            },
        },
        created: Timestamp(row.try_get("created_ms")?),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::domain::article::Article;
    use crate::domain::job::{Source, Urgency};
    use crate::domain::publication::Debut;
    use crate::domain::units::Millis;
    use crate::store::Finished;

    fn blob(store: &Store, content: &[u8]) -> BlobId {
        let mut writer = store.blobs().begin().unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap()
    }

    /// An article that is asked for, read and published.
    async fn published(store: &Store, files: Files) -> NarrationId {
        let source = Source::Text { title: "Cầu mới".to_owned(), paragraphs: Vec::new() };
        store.ask("wish", "label", Urgency::Editor, &source).await.unwrap();
        let lease = store.claim("worker", Millis(60_000)).await.unwrap().unwrap();
        let article = Article {
            url: None,
            site: None,
            title: "Cầu mới".to_owned(),
            lead: None,
            author: None,
            section: None,
            published: None,
            blocks: Vec::new(),
        };
        let narration = NewNarration {
            content_key: "key".to_owned(),
            voice: "vi-embedded".parse().unwrap(),
            rate: SampleRate(22_050),
            length: Samples(1),
            lines: Vec::new(),
            notes: Vec::new(),
            peaks: vec![1, 255],
            files,
        };
        let made = Finished { article, narration, spoken: 0, debut: Debut::Published };
        store.finish(&lease, &made).await.unwrap()
    }

    #[tokio::test]
    async fn a_narration_is_heard_before_its_opus_file_is_there_and_keeps_the_one_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let files = Files { mp3: blob(&store, b"mp3"), opus: None, wav: None };
        let id = published(&store, files.clone()).await;
        let heard = store.narration(id).await.unwrap().unwrap();
        assert!(heard.files == files && heard.opus_follows());
        // A worker that was killed before the file was whole must not be taken for one that was not.
        assert_eq!(store.narration_like("key").await.unwrap(), None);

        let opus = blob(&store, b"opus");
        store.add_opus(id, &opus).await.unwrap();
        let whole = Files { opus: Some(opus), ..files.clone() };
        let found = store.narration_like("key").await.unwrap().unwrap();
        assert_eq!((found.files, found.peaks), (whole.clone(), vec![1, 255]));

        assert_eq!(published(&store, files).await, id);
        let heard = store.narration(id).await.unwrap().unwrap();
        assert!(heard.files == whole && !heard.opus_follows());
    }
}
