//! How fast articles are read, the pauses, and a sentence to hear it by.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{DoneQuery, after_save, held, number_field, overtaken, refused, said_done, said_error};
use super::{seen, whole};
use crate::config::{PAUSE_MS_MAX, SPEED_RANGE};
use crate::domain::account::Account;
use crate::domain::job::{Source, Urgency};
use crate::domain::newsroom::Setting;
use crate::domain::pace::{Pace, Pauses};
use crate::domain::units::Millis;
use crate::studio::TRIAL_CHARS_MAX;
use crate::web::account_pages::Said;
use crate::web::auth::Editor;
use crate::web::error::{WebError, message};
use crate::web::settings_pages::{NumberField, PacePage};
use crate::web::texts::texts;
use crate::web::{App, amounts, trial, views};

/// How many articles are read again at once, at most.
const AGAIN_MAX: u64 = 500;

/// What is typed on the page of the pace, and what a sentence is to sound like.
#[derive(Clone, Deserialize)]
#[serde(default)]
pub struct PaceForm {
    seen: String,
    /// "reset", or else it is saved.
    action: String,
    speed: String,
    clause_ms: String,
    sentence_ms: String,
    paragraph_ms: String,
    heading_ms: String,
    title_ms: String,
    lead_ms: String,
    /// What is to be heard.
    text: String,
    /// By whom; empty: by the voice that reads.
    voice: String,
}

#[derive(Deserialize)]
pub struct AgainForm {
    #[serde(default)]
    count: String,
    /// The page that asks.
    #[serde(default)]
    from: String,
}

/// The pace at which articles are read now.
pub fn current(app: &App) -> Pace {
    app.newsroom().settings.pace.unwrap_or_else(|| app.0.backstage.studio.pace())
}

pub fn state(pace: &Pace) -> String {
    let text = &texts().pace.state;
    text.replace("{speed}", &amounts::decimal(pace.speed))
        .replace("{sentence}", &pace.pauses.sentence.0.to_string())
        .replace("{paragraph}", &pace.pauses.paragraph.0.to_string())
}

/// `GET /desk/settings/pace`
pub async fn show_pace(
    State(app): State<App>,
    Editor(account): Editor,
    query: Result<Query<DoneQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(DoneQuery { done, count }) = query?;
    let fields = Fields::of(&PaceForm::of(&current(&app)));
    page(&app, &account, fields, None, said_done(&done, count))
}

/// `POST /desk/settings/pace`
pub async fn update_pace(
    State(app): State<App>,
    Editor(account): Editor,
    form: Result<Form<PaceForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    let is_reset = form.action == "reset";
    let fields = Fields::of(&form);
    let Some(pace) = fields.pace.filter(|_| !is_reset).map(Some).or(is_reset.then_some(None))
    else {
        let said = said_error(&texts().settings.check_fields);
        return Ok(refused(page(&app, &account, fields, Some(&form.seen), said)?));
    };
    let saved = app.0.store.set_pace(pace.as_ref(), seen(&form.seen), &account).await?;
    match after_save(&app, saved, "/desk/settings/pace", is_reset).await? {
        Ok(response) => Ok(response),
        Err(said) => Ok(overtaken(page(&app, &account, fields, None, Some(said))?)),
    }
}

/// `POST /desk/settings/sound`: a text as it would be heard, as a WAV file.
pub async fn create_sound(
    State(app): State<App>,
    Editor(_): Editor,
    form: Result<Form<PaceForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    let refuse = |code| WebError::new(StatusCode::UNPROCESSABLE_ENTITY, code);
    if form.text.trim().is_empty() {
        return Err(refuse("empty_text"));
    }
    if form.text.chars().count() > TRIAL_CHARS_MAX {
        let mut error = refuse("trial_too_long");
        error.message = message("trial_too_long", &[("max", &TRIAL_CHARS_MAX.to_string())]);
        return Err(error);
    }
    let pace = if form.speed.is_empty() {
        current(&app)
    } else {
        let fields = Fields::of(&form);
        fields.pace.ok_or_else(|| {
            let mut error = refuse("bad_request");
            error.message.clone_from(&texts().settings.check_fields);
            error
        })?
    };
    let voice = match form.voice.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| refuse("voice_not_installed"))?),
    };
    let readings = app.0.store.lexicon().await?;
    trial::sound(&app, form.text, readings, voice, pace).await
}

/// `POST /desk/settings/again`: has the newest articles read again, as it is set now.
pub async fn read_again(
    State(app): State<App>,
    Editor(_): Editor,
    form: Result<Form<AgainForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(AgainForm { count, from }) = form?;
    let count = whole(&count, 1, AGAIN_MAX).map_err(|text| {
        let mut error = WebError::bad_request();
        error.status = StatusCode::UNPROCESSABLE_ENTITY;
        error.message = text;
        error
    })?;
    let newest = app.0.store.heard_since(u32::try_from(count).unwrap_or(u32::MAX)).await?;
    for (article, _) in &newest {
        // Nobody waits for them: what an editor asks for comes first.
        app.0.queue.ask_for(Source::Stored(*article), Urgency::Backlog).await?;
    }
    let page = if from == "voice" { "voice" } else { "pace" };
    let address = format!("/desk/settings/{page}?done=again&count={}", newest.len());
    Ok(Redirect::to(&address).into_response())
}

fn page(
    app: &App,
    account: &Account,
    fields: Fields,
    typed_seen: Option<&str>,
    said: Option<Said>,
) -> Result<Response, WebError> {
    let newsroom = app.newsroom();
    let settings = &newsroom.settings;
    let Fields { speed, pauses, text, .. } = fields;
    views::page(&PacePage {
        frame: views::frame(Some(account)),
        said,
        held: held(settings, Setting::Pace, settings.pace.is_some(), typed_seen),
        speed,
        pauses,
        text,
    })
}

/// The fields of the page with what is wrong in each, and the pace if nothing is.
struct Fields {
    speed: NumberField,
    pauses: Vec<NumberField>,
    text: String,
    pace: Option<Pace>,
}

impl Fields {
    fn of(form: &PaceForm) -> Self {
        let t = &texts().pace;
        let mut speed = number_field("speed", &t.speed, form.speed.clone());
        speed.hint = Some(&t.speed_hint);
        let fast = amounts::parse_decimal(&form.speed).filter(|speed| SPEED_RANGE.contains(speed));
        if fast.is_none() {
            let range = [SPEED_RANGE.start(), SPEED_RANGE.end()].map(|at| amounts::decimal(*at));
            let text = &texts().settings.number_range;
            speed.error = Some(text.replace("{min}", &range[0]).replace("{max}", &range[1]));
        }
        let typed = [
            ("clause_ms", &t.clause, &form.clause_ms),
            ("sentence_ms", &t.sentence, &form.sentence_ms),
            ("paragraph_ms", &t.paragraph, &form.paragraph_ms),
            ("heading_ms", &t.section, &form.heading_ms),
            ("title_ms", &t.title, &form.title_ms),
            ("lead_ms", &t.intro, &form.lead_ms),
        ];
        let read = typed.map(|(_, _, typed)| whole(typed, 0, PAUSE_MS_MAX));
        let field =
            |((name, label, typed), read): ((_, &'static String, &String), &Result<_, String>)| {
                let mut field = number_field(name, label, typed.clone());
                field.error = read.as_ref().err().cloned();
                field
            };
        let pauses = typed.into_iter().zip(&read).map(field).collect();
        let pace = match (fast, read) {
            (
                Some(speed),
                [Ok(clause), Ok(sentence), Ok(paragraph), Ok(heading), Ok(title), Ok(lead)],
            ) => Some(Pace {
                speed,
                pauses: Pauses {
                    clause: Millis(clause),
                    sentence: Millis(sentence),
                    paragraph: Millis(paragraph),
                    heading: Millis(heading),
                    title: Millis(title),
                    lead: Millis(lead),
                },
            }),
            _ => None,
        };
        Self { speed, pauses, text: form.text.clone(), pace }
    }
}

impl PaceForm {
    fn of(pace: &Pace) -> Self {
        let ms = |pause: Millis| pause.0.to_string();
        let Pauses { clause, sentence, paragraph, heading, title, lead } = pace.pauses;
        Self {
            speed: amounts::decimal(pace.speed),
            clause_ms: ms(clause),
            sentence_ms: ms(sentence),
            paragraph_ms: ms(paragraph),
            heading_ms: ms(heading),
            title_ms: ms(title),
            lead_ms: ms(lead),
            ..Self::default()
        }
    }
}

impl Default for PaceForm {
    fn default() -> Self {
        let nothing = String::new;
        Self {
            seen: nothing(),
            action: nothing(),
            speed: nothing(),
            clause_ms: nothing(),
            sentence_ms: nothing(),
            paragraph_ms: nothing(),
            heading_ms: nothing(),
            title_ms: nothing(),
            lead_ms: nothing(),
            text: texts().settings.try_sentences.clone(),
            voice: nothing(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_what_was_typed_or_each_field_says_why_not() {
        let pace = Pace { speed: 1.25, ..Pace::default() };
        assert_eq!(Fields::of(&PaceForm::of(&pace)).pace, Some(pace));
        let form = PaceForm { speed: "9".into(), lead_ms: "10001".into(), ..PaceForm::of(&pace) };
        let fields = Fields::of(&form);
        assert_eq!(fields.pace, None);
        assert_eq!(fields.speed.error.as_deref(), Some("Nhập một số từ 0,5 đến 2."));
        let wrong: Vec<&str> =
            fields.pauses.iter().filter(|f| f.error.is_some()).map(|f| f.name).collect();
        assert_eq!(wrong, ["lead_ms"]);
        assert_eq!(fields.pauses[5].value, "10001");
    }
}
