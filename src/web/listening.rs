//! "Lượt nghe": what editors see of what was listened to.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;

use super::auth::Editor;
use super::chart::{self, Chart};
use super::error::WebError;
use super::listens::sum;
use super::pages::{
    ArticleListeningPage, DayView, DaysView, HeardView, ListeningPage, ListensView,
};
use super::queue::{corrected, queue_view};
use super::texts::texts;
use super::{App, views};
use crate::domain::ids::ArticleId;
use crate::domain::listening::{Day, Listens, Period};
use crate::domain::units::Millis;
use crate::store::{HeardArticle, StoredArticle, now};

/// How many days the pages show.
const DAYS: u16 = 30;

/// How many articles the page lists, those that were heard most.
const ARTICLES_SHOWN: u32 = 20;

/// The path of an article's own numbers.
pub fn article_path(id: ArticleId) -> String {
    format!("/desk/listening/{id}")
}

/// `GET /desk/listening`
pub async fn show_listening(
    State(app): State<App>,
    Editor(account): Editor,
) -> Result<Response, WebError> {
    let period = Period::ending(Day::of(now()), DAYS);
    let days = app.0.store.listens_by_day(period, None).await?;
    let mut articles = Vec::new();
    for heard in app.0.store.most_heard(period, ARTICLES_SHOWN).await? {
        let days = app.0.store.listens_by_day(period, Some(heard.id)).await?;
        articles.push(heard_view(heard, &days));
    }
    views::page(&ListeningPage {
        frame: views::frame(Some(&account)),
        lead: in_period(&texts().listening.lead, period),
        days: days_view(&days),
        articles,
        queue: queue_view(&app).await?,
        corrected: corrected(&app).await?,
    })
}

/// `GET /desk/listening/{id}`: one article's numbers.
pub async fn show_article(
    State(app): State<App>,
    Editor(account): Editor,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let Path(id) = path?;
    let article = article(&app, &id).await?;
    let period = Period::ending(Day::of(now()), DAYS);
    let days = app.0.store.listens_by_day(period, Some(article.id)).await?;
    let altogether = app.0.store.listens_of(article.id).await?;
    views::page(&ArticleListeningPage {
        frame: views::frame(Some(&account)),
        title: article.article.title,
        page: views::article_path(article.id),
        lead: in_period(&texts().listening.article_lead, period),
        days: days_view(&days),
        altogether: listens_view(altogether),
    })
}

/// The article of that id, or 404.
pub async fn article(app: &App, id: &str) -> Result<StoredArticle, WebError> {
    let missing = || WebError::not_found("article_not_found");
    let id: ArticleId = id.parse().map_err(|_| missing())?;
    app.0.store.article(id).await?.ok_or_else(missing)
}

fn heard_view(heard: HeardArticle, days: &[(Day, Listens)]) -> HeardView {
    HeardView {
        numbers: article_path(heard.id),
        // Nothing beside it says how high it is: it shows the way of its days.
        days: chart(&heard.title, &plays_of(days), |most| most, plays),
        listens: listens_view(heard.listens),
        title: heard.title,
    }
}

/// `None` when nobody listened on any of the days.
fn days_view(days: &[(Day, Listens)]) -> Option<DaysView> {
    let t = &texts().listening;
    let total = sum(days);
    if total.is_nothing() {
        return None;
    }
    let times: Vec<_> = days.iter().map(|(day, listens)| (*day, listens.heard.0)).collect();
    let day_view = |(day, listens): &(Day, Listens)| DayView {
        day: day.long(),
        listens: listens_view(*listens),
    };
    Some(DaysView {
        plays: chart(&t.plays_a_day, &plays_of(days), chart::round_up, plays),
        time: chart(&t.time_a_day, &times, chart::round_up_time, |ms| duration(Millis(ms))),
        total: listens_view(total),
        days: days.iter().rev().map(day_view).collect(),
    })
}

fn plays_of(days: &[(Day, Listens)]) -> Vec<(Day, u64)> {
    days.iter().map(|(day, listens)| (*day, listens.plays)).collect()
}

fn chart(
    heading: &str,
    days: &[(Day, u64)],
    round_up: impl Fn(u64) -> u64,
    words: impl Fn(u64) -> String,
) -> Chart {
    let short = |at: Option<&(Day, u64)>| at.map(|(day, _)| day.short()).unwrap_or_default();
    let (first, last) = (short(days.first()), short(days.last()));
    let most = days.iter().rev().max_by_key(|(_, value)| *value);
    let top = round_up(most.map_or(0, |(_, value)| *value));
    let total: u64 = days.iter().map(|(_, value)| value).sum();
    let summary = texts()
        .listening
        .chart_summary
        .replace("{first}", &first)
        .replace("{last}", &last)
        .replace("{total}", &words(total))
        .replace("{most}", &words(most.map_or(0, |(_, value)| *value)))
        .replace("{day}", &short(most))
        .replace("{heading}", heading);
    let bars = chart::bars(days, top, &words);
    Chart { heading: heading.to_owned(), summary, top: words(top), first, last, bars }
}

fn listens_view(listens: Listens) -> ListensView {
    let t = &texts().listening;
    let rate = listens.completion_percent();
    ListensView {
        plays: grouped(listens.plays),
        time: duration(listens.heard),
        completions: grouped(listens.completions),
        rate: rate.map_or_else(|| t.rate_unknown.clone(), |percent| format!("{percent}%")),
    }
}

fn in_period(text: &str, period: Period) -> String {
    text.replace("{first}", &period.first.long()).replace("{last}", &period.last.long())
}

fn plays(count: u64) -> String {
    texts().listening.plays_count.replace("{count}", &grouped(count))
}

/// "1 giờ 5 phút", "45 phút" or, below a minute, "30 giây". No line ends between number and unit.
pub fn duration(length: Millis) -> String {
    let t = &texts().listening;
    let (seconds, minutes) = (length.0 / 1000, length.0 / 60_000);
    let whole = |words: String| words.replace(' ', "\u{a0}");
    let seconds = || whole(t.seconds.replace("{seconds}", &seconds.to_string()));
    let hours = || whole(t.hours.replace("{hours}", &grouped(minutes / 60)));
    let rest = || whole(t.minutes.replace("{minutes}", &(minutes % 60).to_string()));
    match (minutes / 60, minutes % 60) {
        (0, 0) => seconds(),
        (0, _) => rest(),
        (_, 0) => hours(),
        _ => format!("{} {}", hours(), rest()),
    }
}

/// A number as Vietnamese write it: `1.234.567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_do() {
        let numbers = [(0, "0"), (999, "999"), (1_000, "1.000"), (1_234_567, "1.234.567")];
        for (number, written) in numbers {
            assert_eq!(grouped(number), written);
        }
        let times = [
            (0, "0 giây"),
            (59_999, "59 giây"),
            (60_000, "1 phút"),
            (3_599_000, "59 phút"),
            (3_600_000, "1 giờ"),
            (3_900_000, "1 giờ 5 phút"),
            (3_600_000_000, "1.000 giờ"),
        ];
        assert_eq!(duration(Millis(3_900_000)), "1\u{a0}giờ 5\u{a0}phút");
        for (millis, written) in times {
            assert_eq!(duration(Millis(millis)).replace('\u{a0}', " "), written);
        }
    }

    #[test]
    fn days_without_listeners_make_no_chart() {
        let period = Period::ending("2026-11-28".parse().unwrap(), 30);
        let mut days: Vec<_> = period.days().map(|day| (day, Listens::default())).collect();
        assert!(days_view(&days).is_none());
        days[3].1 = Listens { plays: 12, heard: Millis(4_000_000), completions: 3 };
        days[29].1 = Listens { plays: 1, heard: Millis(1_000), completions: 1 };
        let view = days_view(&days).unwrap();
        assert_eq!(view.days[0].day, "28/11/2026");
        assert_eq!((view.total.plays.as_str(), view.total.rate.as_str()), ("13", "31%"));
        let tops = (view.plays.top.as_str(), view.time.top.as_str());
        assert_eq!(tops, ("12 lượt", "2\u{a0}giờ"));
        let told = "Lượt nghe mỗi ngày, từ 30/10 đến 28/11: tổng cộng 13 lượt, nhiều nhất 12 lượt, vào ngày 02/11.";
        assert_eq!(view.plays.summary, told);
    }
}
