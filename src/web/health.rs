//! For whoever watches over the service: does it live, can it work, and how it is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use tracing::{error, info};

use super::account_pages::Said;
use super::auth::{Administrator, Editor};
use super::error::{WebError, failure_message};
use super::settings_pages::{BackupView, FailureItem, Figure, HealthPage};
use super::texts::texts;
use super::{App, amounts, settings, views};
use crate::domain::account::{Account, Role};
use crate::domain::job::Job;
use crate::domain::units::Timestamp;
use crate::store::{Backup, QueueHealth, SYSTEM, Space, back_up, now};

/// How long what lies on the disk is not added up again, in milliseconds: it takes a look at every file.
const MEASURED_MS: i64 = 60_000;

/// How long an article may wait before that is worth a word, in milliseconds.
const WAIT_MS_MAX: i64 = 15 * 60_000;

/// The failures that are shown.
const FAILURES_SHOWN: u32 = 10;

/// What the page of health remembers.
#[derive(Clone, Debug, Default)]
pub struct HealthState(Arc<Mutex<Remembered>>);

#[derive(Debug, Default)]
struct Remembered {
    space: Option<(Timestamp, Space)>,
    backup: BackupState,
}

/// A copy that was begun on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum BackupState {
    #[default]
    None,
    Running,
    Done,
    /// Why, in English for the operator.
    Failed(String),
}

impl HealthState {
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        // Nothing that can panic runs under this lock, so it is never poisoned.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The process answers.
pub async fn show_health() -> &'static str {
    "ok\n"
}

/// The store answers too.
pub async fn show_readiness(State(app): State<App>) -> Result<&'static str, WebError> {
    app.0.store.ping().await?;
    Ok("ready\n")
}

/// `GET /desk/health`
pub async fn show_page(
    State(app): State<App>,
    Editor(account): Editor,
) -> Result<Response, WebError> {
    page(&app, &account).await
}

/// `POST /desk/health/backup`: begins a copy into the folder of data.
pub async fn create_backup(
    State(app): State<App>,
    Administrator(account): Administrator,
) -> Result<Response, WebError> {
    {
        let mut remembered = app.0.health.lock();
        if remembered.backup == BackupState::Running {
            return Err(WebError::new(StatusCode::CONFLICT, "backup_running"));
        }
        remembered.backup = BackupState::Running;
    }
    tokio::spawn(async move {
        let made = backup(&app, &account).await;
        let state = match made {
            Ok(()) => BackupState::Done,
            Err(reason) => {
                error!(%reason, "the copy that was asked for was not made");
                BackupState::Failed(reason)
            }
        };
        let mut remembered = app.0.health.lock();
        (remembered.backup, remembered.space) = (state, None);
    });
    Ok(Redirect::to("/desk/health#backup").into_response())
}

async fn backup(app: &App, account: &Account) -> Result<(), String> {
    let store = app.0.store.clone();
    // One folder a copy, named by its time.
    let folder = store.backups_folder().join(format!("{}", now().0));
    let words = |error: &dyn std::fmt::Display| error.to_string();
    // Copying reads every file: not on a thread that answers requests.
    let copying = {
        let (store, folder) = (store.clone(), folder.clone());
        let runtime = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || runtime.block_on(back_up(&store, &folder)))
    };
    let report = copying.await.map_err(|e| words(&e))?.map_err(|e| words(&e))?;
    store
        .remember_backup(&folder, &report, Some(&account.name))
        .await
        .map_err(|error| words(&error))?;
    info!(folder = %folder.display(), by = account.name, "a copy of everything was made");
    match report.audit.faults.first() {
        None => Ok(()),
        Some(fault) => Err(format!("the copy is whole, but: {fault}")),
    }
}

/// What lies on the disk, as it was a minute ago at the most.
async fn space(app: &App) -> Result<(Timestamp, Space), WebError> {
    let known = app.0.health.lock().space;
    if let Some((at, space)) = known.filter(|(at, _)| now().0 - at.0 < MEASURED_MS) {
        return Ok((at, space));
    }
    let store = app.0.store.clone();
    let measured = tokio::task::spawn_blocking(move || store.space()).await;
    let space = measured.map_err(|error| {
        error!(%error, "the disk could not be looked at");
        WebError::internal()
    })??;
    let measured = (now(), space);
    app.0.health.lock().space = Some(measured);
    Ok(measured)
}

async fn page(app: &App, account: &Account) -> Result<Response, WebError> {
    let t = &texts().health;
    let store = &app.0.store;
    let queue = store.queue_health().await?;
    let (measured, space) = space(app).await?;
    let feeds: Vec<_> =
        store.feeds().await?.into_iter().filter(|feed| feed.failure.is_some()).collect();
    let outbox = store.outbox_counts().await?;
    let last = store.last_backup().await?;
    let studio = &app.0.backstage.studio;
    let reading = studio.reading();
    let mut warnings = queue_warnings(&queue);
    let number = |text: &str, count: u64| text.replace("{count}", &count.to_string());
    if let Some((free, _)) = space.disk.filter(|(free, _)| *free < Space::LITTLE) {
        warnings.push(t.warn_disk.replace("{free}", &amounts::bytes(free)));
    }
    if !feeds.is_empty() {
        warnings.push(number(&t.warn_feeds, feeds.len() as u64));
    }
    if outbox.given_up > 0 {
        warnings.push(number(&t.warn_webhooks, outbox.given_up));
    }
    warnings
        .extend(studio.trouble().map(|reason| texts().voice.trouble.replace("{reason}", &reason)));
    let backup = backup_view(app, account, last.as_ref());
    if backup.is_old {
        warnings.push(if last.is_some() { &t.backup_old } else { &t.backup_never }.clone());
    }
    let feed = |feed: &crate::domain::feed::Feed| FailureItem {
        what: feed.address.to_string(),
        why: settings::why_feed_fails(feed).unwrap_or_default(),
        at: texts().sources.next.replace("{time}", &views::date(feed.next)),
        page: "/desk/settings/sources".to_owned(),
    };
    views::page(&HealthPage {
        frame: views::frame(Some(account)),
        warnings,
        queue: queue_figures(&queue),
        disk: disk_figures(&space),
        measured: t.measured.replace("{time}", &views::date(measured)),
        voice: t
            .voice_reads
            .replace("{label}", &reading.label)
            .replace("{id}", reading.id.as_ref()),
        computer: t.voice_computer.replace("{name}", &studio.computer()),
        is_embedded: reading.is_embedded(),
        failures: store.failed_jobs(FAILURES_SHOWN).await?.iter().map(failure).collect(),
        feeds: feeds.iter().map(feed).collect(),
        backup,
        webhooks: vec![
            Figure { name: &t.webhooks_waiting, value: outbox.waiting.to_string() },
            Figure { name: &t.webhooks_given_up, value: outbox.given_up.to_string() },
        ],
        version: t
            .version_of
            .replace("{version}", env!("CARGO_PKG_VERSION"))
            .replace("{time}", &views::date(app.0.started)),
    })
}

fn queue_warnings(queue: &QueueHealth) -> Vec<String> {
    let t = &texts().health;
    let mut warnings = Vec::new();
    let wait = queue.oldest.map_or(0, |oldest| now().0.saturating_sub(oldest.0));
    if wait > WAIT_MS_MAX {
        warnings.push(t.warn_waiting.replace("{time}", &amounts::span(wait)));
    }
    if queue.failed > 0 {
        warnings.push(t.warn_failed.replace("{count}", &queue.failed.to_string()));
    }
    warnings
}

fn queue_figures(queue: &QueueHealth) -> Vec<Figure> {
    let t = &texts().health;
    let wait = queue.oldest.map(|oldest| amounts::span(now().0.saturating_sub(oldest.0)));
    vec![
        Figure { name: &t.waiting, value: queue.waiting.to_string() },
        Figure { name: &t.running, value: queue.running.to_string() },
        Figure { name: &t.oldest, value: wait.unwrap_or_else(|| t.oldest_none.clone()) },
        Figure { name: &t.done, value: queue.done.to_string() },
        Figure { name: &t.failed, value: queue.failed.to_string() },
    ]
}

fn disk_figures(space: &Space) -> Vec<Figure> {
    let t = &texts().health;
    let free = match space.disk {
        Some((free, size)) => t
            .free_of
            .replace("{free}", &amounts::bytes(free))
            .replace("{total}", &amounts::bytes(size)),
        None => t.free_unknown.clone(),
    };
    vec![
        Figure { name: &t.free, value: free },
        Figure { name: &t.audio, value: amounts::bytes(space.audio) },
        Figure { name: &t.clips, value: amounts::bytes(space.clips) },
        Figure { name: &t.database, value: amounts::bytes(space.database) },
        Figure { name: &t.backups, value: amounts::bytes(space.backups) },
    ]
}

fn failure(job: &Job) -> FailureItem {
    FailureItem {
        what: job.label.clone(),
        why: job.failure.as_ref().map(failure_message).unwrap_or_default(),
        at: views::date(job.updated),
        page: match job.article {
            Some(article) => format!("/desk/articles/{article}"),
            None => format!("/desk/jobs/{}", job.id),
        },
    }
}

fn backup_view(app: &App, account: &Account, last: Option<&Backup>) -> BackupView {
    let t = &texts().health;
    let told = |backup: &Backup| {
        let name = match backup.actor.as_str() {
            SYSTEM => &t.backup_by_machine,
            name => name,
        };
        t.backup_last
            .replace("{time}", &views::date(backup.at))
            .replace("{name}", name)
            .replace("{files}", &backup.files.to_string())
            .replace("{size}", &amounts::bytes(backup.bytes))
            .replace("{folder}", &backup.folder)
    };
    let state = app.0.health.lock().backup.clone();
    let said = |text: String, is_error| Some(Said { text, is_error });
    let now_said = match &state {
        BackupState::None => None,
        BackupState::Running => said(t.backup_running.clone(), false),
        BackupState::Done => said(t.backup_done.clone(), false),
        BackupState::Failed(reason) => said(t.backup_failed.replace("{reason}", reason), true),
    };
    let folder = app.0.store.backups_folder();
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    BackupView {
        last: last.map_or_else(|| t.backup_never.clone(), told),
        is_old: last.is_none_or(|last| last.is_old(now())),
        now: now_said,
        can_begin: account.has(Role::Administrator) && state != BackupState::Running,
        hint: t.backup_now_hint.replace("{folder}", &folder.display().to_string()),
    }
}
