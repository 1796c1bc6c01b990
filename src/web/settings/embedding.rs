//! Which sites may show the player in a frame, and what a site puts into its pages.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::{DoneQuery, after_save, held, overtaken, refused, said_done, said_error, seen};
use crate::config::is_embed_source;
use crate::domain::account::Account;
use crate::domain::newsroom::Setting;
use crate::web::account_pages::Said;
use crate::web::auth::Editor;
use crate::web::error::{WebError, message};
use crate::web::origin::origin;
use crate::web::settings_pages::EmbeddingPage;
use crate::web::texts::texts;
use crate::web::{App, views};

/// How many sites are named, at most: all of them travel in a header.
const SITES_MAX: usize = 50;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct EmbeddingForm {
    seen: String,
    action: String,
    sites: String,
}

/// What stands in the form.
#[derive(Default)]
struct Typed {
    sites: String,
    error: Option<String>,
    /// What a form has seen that comes back refused.
    seen: Option<String>,
}

pub fn state(sites: &[String]) -> String {
    let t = &texts().embedding;
    match sites {
        [] => t.state_any.clone(),
        sites => t.state.replace("{sites}", &sites.join(", ")),
    }
}

/// `GET /desk/settings/embedding`
pub async fn show_embedding(
    State(app): State<App>,
    Editor(account): Editor,
    headers: HeaderMap,
    query: Result<Query<DoneQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(DoneQuery { done, count }) = query?;
    let sites = app.newsroom().embed_sites.join("\n");
    let origin = origin(&app, &headers);
    page(&app, &account, &origin, Typed { sites, ..Typed::default() }, said_done(&done, count))
}

/// `POST /desk/settings/embedding`
pub async fn update_embedding(
    State(app): State<App>,
    Editor(account): Editor,
    headers: HeaderMap,
    form: Result<Form<EmbeddingForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    let origin = origin(&app, &headers);
    let is_reset = form.action == "reset";
    let sites = match sites(&form.sites) {
        _ if is_reset => None,
        Ok(sites) => Some(sites),
        Err(error) => {
            let said = said_error(&texts().settings.check_fields);
            let typed = Typed { sites: form.sites, error: Some(error), seen: Some(form.seen) };
            let page = page(&app, &account, &origin, typed, said)?;
            return Ok(refused(page));
        }
    };
    let seen = seen(&form.seen);
    let saved = app.0.store.set_embed_sites(sites.as_deref(), seen, &account).await?;
    match after_save(&app, saved, "/desk/settings/embedding", is_reset).await? {
        Ok(response) => Ok(response),
        Err(said) => {
            let typed = Typed { sites: form.sites, ..Typed::default() };
            Ok(overtaken(page(&app, &account, &origin, typed, Some(said))?))
        }
    }
}

/// One site a line, or what is wrong.
fn sites(typed: &str) -> Result<Vec<String>, String> {
    let lines = typed.lines().map(|line| line.trim().trim_end_matches('/'));
    let mut sites: Vec<String> = Vec::new();
    for line in lines.filter(|line| !line.is_empty()) {
        if !is_embed_source(line) {
            return Err(message("embed_site_invalid", &[("line", line)]));
        }
        if !sites.iter().any(|known| known == line) {
            sites.push(line.to_owned());
        }
    }
    if sites.len() > SITES_MAX {
        return Err(message("embed_sites_too_many", &[("max", &SITES_MAX.to_string())]));
    }
    Ok(sites)
}

fn page(
    app: &App,
    account: &Account,
    origin: &str,
    typed: Typed,
    said: Option<Said>,
) -> Result<Response, WebError> {
    let newsroom = app.newsroom();
    let settings = &newsroom.settings;
    let t = &texts().embedding;
    views::page(&EmbeddingPage {
        frame: views::frame(Some(account)),
        said,
        held: held(
            settings,
            Setting::Embedding,
            settings.embed_sites.is_some(),
            typed.seen.as_deref(),
        ),
        sites: typed.sites,
        error: typed.error,
        code_script: format!(
            "<script src=\"{origin}/baonoi.js\" async></script>\n<bao-noi></bao-noi>"
        ),
        code_frame: format!(
            "<iframe src=\"{origin}/embed?url={}\" width=\"100%\" height=\"230\" title=\"{}\"></iframe>",
            t.frame_place, t.frame_title
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_lines_and_a_wrong_one_is_named() {
        let typed = " https://bao.example/ \r\n\nhttps://*.bao.example\nhttps://bao.example";
        assert_eq!(sites(typed).unwrap(), ["https://bao.example", "https://*.bao.example"]);
        assert_eq!(sites("").unwrap(), [""; 0]);
        let error = sites("https://bao.example\n* ; script-src").unwrap_err();
        assert!(error.contains("* ; script-src"), "{error}");
        let many: String = (0..51).map(|n| format!("https://b{n}.example\n")).collect();
        assert!(sites(&many).is_err());
    }
}
