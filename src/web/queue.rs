//! "Hàng đợi" and "Từ được sửa nhiều nhất": pieces of the page of numbers.

use super::App;
use super::chart::{self, Chart};
use super::error::WebError;
use super::listening::duration;
use super::texts::texts;
use crate::domain::listening::{Day, Period};
use crate::domain::units::Millis;
use crate::store::{QueueTime, now};

/// How many words are listed.
const WORDS_SHOWN: u32 = 20;

/// The periods, in days; the last one is drawn.
const PERIODS: [u16; 2] = [7, 30];

/// How long articles of a period waited and took.
pub struct QueueRow {
    pub period: String,
    pub jobs: String,
    pub waited_median: String,
    pub waited_late: String,
    pub spent_median: String,
    pub spent_late: String,
}

/// A word that is corrected again and again.
pub struct CorrectedView {
    pub written: String,
    pub times: String,
    /// What it is said as now, in the whole paper or in a section.
    pub spoken: String,
    /// Its entry.
    pub page: Option<String>,
}

/// `None` when nothing was finished.
pub struct QueueView {
    pub rows: Vec<QueueRow>,
    pub chart: Chart,
}

/// How long articles wait and take.
pub async fn queue_view(app: &App) -> Result<Option<QueueView>, WebError> {
    let today = Day::of(now());
    let drawn = Period::ending(today, PERIODS[1]);
    let times = app.0.store.queue_times(drawn.first.begins()).await?;
    if times.is_empty() {
        return Ok(None);
    }
    let row = |days: u16| {
        let since = Period::ending(today, days).first.begins();
        let times: Vec<QueueTime> = times.iter().filter(|time| time.at >= since).copied().collect();
        queue_row(days, &times)
    };
    Ok(Some(QueueView { rows: PERIODS.map(row).into(), chart: chart_of(drawn, &times) }))
}

/// The words that are corrected most.
pub async fn corrected(app: &App) -> Result<Vec<CorrectedView>, WebError> {
    let t = &texts().queue;
    let words = app.0.store.most_corrected(WORDS_SHOWN).await?;
    let entries = app.0.store.lexicon().await?;
    let view = |word: crate::store::CorrectedWord| {
        // One for the whole paper says more than one for a section.
        let said = entries.iter().filter(|entry| entry.written() == word.written);
        let said = said.max_by_key(|entry| entry.section().is_none());
        let page = said.map(|entry| {
            let pairs =
                [("edit", entry.written()), ("edit_section", entry.section().unwrap_or(""))];
            let query = url::form_urlencoded::Serializer::new(String::new());
            format!("/desk/lexicon?{}#form", { query }.extend_pairs(pairs).finish())
        });
        let spoken = said.map(|entry| entry.spoken().to_owned());
        CorrectedView {
            times: word.times.to_string(),
            spoken: spoken.unwrap_or_else(|| t.corrected_article.clone()),
            page,
            written: word.written,
        }
    };
    Ok(words.into_iter().map(view).collect())
}

fn queue_row(days: u16, times: &[QueueTime]) -> QueueRow {
    let t = &texts().queue;
    let told = |side: fn(&QueueTime) -> Millis, percent| {
        let found = percentile(times.iter().map(side).collect(), percent);
        found.map_or_else(|| t.unknown.clone(), duration)
    };
    QueueRow {
        period: t.last_days.replace("{days}", &days.to_string()),
        jobs: times.len().to_string(),
        waited_median: told(|time| time.waited, 50),
        waited_late: told(|time| time.waited, 95),
        spent_median: told(|time| time.spent, 50),
        spent_late: told(|time| time.spent, 95),
    }
}

/// The least of the times that so many of a hundred do not exceed.
fn percentile(mut times: Vec<Millis>, percent: usize) -> Option<Millis> {
    times.sort();
    let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times.get(place).copied()
}

fn chart_of(period: Period, times: &[QueueTime]) -> Chart {
    let t = &texts().queue;
    let median = |day: Day| {
        let of_day = times.iter().filter(|time| Day::of(time.at) == day);
        let whole = of_day.map(|time| Millis(time.waited.0.saturating_add(time.spent.0))).collect();
        (day, percentile(whole, 50).map_or(0, |time| time.0))
    };
    let days: Vec<(Day, u64)> = period.days().map(median).collect();
    let words = |ms| duration(Millis(ms));
    let most = days.iter().rev().max_by_key(|(_, ms)| *ms);
    let (longest, day) = most.map_or((0, period.last), |(day, ms)| (*ms, *day));
    let top = chart::round_up_time(longest);
    let (first, last) = (period.first.short(), period.last.short());
    let summary = t
        .chart_summary
        .replace("{heading}", &t.chart)
        .replace("{first}", &first)
        .replace("{last}", &last)
        .replace("{most}", &words(longest))
        .replace("{day}", &day.short());
    let bars = chart::bars(&days, top, words);
    Chart { heading: t.chart.clone(), summary, top: words(top), first, last, bars }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let times = |times: &[u64]| times.iter().copied().map(Millis).collect::<Vec<_>>();
        assert_eq!(percentile(times(&[]), 50), None);
        assert_eq!(percentile(times(&[7]), 95), Some(Millis(7)));
        assert_eq!(percentile(times(&[3, 1, 2]), 50), Some(Millis(2)));
        assert_eq!(percentile((1..=100).rev().map(Millis).collect(), 95), Some(Millis(95)));
        assert_eq!(percentile((1..=20).map(Millis).collect(), 95), Some(Millis(19)));
    }
}
