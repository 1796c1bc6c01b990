//! Which voice reads, and getting more of them.

use axum::Json;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use tracing::warn;

use super::{DoneQuery, after_save, held, overtaken, refused, said_done, said_error, seen};
use crate::domain::account::Account;
use crate::domain::ids::VoiceId;
use crate::domain::newsroom::Setting;
use crate::studio::{Installation, InstallationState, StudioError, StudioVoice, StudioVoiceState};
use crate::web::account_pages::Said;
use crate::web::auth::Editor;
use crate::web::error::{WebError, message};
use crate::web::limits::{NO_STORE, header_text};
use crate::web::settings_pages::{Choice, InstallView, VoiceItem, VoicePage};
use crate::web::texts::texts;
use crate::web::{App, amounts, views};

const PAGE: &str = "/desk/settings/voice";

#[derive(Deserialize)]
pub struct VoiceForm {
    #[serde(default)]
    seen: String,
    /// Empty: as the settings file says.
    #[serde(default)]
    voice: String,
}

#[derive(Deserialize)]
pub struct InstallForm {
    #[serde(default)]
    voice: String,
}

/// How far an installation is.
#[derive(Serialize)]
struct InstallJson {
    running: bool,
    failed: bool,
    done: u64,
    total: Option<u64>,
    text: String,
}

pub fn state(app: &App) -> String {
    let reading = app.0.backstage.studio.reading();
    let text = texts().voice.state.replace("{label}", &reading.label);
    text.replace("{id}", reading.id.as_ref())
}

/// `GET /desk/settings/voice`
pub async fn show_voice(
    State(app): State<App>,
    Editor(account): Editor,
    query: Result<Query<DoneQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(DoneQuery { done, count }) = query?;
    page(&app, &account, None, None, said_done(&done, count)).await
}

/// `POST /desk/settings/voice`: lets a voice read that can speak.
pub async fn update_voice(
    State(app): State<App>,
    Editor(account): Editor,
    form: Result<Form<VoiceForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    let studio = &app.0.backstage.studio;
    let is_reset = form.voice.is_empty();
    let voice = match chosen(&app, &form.voice).await {
        Ok(voice) => voice,
        Err(code) => {
            let said = said_error(&message(code, &[]));
            return Ok(refused(
                page(&app, &account, Some(&form.voice), Some(&form.seen), said).await?,
            ));
        }
    };
    let saved = app.0.store.set_voice(voice.as_ref(), seen(&form.seen), &account).await?;
    let answer = after_save(&app, saved, PAGE, is_reset).await?;
    if let Err(error) = studio.look_again().await {
        warn!(%error, "the voice that was chosen does not read");
    }
    match answer {
        Ok(response) => Ok(response),
        Err(said) => {
            Ok(overtaken(page(&app, &account, Some(&form.voice), None, Some(said)).await?))
        }
    }
}

/// The voice that was named, if it can speak; else the code of the error.
async fn chosen(app: &App, typed: &str) -> Result<Option<VoiceId>, &'static str> {
    if typed.is_empty() {
        return Ok(None);
    }
    let voice: VoiceId = typed.parse().map_err(|_| "voice_not_installed")?;
    match app.0.backstage.studio.check(&voice).await {
        Ok(()) => Ok(Some(voice)),
        Err(error) => {
            warn!(%error, "a voice that cannot speak was chosen");
            Err(error.code())
        }
    }
}

/// `POST /desk/settings/voice/install`: begins to install a voice.
pub async fn install_voice(
    State(app): State<App>,
    Editor(account): Editor,
    form: Result<Form<InstallForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(InstallForm { voice }) = form?;
    let studio = &app.0.backstage.studio;
    let refuse = async |status, code| {
        let page = page(&app, &account, None, None, said_error(&message(code, &[]))).await?;
        Ok((status, page).into_response())
    };
    let voices = studio.voices().await.map_err(studio_error)?;
    let known = voices.iter().find(|known| known.id == voice);
    if !known.is_some_and(can_install) {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "install_nowhere").await;
    }
    let running = studio.installation().filter(|now| now.state == InstallationState::Running);
    if running.is_some() {
        return refuse(StatusCode::CONFLICT, "install_busy").await;
    }
    studio.begin_install(&voice);
    Ok(Redirect::to(PAGE).into_response())
}

/// `GET /desk/settings/voice/install`: how far it is, as JSON.
pub async fn show_installation(
    State(app): State<App>,
    Editor(_): Editor,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let accept = header_text(&headers, header::ACCEPT).unwrap_or_default();
    if accept.contains("text/html") {
        // Whoever reloads after the form.
        return Ok(Redirect::to(PAGE).into_response());
    }
    let now = app.0.backstage.studio.installation();
    let view = now.as_ref().map(install_view).ok_or_else(|| WebError::not_found("not_found"))?;
    let json = InstallJson {
        running: view.is_running,
        failed: view.is_error,
        done: view.done,
        total: view.total,
        text: view.text,
    };
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(json)).into_response())
}

fn install_view(now: &Installation) -> InstallView {
    let t = &texts().voice;
    let text = match (&now.state, now.total) {
        (InstallationState::Running, Some(total)) => t
            .installing_of
            .replace("{done}", &amounts::bytes(now.done))
            .replace("{total}", &amounts::bytes(total)),
        (InstallationState::Running, None) => t.installing.clone(),
        (InstallationState::Done, _) => t.installed.clone(),
        (InstallationState::Failed(code, _), _) => message(code, &[]),
    };
    InstallView {
        text: text.replace("{voice}", &now.voice),
        is_running: now.state == InstallationState::Running,
        is_error: matches!(now.state, InstallationState::Failed(..)),
        done: now.done,
        total: now.total,
    }
}

fn can_install(voice: &StudioVoice) -> bool {
    match &voice.state {
        StudioVoiceState::Ready => false,
        StudioVoiceState::Missing { can_install } => *can_install,
        // What is damaged is fetched again.
        StudioVoiceState::Broken(_) => voice.bytes > 0,
    }
}

fn item(voice: &StudioVoice, chosen: Option<&str>, reading: &str) -> VoiceItem {
    let t = &texts().voice;
    let state = match &voice.state {
        StudioVoiceState::Ready if voice.is_embedded => t.embedded.clone(),
        StudioVoiceState::Ready => t.ready.clone(),
        StudioVoiceState::Missing { can_install: true } => t.missing.clone(),
        StudioVoiceState::Missing { can_install: false } => t.missing_files.clone(),
        StudioVoiceState::Broken(reason) => t.broken.replace("{reason}", reason),
    };
    let licence = match voice.licence.as_str() {
        "" => voice.attribution.clone(),
        licence => format!("{} {}", t.licence.replace("{licence}", licence), voice.attribution),
    };
    VoiceItem {
        id: voice.id.clone(),
        label: if voice.label.is_empty() { voice.id.clone() } else { voice.label.clone() },
        state,
        licence: licence.trim().to_owned(),
        is_ready: voice.state == StudioVoiceState::Ready,
        is_chosen: chosen == Some(voice.id.as_str()),
        is_reading: voice.id == reading,
        install: can_install(voice)
            .then(|| t.install.replace("{size}", &amounts::bytes(voice.bytes))),
    }
}

fn studio_error(error: StudioError) -> WebError {
    warn!(%error, "the voices cannot be shown");
    WebError::new(StatusCode::INTERNAL_SERVER_ERROR, error.code())
}

/// `typed` and `typed_seen`: what a form chose that was refused, and what it has seen.
async fn page(
    app: &App,
    account: &Account,
    typed: Option<&str>,
    typed_seen: Option<&str>,
    said: Option<Said>,
) -> Result<Response, WebError> {
    let t = texts();
    let studio = &app.0.backstage.studio;
    let voices = studio.voices().await.map_err(studio_error)?;
    let newsroom = app.newsroom();
    let settings = &newsroom.settings;
    let set = settings.voice.as_ref().map(VoiceId::to_string);
    let chosen = typed.map(str::to_owned).or(set).filter(|id| !id.is_empty());
    let reading = studio.reading();
    let item = |voice: &StudioVoice| item(voice, chosen.as_deref(), reading.id.as_ref());
    let items: Vec<VoiceItem> = voices.iter().map(item).collect();
    let choice = |item: &VoiceItem| Choice {
        value: item.id.clone(),
        label: format!("{} ({})", item.label, item.id),
        is_chosen: item.is_reading,
    };
    let by_file = studio.voice_of_file();
    views::page(&VoicePage {
        frame: views::frame(Some(account)),
        said,
        held: held(settings, Setting::Voice, settings.voice.is_some(), typed_seen),
        trouble: studio.trouble().map(|reason| t.voice.trouble.replace("{reason}", &reason)),
        install: studio.installation().as_ref().map(install_view),
        is_automatic: chosen.is_none(),
        automatic_hint: match by_file {
            "" => t.voice.automatic_hint.clone(),
            id => t.voice.by_file.replace("{id}", id),
        },
        computer: t.voice.computer.replace("{name}", &studio.computer()),
        choices: items.iter().filter(|item| item.is_ready).map(choice).collect(),
        voices: items,
        text: t.settings.try_sentences.clone(),
    })
}
