//! The comment box of our own pages, with and without script.

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};

use super::auth::Viewer;
use super::client::Client;
use super::comments::{self, SentComment};
use super::error::WebError;
use super::origin::origin;
use super::pages::CommentBox;
use super::texts::texts;
use super::{App, articles, challenge, views};
use crate::domain::comment::{self, CommentBody};
use crate::domain::ids::ArticleId;
use crate::domain::listening::Day;
use crate::domain::thread::ThreadOrder;
use crate::store::{hex, now};

/// `POST /articles/{id}/comments`: a comment from a page without script. What was typed comes back
/// with whatever was wrong.
pub async fn create_comment(
    State(app): State<App>,
    Client(network): Client,
    viewer: Viewer,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<SentComment>, FormRejection>,
) -> Result<Response, WebError> {
    let (Path(id), Form(mut new)) = (path?, form?);
    new.key = Some(form_key(&network, &new));
    let told = articles::told(&app, &id).await?;
    let accepted = comments::accept_form(&app, network, told.article.id, &new).await;
    let mut comment_box = first_page(&app, told.article.id).await?;
    let status = match accepted {
        Ok(accepted) => {
            comment_box.message = Some(comments::accepted_message(&accepted).to_owned());
            StatusCode::ACCEPTED
        }
        Err(error) => {
            comment_box.is_error = true;
            comment_box.message = Some(error.message);
            comment_box.typed_author = new.author.unwrap_or_default();
            comment_box.typed_email = new.email.unwrap_or_default();
            comment_box.counter = counter(&new.body);
            comment_box.typed_body = new.body;
            error.status
        }
    };
    let origin = origin(&app, &headers);
    let page = articles::article_page(&app, &viewer, &told, comment_box, &origin).await?;
    Ok((status, page).into_response())
}

/// Without script nothing makes up a key: the same words from the same network on one day are taken for a
/// form that was sent twice.
fn form_key(network: &str, new: &SentComment) -> String {
    let author = new.author.as_deref().unwrap_or_default();
    let day = Day::of(now()).to_string();
    let sent = [network, &day, author, &new.body].join("\n");
    let digits = hex(&Sha256::digest(sent));
    format!("form-{}", &digits[..40])
}

/// `GET` of the form's address, e.g. by reloading: the article's page, at its comments.
pub async fn show_article(path: Result<Path<String>, PathRejection>) -> Result<Redirect, WebError> {
    let Path(id) = path?;
    let id: ArticleId = id.parse().map_err(|_| WebError::not_found("article_not_found"))?;
    Ok(Redirect::to(&format!("{}#comments", views::article_path(id))))
}

/// The box as a page shows it first.
pub async fn first_page(app: &App, article: ArticleId) -> Result<CommentBox, WebError> {
    let newsroom = app.newsroom();
    let settings = &newsroom.comments;
    let per_page = comments::per_page(settings);
    let talk = app.0.store.talk(article, ThreadOrder::default(), 1, per_page).await?;
    Ok(CommentBox {
        article_id: article.to_string(),
        comments: talk.threads.iter().map(views::thread).collect(),
        threads: talk.threads_total,
        total: talk.comments_total,
        features: comments::features(settings),
        name_required: settings.name_required,
        has_email: settings.email,
        is_shown_at_once: settings.is_shown_at_once(),
        challenge: challenge::ask(app)?,
        message: None,
        is_error: false,
        typed_author: String::new(),
        typed_email: String::new(),
        typed_body: String::new(),
        counter: counter(""),
    })
}

/// "Bạn còn 500/500 ký tự", or by how much a text is too long.
fn counter(typed: &str) -> String {
    let t = &texts().comments;
    let (length, max) = (comment::length(typed), CommentBody::LENGTH_MAX);
    if length > max {
        return t.over.replace("{over}", &(length - max).to_string());
    }
    t.left.replace("{left}", &(max - length).to_string()).replace("{max}", &max.to_string())
}
