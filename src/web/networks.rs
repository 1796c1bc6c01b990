//! Networks whose comments are rejected by themselves.

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::auth::Moderator;
use super::error::WebError;
use super::limits::header_text;
use super::pages::{NetworkItem, NetworksPage};
use super::{App, moderation, views};

#[derive(Deserialize)]
pub struct NetworkForm {
    network: String,
    /// "block" or "unblock".
    decision: String,
}

#[derive(Serialize)]
struct NetworkJson {
    network: String,
    blocked: bool,
    /// Whether it was otherwise before.
    changed: bool,
}

/// `GET /moderation/networks`
pub async fn list_networks(
    State(app): State<App>,
    Moderator(account): Moderator,
) -> Result<Response, WebError> {
    let names = moderation::names(&app).await?;
    let blocked = app.0.store.blocked_networks().await?;
    let item = |blocked: crate::store::BlockedNetwork| NetworkItem {
        blocked: format!(
            "{}, {}",
            names.get(&blocked.by).map_or("?", String::as_str),
            views::date(blocked.at)
        ),
        network: blocked.network,
    };
    views::page(&NetworksPage {
        frame: views::frame(Some(&account)),
        networks: blocked.into_iter().map(item).collect(),
    })
}

/// `POST /moderation/networks`
pub async fn update_network(
    State(app): State<App>,
    Moderator(account): Moderator,
    headers: HeaderMap,
    form: Result<Form<NetworkForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(NetworkForm { network, decision }) = form?;
    // As the program itself writes a network; anything else would block nobody.
    let is_network = network.parse::<ipnet::IpNet>().is_ok_and(|net| net.to_string() == network);
    let (store, is_blocking) = (&app.0.store, decision == "block");
    let changed = match decision.as_str() {
        "block" if is_network => store.block_network(&network, &account).await?,
        "unblock" => store.unblock_network(&network, &account).await?,
        _ => return Err(WebError::bad_request()),
    };
    let accept = header_text(&headers, header::ACCEPT);
    if accept.is_some_and(|accept| accept.contains("application/json")) {
        let blocked = is_blocking;
        return Ok(Json(NetworkJson { network, blocked, changed }).into_response());
    }
    Ok(Redirect::to("/moderation/networks").into_response())
}
