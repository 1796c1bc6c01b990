//! Comments as a sheet (CSV, RFC 4180), as newsrooms open it in Excel.

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt as _};

use super::auth::Moderator;
use super::error::WebError;
use super::limits::NO_STORE;
use super::moderation::{Asked, QueueQuery, asked, author_name, reason_name};
use super::records::state_name;
use super::texts::texts;
use super::{App, marks, views};
use crate::domain::comment::Reason;
use crate::domain::ids::CommentId;
use crate::domain::listening::Day;
use crate::store::{SheetRow, now};

/// How many comments are read at once.
const PAGE: i64 = 1_000;

/// By this Excel knows that a file is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What is still to be told of a sheet.
enum Rest {
    All,
    After(CommentId),
    Nothing,
}

/// `GET /moderation/export.csv?queue=waiting&q=…`
pub async fn show_sheet(
    State(app): State<App>,
    Moderator(_): Moderator,
    query: Result<Query<QueueQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let asked = asked(query)?;
    let name = format!("baonoi-{}-{}.csv", asked.queue.name(), Day::of(now()));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    let pages = stream::unfold((app, asked, Rest::All), |(app, asked, rest)| async {
        let page = page(&app, &asked, rest).await?;
        // An error in the middle breaks the answer off, so that half a sheet is not taken for a whole.
        let (page, rest) = match page {
            Ok((page, rest)) => (Ok(Bytes::from(page)), rest),
            Err(error) => (Err(error), Rest::Nothing),
        };
        Some((page, (app, asked, rest)))
    });
    // Whoever compresses it asks once more after the end.
    let mut response = (headers, Body::from_stream(pages.fuse())).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    Ok(response)
}

async fn page(
    app: &App,
    asked: &Asked,
    rest: Rest,
) -> Option<Result<(String, Rest), std::io::Error>> {
    let (mut lines, after) = match rest {
        Rest::All => (sheet_head(), None),
        Rest::After(id) => (String::new(), Some(id)),
        Rest::Nothing => return None,
    };
    let rows = match app.0.store.sheet(asked.queue, &asked.query, after, PAGE).await {
        Ok(rows) => rows,
        Err(error) => {
            tracing::error!(%error, "a sheet could not be read to its end");
            return Some(Err(std::io::Error::other(error)));
        }
    };
    lines.extend(rows.iter().map(sheet_line));
    let is_over = rows.len() < PAGE as usize;
    let last = rows.last().filter(|_| !is_over).map(|row| row.comment.id);
    Some(Ok((lines, last.map_or(Rest::Nothing, Rest::After))))
}

/// The first line, with the mark before it.
pub fn sheet_head() -> String {
    let t = &texts().sheet;
    let names = [
        &t.id,
        &t.sent,
        &t.author,
        &t.email,
        &t.body,
        &t.state,
        &t.reason,
        &t.decided_by,
        &t.decided,
        &t.rules,
        &t.likes,
        &t.reports,
        &t.network,
        &t.article,
        &t.address,
    ];
    format!("{BYTE_ORDER_MARK}{}", line(names.map(String::as_str)))
}

/// A comment's line.
pub fn sheet_line(row: &SheetRow) -> String {
    let comment = &row.comment;
    let mut rules: Vec<&str> = row.hits.iter().map(|hit| marks::rule_name(hit.rule)).collect();
    rules.dedup();
    let is_erased = comment.body.is_empty();
    line([
        &comment.id.to_string(),
        &views::date(comment.created),
        author_name(&comment.author),
        &row.email,
        if is_erased { &texts().record.erased } else { &comment.body },
        state_name(comment.state),
        comment.reason.map_or("", |reason: Reason| reason_name(reason)),
        row.decided_by.as_deref().unwrap_or_default(),
        &comment.decision.as_ref().map(|decision| views::date(decision.at)).unwrap_or_default(),
        &rules.join(", "),
        &row.likes.to_string(),
        &row.reports.to_string(),
        &row.network,
        &row.article_title,
        row.article_url.as_deref().unwrap_or_default(),
    ])
}

fn line<const N: usize>(cells: [&str; N]) -> String {
    cells.map(cell).join(",") + "\r\n"
}

/// A cell in quotes. What a sheet would take for a formula gets an apostrophe, which makes it text (OWASP,
/// "CSV Injection"); so does what stands in full width, which some input methods turn into the same.
fn cell(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_text_whatever_it_begins_with() {
        assert_eq!(cell("Hay, \"lắm\"\nạ"), "\"Hay, \"\"lắm\"\"\nạ\"");
        for formula in ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(cell(formula), format!("\"'{formula}\""));
        }
        assert_eq!(cell("1=1"), "\"1=1\"");
    }

    #[test]
    fn a_line_has_as_many_cells_as_the_head() {
        let head = sheet_head();
        assert!(head.starts_with("\u{feff}\"Mã bình luận\",\"Gửi lúc\"") && head.ends_with("\r\n"));
    }
}
