//! Every route of the program, in one table.

use axum::extract::{DefaultBodyLimit, FromRequestParts as _, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, http::HeaderName};
use tower_http::compression::CompressionLayer;
use tower_http::cors::{self, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use super::auth::Viewer;
use super::error::WebError;
use super::limits::{
    ARTICLE_BYTES_MAX, FORM_BYTES_MAX, LEXICON_BYTES_MAX, PAGE_POLICY, REPORT_BYTES_MAX, wants_page,
};
use super::views;
use super::{
    App, account, accounts, articles, assets, challenge, comment_box, comments, crawlers, desk,
    drain, embed, erase, health, home, keys, letters, lexicon, listen, listening, listens, log,
    login, moderation, narrations, networks, podcast, reactions, script, settings, sheet,
};

/// The whole outside face.
pub fn router(app: App) -> Router {
    let texts = pages().merge(embeddable(&app)).merge(files()).merge(lists());
    Router::new()
        // Text travels compressed; sound is compressed already, and its ranges count its own bytes.
        .merge(texts.layer(CompressionLayer::new()))
        .merge(public())
        .merge(programs())
        .fallback(|| async { WebError::not_found("not_found") })
        .method_not_allowed_fallback(refuse_method)
        .layer(middleware::from_fn_with_state(app.clone(), errors_as_pages))
        .layer(middleware::from_fn(drain::drain_refused))
        .layer(constant("x-content-type-options", "nosniff"))
        .layer(constant("referrer-policy", "strict-origin-when-cross-origin"))
        .with_state(app)
}

async fn refuse_method() -> WebError {
    WebError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")
}

/// Pages for people.
fn pages() -> Router<App> {
    Router::new()
        .route("/", get(home::show_home))
        .route("/articles/{id}", get(articles::show_article))
        .route(
            "/articles/{id}/comments",
            get(comment_box::show_article).post(comment_box::create_comment),
        )
        .route("/login", get(login::show_login).post(login::create_session))
        .route("/login/code", get(login::show_code).post(login::create_session_by_code))
        .route("/logout", post(login::delete_session))
        .route("/account", get(account::show_account))
        .route("/account/password", post(account::update_password))
        .route("/account/totp", get(account::show_totp).post(account::update_totp))
        .route("/account/totp/offer", post(account::create_totp))
        .route("/account/totp/codes", post(account::create_codes))
        .route("/account/totp/off", post(account::delete_totp))
        .route("/accounts", get(accounts::list_accounts).post(accounts::create_account))
        .route("/accounts/{id}/roles", post(accounts::update_roles))
        .route("/accounts/{id}/state", post(accounts::update_state))
        .route("/accounts/{id}/password", post(accounts::update_password))
        .route("/accounts/{id}/totp", post(accounts::delete_totp))
        .route("/desk", get(desk::list::show_desk))
        .route("/desk/rows", get(desk::list::list_rows))
        .route("/desk/counts", get(desk::list::show_counts))
        .route("/desk/bulk", post(desk::bulk::update_articles))
        .route(
            "/desk/articles",
            // Where the list stands after an address was refused, and is loaded again.
            get(|| async { Redirect::to("/desk") }).post(desk::add::create_by_addresses),
        )
        .route(
            "/desk/articles/text",
            post(desk::add::create_by_text).layer(DefaultBodyLimit::max(desk::add::TEXT_BYTES_MAX)),
        )
        .route(
            "/desk/articles/file",
            post(desk::add::create_by_file)
                .layer(DefaultBodyLimit::max(desk::add::FILE_FORM_BYTES_MAX)),
        )
        .route("/desk/articles/{id}/publication", post(desk::bulk::update_publication))
        .route("/desk/jobs/{id}", get(desk::show_job))
        .route("/desk/articles/{id}", get(script::show_script))
        .route("/desk/articles/{id}/edits", post(script::create_edit))
        .route("/desk/articles/{id}/restore", post(script::restore_version))
        .route("/desk/articles/{id}/hear", post(script::hear))
        .route("/desk/articles/{id}/reading", post(script::create_reading))
        .route("/desk/articles/{id}/attention", post(script::update_concern))
        .route(
            "/desk/articles/{id}/changes",
            get(script::show_changes).post(script::update_revision),
        )
        .route("/desk/listening", get(listening::show_listening))
        .route("/desk/listening/{id}", get(listening::show_article))
        .merge(settings_pages())
        .route("/desk/lexicon", get(lexicon::show_lexicon).post(lexicon::update_lexicon))
        .route("/desk/lexicon.tsv", get(lexicon::show_file))
        .route("/desk/lexicon/preview", post(lexicon::create_preview))
        .route("/desk/lexicon/sound", post(lexicon::create_sound))
        .route(
            "/desk/lexicon/import",
            get(lexicon::show_import)
                .post(lexicon::create_import)
                .layer(DefaultBodyLimit::max(LEXICON_BYTES_MAX)),
        )
        .route(
            "/desk/lexicon/import/review",
            post(lexicon::create_review).layer(DefaultBodyLimit::max(LEXICON_BYTES_MAX)),
        )
        .route("/account/keys", get(keys::list_keys).post(keys::create_key))
        .route("/account/keys/{id}/delete", post(keys::delete_key))
        .route("/moderation", get(moderation::list_comments))
        .route("/moderation/items", get(moderation::list_items))
        .route("/moderation/counts", get(moderation::show_counts))
        .route("/moderation/comments/{id}", post(moderation::update_comment))
        .route("/moderation/decisions", post(moderation::update_comments))
        .route("/moderation/networks", get(networks::list_networks).post(networks::update_network))
        .route("/moderation/mail/{token}", get(letters::show_link).post(letters::follow_link))
        .route("/moderation/log", get(log::show_log))
        .route("/moderation/export.csv", get(sheet::show_sheet))
        .route("/moderation/erase", get(erase::show_erase).post(erase::create_erasure))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        ))
}

/// What editors set, and how the service is.
fn settings_pages() -> Router<App> {
    Router::new()
        .route("/desk/health", get(health::show_page))
        .route("/desk/health/backup", post(health::create_backup))
        .route("/desk/settings", get(settings::show_settings))
        .route("/desk/settings/sources", get(settings::list_sources).post(settings::create_source))
        .route("/desk/settings/sources/look", post(settings::look_at_source))
        .route("/desk/settings/sources/{id}/ask", post(settings::ask_source))
        .route("/desk/settings/sources/{id}/pace", post(settings::update_source_pace))
        .route("/desk/settings/sources/{id}/remove", post(settings::delete_source))
        .route("/desk/settings/voice", get(settings::show_voice).post(settings::update_voice))
        .route(
            "/desk/settings/voice/install",
            get(settings::show_installation).post(settings::install_voice),
        )
        .route("/desk/settings/pace", get(settings::show_pace).post(settings::update_pace))
        .route("/desk/settings/sound", post(settings::create_sound))
        .route("/desk/settings/again", post(settings::read_again))
        .route(
            "/desk/settings/embedding",
            get(settings::show_embedding).post(settings::update_embedding),
        )
        .route("/desk/settings/comments", get(settings::show_rules).post(settings::update_rules))
        .route("/desk/settings/comments/try", post(settings::try_rules))
}

/// Pages that other sites show in a frame.
fn embeddable(app: &App) -> Router<App> {
    Router::new()
        .route("/embed/{id}", get(embed::show_embed))
        .route("/embed", get(embed::show_embed_at))
        .layer(middleware::from_fn_with_state(app.clone(), embed_policy))
}

/// Which sites may show it, as editors have it now.
async fn embed_policy(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = response.headers_mut().entry(header::CONTENT_SECURITY_POLICY);
    policy.or_insert_with(|| app.newsroom().embed_policy.clone());
    response
}

/// Scripts and styles.
fn files() -> Router<App> {
    Router::new()
        .route("/baonoi.js", get(assets::show_loader))
        .route("/static/{*path}", get(assets::show_asset))
        .route("/favicon.ico", get(|| async { Redirect::permanent("/static/favicon.svg") }))
        .layer(any_origin())
}

/// What podcast players and search engines come for.
fn lists() -> Router<App> {
    Router::new()
        .route("/feed.xml", get(podcast::show_feed))
        .route("/podcast.png", get(podcast::show_artwork))
        .route("/podcast.jpg", get(podcast::show_artwork))
        .route("/sitemap.xml", get(crawlers::show_sitemap))
        .route("/robots.txt", get(crawlers::show_robots))
        .layer(any_origin())
        .layer(SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
}

/// What a publisher's page may ask from its own origin. No cookie is read there.
fn any_origin() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(cors::Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::RANGE,
            comments::IDEMPOTENCY_KEY,
        ])
        .expose_headers([header::CONTENT_RANGE, header::ACCEPT_RANGES, header::CONTENT_LENGTH])
}

/// Sound, and JSON for the elements on a publisher's page.
fn public() -> Router<App> {
    Router::new()
        .route("/audio/{file}", get(narrations::show_audio))
        .route("/articles/{id}/listen.mp3", get(listen::show_sound))
        .route("/articles/{id}/cues.json", get(narrations::show_cues))
        .route("/articles/{id}/transcript.vtt", get(narrations::show_transcript))
        .route("/latest.json", get(articles::list_latest))
        .route("/oembed", get(embed::show_oembed))
        .route("/api/player", get(articles::show_player))
        .route(
            "/api/articles/{id}/comments",
            get(comments::list_comments).post(comments::create_comment),
        )
        .route("/api/challenge", get(challenge::show_challenge))
        .route("/api/comments/{id}/likes", post(reactions::create_like))
        .route("/api/comments/{id}/reports", post(reactions::create_report))
        .route(
            "/api/articles/{id}/listens",
            post(listens::create_listens).layer(DefaultBodyLimit::max(REPORT_BYTES_MAX)),
        )
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        // Here and not only at the outside: what is outside of `any_origin` would answer a browser that asks
        // first (OPTIONS) whether it may post from a publisher's page.
        .method_not_allowed_fallback(refuse_method)
        .layer(any_origin())
}

/// For the newsroom's own programs, and for whoever watches over the service. A job's state is shown
/// to whoever knows its id, which cannot be guessed; it does not tell what is read.
fn programs() -> Router<App> {
    Router::new()
        .route(
            "/api/articles",
            post(desk::create_article_by_api).layer(DefaultBodyLimit::max(ARTICLE_BYTES_MAX)),
        )
        .route("/desk/events", get(desk::events::list_events))
        .route("/api/listens", get(listens::list_listens))
        .route("/api/jobs/{id}", get(desk::show_job_state))
        .route("/api/jobs/{id}/events", get(desk::list_job_events))
        .route("/healthz", get(health::show_health))
        .route("/readyz", get(health::show_readiness))
}

fn constant(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    )
}

/// Errors are JSON; whoever asked for a page gets a page that says the same, in the frame that they know.
async fn errors_as_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let wants_page = wants_page(request.headers());
    let is_desk = request.uri().path().starts_with("/desk");
    let (mut parts, body) = request.into_parts();
    let viewer = match wants_page {
        // A database that does not answer is told by what was asked for.
        true => Viewer::from_request_parts(&mut parts, &app).await.unwrap_or(Viewer(None)),
        false => Viewer(None),
    };
    let mut response = next.run(Request::from_parts(parts, body)).await;
    match response.extensions_mut().remove::<WebError>() {
        Some(error) if wants_page => match &error.login_next {
            Some(next) => Redirect::to(&views::login_path(next)).into_response(),
            None => {
                let policy = response.headers_mut().remove(header::CONTENT_SECURITY_POLICY);
                let policy = policy.unwrap_or(PAGE_POLICY);
                views::error_page(&error, policy, viewer.0.as_ref(), is_desk)
            }
        },
        _ => response,
    }
}
