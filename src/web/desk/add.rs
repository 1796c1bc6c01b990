//! Adding articles at the desk: by addresses, by words, by a file.

use std::collections::HashSet;

use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::super::App;
use super::super::account_pages::Said;
use super::super::auth::Editor;
use super::super::error::WebError;
use super::super::limits::ARTICLE_BYTES_MAX;
use super::super::texts::texts;
use super::list::{self, Asked, Beside};
use super::pages::AddForms;
use crate::domain::account::Account;
use crate::domain::address::Address;
use crate::domain::job::{Source, Urgency};
use crate::fetch;

/// How many addresses are taken at once. `static/texts.json` says the same to people.
const ADDRESSES_MAX: usize = 100;

/// The largest form with an article's words, in bytes: the longest article that is read by default, each letter
/// of which takes nine in a form.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// The largest form with a file: what stands around it included.
pub const FILE_FORM_BYTES_MAX: usize = ARTICLE_BYTES_MAX + 64 * 1024;

/// How many characters of a line that is no address are told.
const BAD_LINE_CHARS: usize = 60;

/// Of so many characters one may be none that a text has.
const ODD_SHARE: usize = 100;

#[derive(Deserialize)]
pub struct AddressesForm {
    /// One a line.
    #[serde(default)]
    url: String,
}

#[derive(Deserialize)]
pub struct TextForm {
    #[serde(default)]
    title: String,
    #[serde(default)]
    text: String,
}

/// `POST /desk/articles`: each line is an address. Those that are none are told, the others are taken.
pub async fn create_by_addresses(
    State(app): State<App>,
    Editor(account): Editor,
    form: Result<Form<AddressesForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(AddressesForm { url }) = form?;
    let lines: Vec<&str> = url.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let refuse = |error: WebError| {
        let add = AddForms { urls: url.clone(), ..AddForms::default() };
        refused(&app, &account, error, add)
    };
    if lines.is_empty() {
        return refuse(unprocessable("fetch_invalid_address")).await;
    }
    if lines.len() > ADDRESSES_MAX {
        return refuse(unprocessable("too_many_addresses")).await;
    }
    let (mut asked, mut bad) = (HashSet::new(), Vec::new());
    for line in lines {
        match line.parse::<Address>() {
            Ok(address) => {
                // The same address twice is one article.
                if asked.insert(address.canonical().to_string()) {
                    app.0.queue.ask_for(Source::Address(address), Urgency::Editor).await?;
                }
            }
            Err(_) => bad.push(line),
        }
    }
    match (asked.len(), bad.as_slice()) {
        (count, []) => Ok(added(count)),
        (0, [_]) => refuse(unprocessable("fetch_invalid_address")).await,
        (count, bad) => some_were_bad(&app, &account, count, bad).await,
    }
}

/// The list again, with the lines that were no addresses to be mended.
async fn some_were_bad(
    app: &App,
    account: &Account,
    count: usize,
    bad: &[&str],
) -> Result<Response, WebError> {
    let t = &texts().desk_list;
    let short =
        |line: &&str| format!("“{}”", line.chars().take(BAD_LINE_CHARS).collect::<String>());
    let told: Vec<String> = bad.iter().map(short).collect();
    let error = t.bad_lines.replace("{count}", &bad.len().to_string());
    let add = AddForms {
        urls: bad.join("\n"),
        error: Some(error.replace("{lines}", &told.join(", "))),
        ..AddForms::default()
    };
    let said = (count > 0).then(|| Said {
        text: t.done_added.replace("{count}", &count.to_string()),
        is_error: false,
    });
    let beside = Beside { add, said, undo: None };
    let page = list::page(app, account, &Asked::default(), beside).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST /desk/articles/text`
pub async fn create_by_text(
    State(app): State<App>,
    Editor(account): Editor,
    form: Result<Form<TextForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(TextForm { title, text }) = form?;
    let paragraphs = paragraphs(&text);
    if title.trim().is_empty() || paragraphs.is_empty() {
        let add = AddForms { title, text, open: "text", ..AddForms::default() };
        return refused(&app, &account, unprocessable("empty_text"), add).await;
    }
    let title = title.trim().to_owned();
    app.0.queue.ask_for(Source::Text { title, paragraphs }, Urgency::Editor).await?;
    Ok(added(1))
}

/// `POST /desk/articles/file`: a page that was saved, or a text.
pub async fn create_by_file(
    State(app): State<App>,
    Editor(account): Editor,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, WebError> {
    match file_source(form?).await {
        Ok(source) => {
            app.0.queue.ask_for(source, Urgency::Editor).await?;
            Ok(added(1))
        }
        Err(error) => {
            let add = AddForms { open: "file", ..AddForms::default() };
            refused(&app, &account, error, add).await
        }
    }
}

async fn file_source(mut form: Multipart) -> Result<Source, WebError> {
    let too_large = |error: WebError| match error.status {
        StatusCode::PAYLOAD_TOO_LARGE => WebError::new(error.status, "file_too_large"),
        _ => error,
    };
    while let Some(field) = form.next_field().await.map_err(|e| too_large(e.into()))? {
        let Some(name) = field.file_name().map(str::to_lowercase).filter(|name| !name.is_empty())
        else {
            continue;
        };
        let bytes = field.bytes().await.map_err(|error| too_large(error.into()))?;
        if bytes.len() > ARTICLE_BYTES_MAX {
            return Err(WebError::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large"));
        }
        return source_of(&name, &bytes);
    }
    Err(unprocessable("file_missing"))
}

fn source_of(name: &str, bytes: &[u8]) -> Result<Source, WebError> {
    let is_page = [".html", ".htm"].iter().any(|ending| name.ends_with(ending));
    if !is_page && !name.ends_with(".txt") {
        return Err(unprocessable("file_kind"));
    }
    let text = fetch::decode(bytes, None);
    if !is_text(&text) {
        return Err(unprocessable("file_not_text"));
    }
    if text.trim().is_empty() {
        return Err(unprocessable("empty_text"));
    }
    if is_page {
        return Ok(Source::Html { url: None, html: text });
    }
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
    Ok(Source::Text { title: title.trim().to_owned(), paragraphs: paragraphs(rest) })
}

/// Whether it was written to be read: pictures and the files of word processors are full of what no text has.
fn is_text(decoded: &str) -> bool {
    let is_odd = |c: &char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}')) || *c == '\u{fffd}'
    };
    let (mut count, mut odd) = (0_usize, 0_usize);
    for c in decoded.chars() {
        count += 1;
        odd += usize::from(is_odd(&c));
    }
    !decoded.contains('\0') && odd * ODD_SHARE <= count
}

/// Where there are empty lines they part the paragraphs; where there are none, every line is one.
fn paragraphs(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let parts: Vec<String> = lines
        .split(|line| line.is_empty())
        .filter(|part| !part.is_empty())
        .map(|part| part.join(" "))
        .collect();
    if parts.len() > 1 {
        return parts;
    }
    lines.into_iter().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn unprocessable(code: &'static str) -> WebError {
    WebError::new(StatusCode::UNPROCESSABLE_ENTITY, code)
}

/// The list, with what was added on top.
fn added(count: usize) -> Response {
    Redirect::to(&format!("/desk?added={count}")).into_response()
}

/// The list with what was typed and why it was refused.
async fn refused(
    app: &App,
    account: &Account,
    error: WebError,
    add: AddForms,
) -> Result<Response, WebError> {
    let add = AddForms { error: Some(error.message), ..add };
    let beside = Beside { add, ..Beside::default() };
    let page = list::page(app, account, &Asked::default(), beside).await?;
    Ok((error.status, page).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_falls_into_paragraphs() {
        assert_eq!(paragraphs("Một\nhai\n\n\nBa"), ["Một hai", "Ba"]);
        assert_eq!(paragraphs("Một\nhai\n"), ["Một", "hai"]);
        assert!(paragraphs(" \n\n").is_empty());
    }

    #[test]
    fn a_file_is_what_its_name_and_its_bytes_say() {
        let text = |name: &str, bytes: &[u8]| source_of(name, bytes).map_err(|error| error.code);
        let (title, paragraphs) = ("Cầu mới".to_owned(), vec!["Bản Mòn.".to_owned()]);
        let bridge = Source::Text { title, paragraphs };
        let utf_16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("Cầu mới\r\n\r\nBản Mòn.".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(text("bai.txt", "\u{feff}Cầu mới\nBản Mòn.".as_bytes()), Ok(bridge.clone()));
        assert_eq!(text("bai.txt", &utf_16), Ok(bridge));
        let page = "<p>Cầu mới ở bản Mòn.</p>";
        let html = Source::Html { url: None, html: page.to_owned() };
        assert_eq!(text("bai.htm", page.as_bytes()), Ok(html));
        assert_eq!(text("bai.docx", b"PK\x03\x04"), Err("file_kind"));
        let noise: Vec<u8> = (0..4096_u32).map(|n| (n * 167 % 256) as u8).collect();
        assert_eq!(text("bai.txt", &noise), Err("file_not_text"));
        assert_eq!(text("bai.html", b"%PDF-1.7\n\x01\x02\x03\x04\x05\x06"), Err("file_not_text"));
        assert_eq!(text("bai.txt", b" \n "), Err("empty_text"));
    }
}
