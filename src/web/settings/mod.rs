//! The pages on which editors change settings. What is set there wins over the settings file.

mod comments;
mod embedding;
mod pace;
mod sources;
mod voice;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

pub use self::comments::{show_rules, try_rules, update_rules};
pub use self::embedding::{show_embedding, update_embedding};
pub use self::pace::{create_sound, current as current_pace, read_again, show_pace, update_pace};
pub use self::sources::{
    ask_source, create_source, delete_source, list_sources, look_at_source, update_source_pace,
    why as why_feed_fails,
};
pub use self::voice::{install_voice, show_installation, show_voice, update_voice};

use super::account_pages::Said;
use super::auth::Editor;
use super::error::WebError;
use super::settings_pages::{Held, NumberField, SettingsItem, SettingsPage};
use super::texts::texts;
use super::{App, views};
use crate::domain::newsroom::{NewsroomSettings, Setting, SettingChange};
use crate::domain::units::Timestamp;
use crate::store::SettingSaved;

#[derive(Deserialize)]
pub struct DoneQuery {
    /// What was just done, before a redirect.
    #[serde(default)]
    done: String,
    /// To how many.
    #[serde(default)]
    count: u32,
}

/// `GET /desk/settings`
pub async fn show_settings(
    State(app): State<App>,
    Editor(account): Editor,
) -> Result<Response, WebError> {
    let t = texts();
    let newsroom = app.newsroom();
    let item = |address, heading: &'static str, state| SettingsItem { address, heading, state };
    let items = vec![
        item("/desk/settings/sources", &t.sources.heading, sources::state(&app).await?),
        item("/desk/settings/voice", &t.voice.heading, voice::state(&app)),
        item("/desk/settings/pace", &t.pace.heading, pace::state(&pace::current(&app))),
        item(
            "/desk/settings/embedding",
            &t.embedding.heading,
            embedding::state(&newsroom.embed_sites),
        ),
        item("/desk/settings/comments", &t.rules_page.heading, comments::state(&newsroom.comments)),
    ];
    views::page(&SettingsPage { frame: views::frame(Some(&account)), items })
}

/// What a form says of a value. `typed`: the change that a form has seen which comes back refused; it has
/// seen no other one since.
fn held(settings: &NewsroomSettings, setting: Setting, is_set: bool, typed: Option<&str>) -> Held {
    let t = &texts().settings;
    let (seen, by) = match settings.change_of(setting) {
        None => (String::new(), t.from_file.clone()),
        Some(change) => {
            let text = if is_set { &t.changed } else { &t.was_taken_back };
            (change.at.0.to_string(), told(text, change))
        }
    };
    Held { seen: typed.map_or(seen, str::to_owned), by, is_set }
}

fn told(text: &str, change: &SettingChange) -> String {
    text.replace("{name}", &change.by).replace("{time}", &views::date(change.at))
}

/// The change that a form has seen.
fn seen(typed: &str) -> Option<Timestamp> {
    typed.parse().ok().map(Timestamp)
}

/// What was done, as the address says.
fn said_done(done: &str, count: u32) -> Option<Said> {
    let t = &texts().settings;
    let text = match done {
        "saved" => t.saved.clone(),
        "reset" => t.was_reset.clone(),
        "again" => t.again_done.replace("{count}", &count.to_string()),
        _ => return None,
    };
    Some(Said { text, is_error: false })
}

fn said_error(text: &str) -> Option<Said> {
    Some(Said { text: text.to_owned(), is_error: true })
}

/// After a save: where to go, or what is to be said because somebody was faster.
async fn after_save(
    app: &App,
    saved: SettingSaved,
    path: &str,
    is_reset: bool,
) -> Result<Result<Response, Said>, WebError> {
    app.look_at_settings().await?;
    Ok(match saved {
        SettingSaved::Done => {
            let done = if is_reset { "reset" } else { "saved" };
            Ok(Redirect::to(&format!("{path}?done={done}")).into_response())
        }
        SettingSaved::Overtaken(change) => {
            Err(Said { text: told(&texts().settings.overtaken, &change), is_error: true })
        }
    })
}

/// A page that says what is wrong, with everything that was typed.
fn refused(page: Response) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// A page that says who was faster.
fn overtaken(page: Response) -> Response {
    (StatusCode::CONFLICT, page).into_response()
}

/// A whole number between two, or what is wrong with what was typed.
fn whole(typed: &str, min: u64, max: u64) -> Result<u64, String> {
    let number = typed.trim().parse().ok().filter(|number| (min..=max).contains(number));
    number.ok_or_else(|| {
        let text = &texts().settings.number_range;
        text.replace("{min}", &min.to_string()).replace("{max}", &max.to_string())
    })
}

fn number_field(name: &'static str, label: &'static str, value: String) -> NumberField {
    NumberField { name, label, value, hint: None, error: None }
}
