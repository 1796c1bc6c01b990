//! What a change of the lexicon would do: which sentences of which articles would sound otherwise.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use crate::domain::article::Article;
use crate::domain::edition::Edition;
use crate::domain::ids::ArticleId;
use crate::domain::lexicon::{LexiconEntry, section_key};
use crate::domain::readings::LexiconChange;
use crate::normalize::{Difference, Lexicon, Sieve, differences};
use crate::store::{ReadText, Store, StoreError};

/// How many sentences are shown in full; all are counted.
const SHOWN: usize = 20;

/// How many articles are looked through at once.
const PAGE: u32 = 200;

/// What a change would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// The articles that would sound otherwise, with their titles, newest first.
    pub articles: Vec<(ArticleId, String)>,
    pub sentences: u64,
    /// How many articles were looked through, of how many that were read. Less than all when time was up.
    pub looked_at: u64,
    pub of: u64,
    /// The first sentences, newest articles first.
    pub items: Vec<ChangedSentence>,
}

/// A sentence that would sound otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedSentence {
    pub article: ArticleId,
    pub title: String,
    pub written: String,
    pub before: String,
    pub after: String,
}

/// Two lexicons, one before and one after a change, ready for the articles of every section.
#[derive(Debug)]
pub struct Comparison {
    before: Vec<LexiconEntry>,
    after: Vec<LexiconEntry>,
    /// What only one of them has.
    changed: Vec<LexiconEntry>,
    sieve: Option<Sieve>,
    /// The sections in which something special holds.
    sections: HashSet<String>,
    sides: Mutex<HashMap<Option<String>, Arc<Sides>>>,
}

#[derive(Debug)]
struct Sides {
    before: Lexicon,
    after: Lexicon,
    changed: Lexicon,
}

impl Comparison {
    /// `file` holds the readings of the settings, over which those of the store stand.
    pub fn new(file: &[LexiconEntry], stored: &[LexiconEntry], change: &LexiconChange) -> Self {
        let with_file = |stored: &[LexiconEntry]| [file, stored].concat();
        let changed_stored = change.applied(stored);
        let (old, new): (HashSet<_>, HashSet<_>) =
            (stored.iter().map(fields).collect(), changed_stored.iter().map(fields).collect());
        let only_in = |entries: &[LexiconEntry], other: &HashSet<_>| {
            let only = entries.iter().filter(|entry| !other.contains(&fields(entry)));
            only.cloned().collect::<Vec<_>>()
        };
        let changed = [only_in(stored, &new), only_in(&changed_stored, &old)].concat();
        let (before, after) = (with_file(stored), with_file(&changed_stored));
        let sections = before.iter().chain(&after).filter_map(LexiconEntry::section);
        let sections = sections.map(str::to_owned).collect();
        let sieve = Sieve::new(&changed);
        Self { before, after, changed, sieve, sections, sides: Mutex::default() }
    }

    /// Where an article would sound otherwise.
    pub fn differences(&self, article: &Article, edition: &Edition) -> Vec<Difference> {
        let section = article.section.as_deref();
        let sides = match edition.readings_in(section).as_slice() {
            [] => self.sides(section),
            own => Arc::new(self.sides_with(section, own)),
        };
        let is_read = |text: &str| !edition.skipped.iter().any(|skipped| skipped == text);
        let mut found = Vec::new();
        for (part, text) in article.parts().filter(|(_, text)| is_read(text)) {
            let Sides { before, after, changed } = &*sides;
            let kind = article.kind(part);
            let told = differences(part, kind, text, changed, before, after).into_iter();
            found.extend(told.filter(|told| edition.spoken_for(&told.written).is_none()));
        }
        found
    }

    fn sides(&self, section: Option<&str>) -> Arc<Sides> {
        let special = section.map(section_key).filter(|name| self.sections.contains(name));
        // Nothing that can panic runs under this lock, so it is never poisoned.
        let mut sides = self.sides.lock().unwrap_or_else(PoisonError::into_inner);
        let of_section = || Arc::new(self.sides_with(special.as_deref(), &[]));
        sides.entry(special.clone()).or_insert_with(of_section).clone()
    }

    fn sides_with(&self, section: Option<&str>, own: &[LexiconEntry]) -> Sides {
        let side =
            |entries: &[LexiconEntry]| Lexicon::for_section(entries.iter().chain(own), section);
        Sides {
            before: side(&self.before),
            after: side(&self.after),
            changed: Lexicon::for_section(&self.changed, section),
        }
    }

    /// Looks through some articles.
    fn look_through(&self, texts: &[ReadText]) -> Result<Preview, StoreError> {
        let mut preview = Preview { looked_at: texts.len() as u64, ..Preview::default() };
        let may_hold = |text: &str| self.sieve.as_ref().is_none_or(|sieve| sieve.may_hold(text));
        for text in texts.iter().filter(|text| text.any(may_hold)) {
            let found = self.differences(&text.article()?, &text.edition);
            if found.is_empty() {
                continue;
            }
            preview.sentences += found.len() as u64;
            let title = &text.title;
            preview.articles.push((text.id, title.clone()));
            let room = SHOWN.saturating_sub(preview.items.len());
            preview.items.extend(found.into_iter().take(room).map(|found| ChangedSentence {
                article: text.id,
                title: title.clone(),
                written: found.written,
                before: found.before,
                after: found.after,
            }));
        }
        Ok(preview)
    }
}

/// All of an entry, to tell it from others.
fn fields(entry: &LexiconEntry) -> (&str, &str, bool, Option<&str>) {
    (entry.written(), entry.spoken(), entry.any_case, entry.section())
}

impl Preview {
    fn add(&mut self, mut more: Self) {
        self.articles.append(&mut more.articles);
        self.sentences += more.sentences;
        self.looked_at += more.looked_at;
        let room = SHOWN.saturating_sub(self.items.len());
        self.items.extend(more.items.into_iter().take(room));
    }
}

/// Looks through all articles that were read, newest first, on all cores; no longer than the time that is given.
pub async fn preview(
    store: &Store,
    comparison: Comparison,
    time: Duration,
) -> Result<Preview, StoreError> {
    let mut preview = Preview { of: store.count_of_read().await?, ..Preview::default() };
    if comparison.changed.is_empty() {
        return Ok(Preview { looked_at: preview.of, ..preview });
    }
    let comparison = Arc::new(comparison);
    let begun = Instant::now();
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let mut under_way: VecDeque<JoinHandle<Result<Preview, StoreError>>> = VecDeque::new();
    let mut last = None;
    while begun.elapsed() < time {
        let texts = store.texts_before(last, PAGE).await?;
        let Some(oldest) = texts.last() else { break };
        last = Some(oldest.id);
        if under_way.len() >= at_once
            && let Some(done) = under_way.pop_front()
        {
            preview.add(looked_through(done).await?);
        }
        let comparison = comparison.clone();
        under_way.push_back(tokio::task::spawn_blocking(move || comparison.look_through(&texts)));
    }
    for done in under_way {
        preview.add(looked_through(done).await?);
    }
    Ok(preview)
}

async fn looked_through(
    done: JoinHandle<Result<Preview, StoreError>>,
) -> Result<Preview, StoreError> {
    done.await.unwrap_or(Err(StoreError::Closed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::article::{Block, BlockKind};
    use crate::domain::edition::SentenceReading;

    fn entry(line: &str) -> LexiconEntry {
        LexiconEntry::parse(line).unwrap()
    }

    fn change(lines: &[&str]) -> LexiconChange {
        let added = lines.iter().map(|line| entry(line)).collect();
        LexiconChange { added, ..LexiconChange::default() }
    }

    fn article(section: &str, paragraphs: &[&str]) -> Article {
        let block = |text: &&str| Block { kind: BlockKind::Paragraph, text: (*text).to_owned() };
        Article {
            title: "Tin TTĐH".into(),
            section: Some(section.into()),
            blocks: paragraphs.iter().map(block).collect(),
            ..Article::default()
        }
    }

    fn written(comparison: &Comparison, article: &Article, edition: &Edition) -> Vec<String> {
        comparison.differences(article, edition).into_iter().map(|told| told.written).collect()
    }

    #[test]
    fn a_reading_of_one_section_changes_that_section_alone() {
        let comparison = Comparison::new(&[], &[], &change(&["TTĐH\ttrung tâm\t\tThể thao"]));
        let paragraphs = ["TTĐH đến. Đội mừng.", "Không có gì."];
        let sports = article("THỂ THAO", &paragraphs);
        let none = Edition::default();
        assert_eq!(written(&comparison, &sports, &none), ["Tin TTĐH", "TTĐH đến."]);
        assert!(written(&comparison, &article("Kinh tế", &paragraphs), &none).is_empty());
    }

    #[test]
    fn what_editors_decided_about_an_article_stands() {
        let comparison = Comparison::new(&[], &[], &change(&["TTĐH\ttrung tâm"]));
        let sports = article("Thể thao", &["TTĐH đến. TTĐH về.", "TTĐH nói."]);
        let edition = Edition {
            sentences: vec![SentenceReading {
                written: "TTĐH về.".into(),
                spoken: "ông ấy về.".into(),
            }],
            skipped: vec!["TTĐH nói.".to_owned()],
            ..Edition::default()
        };
        assert_eq!(written(&comparison, &sports, &edition), ["Tin TTĐH", "TTĐH đến."]);
        let own = Edition { readings: vec![entry("TTĐH\tông thầy")], ..Edition::default() };
        assert!(written(&comparison, &sports, &own).is_empty());
    }

    #[test]
    fn the_file_of_the_settings_holds_where_a_reading_is_taken_away() {
        let (file, stored) = ([entry("TTĐH\ttrung tâm")], [entry("TTĐH\tông thầy")]);
        let removed = vec![("TTĐH".to_owned(), String::new())];
        let comparison =
            Comparison::new(&file, &stored, &LexiconChange { removed, ..LexiconChange::default() });
        let told = comparison.differences(&article("x", &["TTĐH đến."]), &Edition::default());
        assert_eq!(
            (told[1].before.as_str(), told[1].after.as_str()),
            ("ông thầy đến.", "trung tâm đến.")
        );
    }
}
