//! What a job does: source -> article -> what will be said -> sound.

use std::sync::Arc;

use super::{Gauge, OnAir, Worker, computed};
use crate::domain::article::Article;
use crate::domain::attention::{concerns, is_sure};
use crate::domain::edition::Edition;
use crate::domain::ids::ArticleId;
use crate::domain::job::{Source, Urgency};
use crate::domain::note::{Note, NoteKind};
use crate::domain::publication::Debut;
use crate::domain::revision::{self, RevisionState};
use crate::narrate::{Audience, Direction, Heard, NarrateError, OpusToCome};
use crate::store::{Finished, Lease, StoreError, StoredArticle, content_hash};

/// What a job made.
pub(super) enum Made {
    /// A reading, the air it was on, and what will be added to it.
    Read(Box<Finished>, Option<(OnAir, OpusToCome)>),
    /// Nothing: its site shows a text that is not read, or not yet.
    Kept { article: ArticleId, text: Box<Article>, state: RevisionState },
}

impl Worker {
    pub(super) async fn line(
        &self,
        lease: &Lease,
        gauge: Arc<Gauge>,
    ) -> Result<Made, NarrateError> {
        let (article, mut notes, known) = self.article(lease).await?;
        if let Some(known) = &known
            && let Some(state) = self.not_to_be_read(lease, known, &article).await?
        {
            return Ok(Made::Kept { article: known.id, text: Box::new(article), state });
        }
        let edition = match &known {
            Some(known) => self.queue.store.edition(known.id).await?.1,
            None => Edition::default(),
        };
        let direction = Direction {
            readings: self.queue.store.lexicon().await?,
            edition,
            pace: self.queue.store.newsroom_settings().await?.pace,
        };
        let narrator = self.narrator.clone();
        let prepare = move || {
            let prepared = narrator.prepare(&article, &direction)?;
            Ok::<_, NarrateError>((article, prepared))
        };
        let (article, prepared) = computed(prepare).await??;
        let key = self.narrator.content_key(&article, &prepared);
        if let Some(mut narration) = self.queue.store.narration_like(&key).await? {
            notes.extend(prepared.script.notes);
            narration.notes = notes;
            let debut = self.debut(&article, &narration.notes, known.as_ref()).await?;
            let finished = Finished { article, narration, spoken: 0, debut };
            return Ok(Made::Read(Box::new(finished), None));
        }
        let debut = self.new_articles.at_first();
        let id = self.queue.store.begin(lease, &article, debut).await?;
        let on_air = self.queue.live.begin(id);
        let (narrator, store) = (self.narrator.clone(), self.queue.store.clone());
        let asked = lease.job.urgency;
        let speak = move || {
            let urgency = || if on_air.is_wanted() { Urgency::Listener } else { asked };
            let mut report = |progress| gauge.write(progress);
            let mut tell = |heard: Heard| on_air.tell(heard);
            let audience =
                Audience { urgency: &urgency, on_progress: &mut report, on_sound: &mut tell };
            let (finished, opus) =
                narrator.finished(&store, article, notes, prepared, key, audience)?;
            Ok(Made::Read(Box::new(finished), Some((on_air, opus))))
        };
        let made = computed(speak).await?;
        let Ok(Made::Read(mut finished, rest)) = made else { return made };
        let notes = &finished.narration.notes;
        finished.debut = self.debut(&finished.article, notes, known.as_ref()).await?;
        Ok(Made::Read(finished, rest))
    }

    /// How an article stands that is read for the first time now.
    async fn debut(
        &self,
        article: &Article,
        notes: &[Note],
        known: Option<&StoredArticle>,
    ) -> Result<Debut, StoreError> {
        if !self.new_articles.asks_whether_sure() {
            return Ok(self.new_articles.when_read(false));
        }
        let settled = self.queue.store.settled(known.map(|known| known.id)).await?;
        Ok(self.new_articles.when_read(is_sure(&concerns(article, notes, &settled))))
    }

    /// What is to be read, what was in doubt about taking it from its page, and the article that is known by it.
    async fn article(
        &self,
        lease: &Lease,
    ) -> Result<(Article, Vec<Note>, Option<StoredArticle>), NarrateError> {
        let store = &self.queue.store;
        if let Source::Stored(id) = &lease.source {
            let known = store.article(*id).await?.ok_or(NarrateError::Unknown)?;
            let newer = store.revision(*id).await?;
            let text = revision::text_to_read(&known.article, newer.as_ref()).clone();
            let mut notes = match known.reading {
                Some(reading) => store.notes(reading).await?,
                None => Vec::new(),
            };
            notes.retain(|note| is_of_page(note.kind));
            return Ok((text, notes, Some(known)));
        }
        let material = self.narrator.material(&lease.source).await?;
        let narrator = self.narrator.clone();
        let (article, notes) = computed(move || narrator.article(&material)).await??;
        let known = store.article_like(&article).await?;
        Ok((article, notes, known))
    }

    /// Whether the text of an article that can be heard has changed in a way that is not read at once.
    async fn not_to_be_read(
        &self,
        lease: &Lease,
        known: &StoredArticle,
        text: &Article,
    ) -> Result<Option<RevisionState>, StoreError> {
        let hash = content_hash(text);
        let is_stored = matches!(lease.source, Source::Stored(_));
        if is_stored || known.reading.is_none() || hash == content_hash(&known.article) {
            return Ok(None);
        }
        let decided = self.queue.store.revision(known.id).await?;
        Ok(match decided.filter(|revision| revision.hash == hash).map(|revision| revision.state) {
            Some(RevisionState::Accepted) => None,
            Some(state) => Some(state),
            None => {
                let was_fetched = matches!(lease.source, Source::Address(_));
                self.on_change.judge(&known.article, text, was_fetched)
            }
        })
    }
}

/// Whether a note is about how the text was taken from its page, which a job that does not ask for the page cannot
/// know.
fn is_of_page(kind: NoteKind) -> bool {
    matches!(kind, NoteKind::Extraction | NoteKind::UncertainText)
}
