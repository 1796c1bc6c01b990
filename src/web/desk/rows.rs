//! A row of the editors' list in words.

use time::macros::format_description;

use super::super::texts::texts;
use super::super::{listening, views};
use super::pages::{DeskItem, PublicationView};
use crate::domain::job::{Job, JobState};
use crate::domain::note::{Note, NoteKind};
use crate::domain::publication::Standing;
use crate::domain::units::{Millis, Timestamp};
use crate::store::{DeskArticle, DeskJob, DeskRow, StoredArticle, now};

/// Shorter waits are not worth a word.
const WAIT_TOLD: Millis = Millis(2_000);

/// A row as it is shown.
pub fn item(row: &DeskRow) -> DeskItem {
    let (article, work) = (row.article.as_ref(), row.job.as_ref());
    let job = work.map(|work| &work.job);
    let reading = article.and_then(|article| article.reading.as_ref());
    let unread = reading.map_or(0, |reading| unread(&reading.notes));
    let (state, status) = state(job, article.is_some_and(|a| a.reading.is_some()), unread);
    let id = |text: Option<String>| text.unwrap_or_default();
    let job_id = id(job.map(|job| job.id.to_string()));
    let article_id = id(article.map(|article| article.id.to_string()));
    let work_page = format!("/desk/jobs/{job_id}");
    let is_draft = article.is_some_and(|article| article.standing.is_draft());
    DeskItem {
        key: match article {
            Some(_) => format!("article:{article_id}"),
            None => format!("job:{job_id}"),
        },
        title: article.map_or_else(|| job.map_or_else(String::new, label), title),
        page: article.map_or_else(|| work_page.clone(), |a| format!("/desk/articles/{}", a.id)),
        state,
        status,
        done: job.map_or(0, |job| job.progress.done),
        total: job.and_then(|job| job.progress.total),
        is_final: job.is_none_or(|job| job.state.is_final()),
        standing: article.and_then(in_list),
        is_draft,
        is_pinned: article.is_some_and(|article| article.standing.is_pinned),
        is_outdated: article.is_some_and(|article| article.is_outdated),
        has_revision: article.is_some_and(|article| article.has_revision),
        is_gone: article.is_some_and(|article| article.is_gone),
        doubts: reading.map(|reading| reading.doubts).filter(|count| *count > 0).map(doubts),
        facts: facts(article, work),
        site: article.and_then(|article| article.site.clone()),
        date: views::date(article.map_or_else(|| updated(job), |article| article.touched)),
        public_page: article.map(|article| views::article_path(article.id)),
        work: article.is_none().then_some(work_page),
        article: article_id,
        job: job_id,
    }
}

/// How one article stands, for the form that changes it.
pub fn publication(article: &StoredArticle) -> PublicationView {
    let standing = article.standing;
    PublicationView {
        article: article.id.to_string(),
        is_draft: standing.is_draft(),
        is_pinned: standing.is_pinned,
        standing: standing_words(standing),
        publish_at: standing.publish_at.map(Timestamp::local).unwrap_or_default(),
        earliest: now().local(),
        error: None,
    }
}

/// The title; a text without one is known by its address.
fn title(article: &DeskArticle) -> String {
    match article.title.trim() {
        "" => article.url.clone().unwrap_or_else(|| article.id.to_string()),
        title => title.to_owned(),
    }
}

fn label(job: &Job) -> String {
    job.label.clone()
}

fn updated(job: Option<&Job>) -> Timestamp {
    job.map_or(Timestamp(0), |job| job.updated)
}

/// The sentences that the voice that was wanted could not read.
fn unread(notes: &[Note]) -> usize {
    let kinds = [NoteKind::StandIn, NoteKind::LeftOut];
    notes.iter().filter(|note| kinds.contains(&note.kind)).count()
}

fn state(job: Option<&Job>, is_read: bool, unread: usize) -> (&'static str, String) {
    let t = &texts().jobs;
    match job {
        Some(job) if job.state == JobState::Done && unread > 0 => {
            ("warning", t.done_with_warnings.replace("{count}", &unread.to_string()))
        }
        Some(job) => (job.state.name(), views::job_status(job)),
        None if is_read => (JobState::Done.name(), t.done.clone()),
        None => (JobState::Queued.name(), t.queued.clone()),
    }
}

/// "Đã đăng" only of what can be heard.
fn in_list(article: &DeskArticle) -> Option<String> {
    let is_told = article.standing.is_draft() || article.reading.is_some();
    is_told.then(|| standing_words(article.standing))
}

fn standing_words(standing: Standing) -> String {
    let t = &texts().desk_list;
    match standing {
        Standing { publish_at: Some(at), .. } if standing.is_draft() => {
            t.standing_scheduled.replace("{time}", &short(at))
        }
        _ if !standing.is_draft() => t.standing_published.clone(),
        Standing { was_published: true, .. } => t.standing_withdrawn.clone(),
        _ => t.standing_draft.clone(),
    }
}

/// "07:30 30/11", with the year if it is another one.
fn short(at: Timestamp) -> String {
    let Some(local) = at.in_vietnam() else { return String::new() };
    let is_this_year = now().in_vietnam().is_some_and(|now| now.year() == local.year());
    let told = match is_this_year {
        true => local.format(&format_description!("[hour]:[minute] [day]/[month]")),
        false => local.format(&format_description!("[hour]:[minute] [day]/[month]/[year]")),
    };
    told.unwrap_or_default()
}

fn doubts(count: usize) -> String {
    texts().desk_list.doubts.replace("{count}", &count.to_string())
}

/// How long it is, how large, and what reading it took.
fn facts(article: Option<&DeskArticle>, work: Option<&DeskJob>) -> Vec<String> {
    let t = &texts().desk_list;
    let mut facts = Vec::new();
    if let Some(reading) = article.and_then(|article| article.reading.as_ref()) {
        facts.push(t.length.replace("{length}", &reading.length.clock()));
        if let Some(bytes) = reading.mp3_bytes {
            facts.push(t.size.replace("{size}", &megabytes(bytes)));
        }
    }
    let Some(work) = work.filter(|work| work.job.state == JobState::Done) else { return facts };
    if let Some(spent) = work.spent {
        let time = listening::duration(Millis(spent.0.max(1_000)));
        facts.push(match work.waited.filter(|waited| *waited >= WAIT_TOLD) {
            Some(wait) => t.waited.replace("{wait}", &listening::duration(wait)),
            None => t.spent.clone(),
        });
        if let Some(last) = facts.last_mut() {
            *last = last.replace("{time}", &time);
        }
    }
    if let Some(spoken) = work.spoken {
        facts.push(t.spoken.replace("{count}", &spoken.to_string()));
    }
    facts
}

/// "1,5": tenths of 10^6 bytes, as Vietnamese write them; never nothing.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000).max(1);
    format!("{},{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::publication::Publication;

    #[test]
    fn a_draft_is_told_by_what_became_of_it() {
        let draft = Standing { publication: Publication::Draft, ..Standing::default() };
        assert_eq!(standing_words(Standing::default()), "Đã đăng");
        assert_eq!(standing_words(draft), "Bản nháp");
        let taken_down = Standing { was_published: true, ..draft };
        assert_eq!(standing_words(taken_down), "Đã gỡ");
        let at = Timestamp::from_local("2031-11-30T07:30");
        let scheduled = Standing { publish_at: at, ..taken_down };
        assert_eq!(standing_words(scheduled), "Hẹn giờ 07:30 30/11/2031");
    }

    #[test]
    fn a_size_is_never_nothing() {
        assert_eq!(megabytes(1_450_000), "1,5");
        assert_eq!(megabytes(12), "0,1");
        assert_eq!(megabytes(23_000_000), "23,0");
    }
}
