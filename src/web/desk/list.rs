//! The editors' list: its pages, and single rows for a page that is open.

use std::collections::{BTreeMap, HashMap};

use askama::Template as _;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use super::super::account_pages::Said;
use super::super::auth::Editor;
use super::super::error::WebError;
use super::super::limits::NO_STORE;
use super::super::texts::texts;
use super::super::{App, views};
use super::pages::{AddForms, DeskPage, DeskRows, DeskTabView, Undo};
use super::rows;
use crate::domain::account::Account;
use crate::domain::ids::{ArticleId, JobId};
use crate::domain::units::Timestamp;
use crate::store::{DeskCounts, DeskCursor, DeskTab, now};

/// How many rows one page shows.
const PAGE: u32 = 50;

/// The longest search, in characters. `templates/desk.html` says the same to browsers.
const QUERY_CHARS_MAX: usize = 100;

/// How many rows a page asks for at once.
const ROWS_MAX: usize = 100;

/// Which page of the list is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    tab: DeskTab,
    query: String,
    after: Option<DeskCursor>,
}

/// What a page says beside its rows.
#[derive(Default)]
pub struct Beside {
    pub add: AddForms,
    pub said: Option<Said>,
    pub undo: Option<Undo>,
}

/// `GET /desk?tab=drafts&after=…`, or `?q=…`
pub async fn show_desk(
    State(app): State<App>,
    Editor(account): Editor,
    RawQuery(query): RawQuery,
) -> Result<Response, WebError> {
    let query = query.unwrap_or_default();
    let asked = Asked::of(&query)?;
    let added = value_of(&query, "added").and_then(|count| count.parse::<u32>().ok());
    let said = added.map(|count| Said {
        text: texts().desk_list.done_added.replace("{count}", &count.to_string()),
        is_error: false,
    });
    page(&app, &account, &asked, Beside { said, ..Beside::default() }).await
}

/// `GET /desk/rows?article=…&job=…`: these rows as they are now.
pub async fn list_rows(
    State(app): State<App>,
    Editor(_): Editor,
    RawQuery(query): RawQuery,
) -> Result<Response, WebError> {
    let (mut articles, mut jobs) = (Vec::new(), Vec::new());
    for (name, value) in pairs(&query.unwrap_or_default()).into_iter().take(ROWS_MAX) {
        match name.as_str() {
            "article" => articles.extend(value.parse::<ArticleId>().ok()),
            "job" => jobs.extend(value.parse::<JobId>().ok()),
            _ => {}
        }
    }
    let found = app.0.store.desk_of(&articles, &jobs).await?;
    let page = DeskRows { t: texts(), items: found.iter().map(rows::item).collect() };
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Html(page.render()?)).into_response())
}

/// `GET /desk/counts`: how many rows the tabs have, as they say it.
pub async fn show_counts(State(app): State<App>, Editor(_): Editor) -> Result<Response, WebError> {
    let counts = app.0.store.desk_counts().await?;
    let tabs = DeskTab::ALL.into_iter().map(|tab| tab_view(tab, &counts));
    let counts: BTreeMap<&str, String> =
        tabs.filter_map(|tab| Some((tab.name, tab.count?))).collect();
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(counts)).into_response())
}

/// A page of the list with what was just done, or refused.
pub async fn page(
    app: &App,
    account: &Account,
    asked: &Asked,
    beside: Beside,
) -> Result<Response, WebError> {
    // What changes while the page is made is told to it afterwards.
    let since = now();
    let (store, after) = (&app.0.store, asked.after.as_ref());
    // One more than is shown tells whether there is a next page.
    let mut found = match asked.query.as_str() {
        "" => store.desk(asked.tab, after, PAGE + 1).await?,
        typed => store.desk_about(typed, after, PAGE + 1).await?,
    };
    let has_more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let older = found
        .last()
        .filter(|_| has_more)
        .map(|last| Asked { after: Some(last.cursor.clone()), ..asked.clone() }.path());
    let counts = store.desk_counts().await?;
    let only_embedded = app.voices().iter().all(|voice| voice.embedded);
    views::page(&DeskPage {
        frame: views::frame(Some(account)),
        tab: if asked.query.is_empty() { asked.tab.name() } else { "" },
        tabs: DeskTab::ALL.into_iter().map(|tab| tab_view(tab, &counts)).collect(),
        query: asked.query.clone(),
        items: found.iter().map(rows::item).collect(),
        add: beside.add,
        said: beside.said,
        undo: beside.undo,
        is_front: after.is_none(),
        back: asked.to_query(),
        newest: after.map(|_| Asked { after: None, ..asked.clone() }.path()),
        older,
        since: since.0,
        voice_notice: only_embedded.then(|| texts().desk.voice_embedded.clone()),
    })
}

fn tab_view(tab: DeskTab, counts: &DeskCounts) -> DeskTabView {
    let t = &texts().desk_list;
    let (text, count) = match tab {
        DeskTab::All => (&t.tab_all, None),
        DeskTab::Working => (&t.tab_working, Some(counts.working)),
        DeskTab::Failed => (&t.tab_failed, Some(counts.failed)),
        DeskTab::Drafts => (&t.tab_drafts, Some(counts.drafts)),
        DeskTab::Published => (&t.tab_published, None),
    };
    let words = |count: u64| match DeskCounts::is_more(count) {
        true => format!("{}+", count - 1),
        false => count.to_string(),
    };
    DeskTabView { name: tab.name(), text, count: count.map(words) }
}

impl Asked {
    /// Out of the query of an address. What is no page of the list begins it.
    pub fn of(query: &str) -> Result<Self, WebError> {
        let typed = value_of(query, "q").unwrap_or_default().replace(char::is_control, " ");
        let typed = typed.trim();
        if typed.chars().count() > QUERY_CHARS_MAX {
            return Err(WebError::new(StatusCode::BAD_REQUEST, "query_too_long"));
        }
        let tab = value_of(query, "tab").and_then(|name| DeskTab::from_name(&name));
        Ok(Self {
            tab: tab.unwrap_or_default(),
            query: typed.to_owned(),
            after: value_of(query, "after").and_then(|text| cursor(&text)),
        })
    }

    fn to_query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        match self.query.as_str() {
            "" if self.tab == DeskTab::All => {}
            "" => drop(query.append_pair("tab", self.tab.name())),
            typed => drop(query.append_pair("q", typed)),
        }
        if let Some(DeskCursor { at, id }) = &self.after {
            query.append_pair("after", &format!("{}.{id}", at.0));
        }
        query.finish()
    }

    /// The address of the page.
    pub fn path(&self) -> String {
        match self.to_query() {
            query if query.is_empty() => "/desk".to_owned(),
            query => format!("/desk?{query}"),
        }
    }
}

/// "1795885200000.0190…": the time and the id of the last row before.
fn cursor(text: &str) -> Option<DeskCursor> {
    let (at, id) = text.split_once('.')?;
    // Articles and jobs have ids of one form.
    let id: ArticleId = id.parse().ok()?;
    Some(DeskCursor { at: Timestamp(at.parse().ok()?), id: id.to_string() })
}

/// The pairs of a query or of a form, in which names may come again and again.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn value_of(query: &str, name: &str) -> Option<String> {
    pairs(query).into_iter().collect::<HashMap<_, _>>().remove(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_address() {
        let id = "01930000-0000-7000-8000-000000000000";
        for query in ["", "tab=drafts", "q=c%E1%BA%A7u", &format!("tab=failed&after=17.{id}")] {
            assert_eq!(Asked::of(query).unwrap().to_query(), query);
        }
        for odd in ["tab=none", "after=17", "after=x.y", "after=17.%27", "page=3"] {
            assert_eq!(Asked::of(odd).unwrap(), Asked::default(), "{odd}");
        }
        assert_eq!(Asked::default().path(), "/desk");
        assert!(Asked::of(&format!("q={}", "a".repeat(101))).is_err());
    }
}
