//! What becomes of comments, and a box to try the rules.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{DoneQuery, after_save, held, number_field, overtaken, refused, said_done, said_error};
use super::{seen, whole};
use crate::config::CommentsConfig;
use crate::domain::account::Account;
use crate::domain::newsroom::{CommentRules, Setting};
use crate::domain::rule::Rule;
use crate::moderate::{Examiner, ListError, ListErrorKind, WordLists};
use crate::web::account_pages::Said;
use crate::web::auth::RuleMaker;
use crate::web::error::{WebError, message};
use crate::web::settings_pages::{NumberField, RulesPage, TickField, Tried, WordsField};
use crate::web::texts::texts;
use crate::web::{App, marks, views};

/// How many words one list may have, at most. What is more belongs into a file.
const WORDS_MAX: usize = 500;

/// The largest number that a limit can be.
const LIMIT_MAX: u64 = 100_000;

const PAGE: &str = "/desk/settings/comments";

/// What is typed on the page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RulesForm {
    seen: String,
    action: String,
    /// "before" or "after".
    moderation: String,
    trusted_after: String,
    name_required: String,
    email: String,
    replies: String,
    likes: String,
    reports: String,
    per_network_max: String,
    per_article_max: String,
    reactions_max: String,
    blocked_words: String,
    suspect_words: String,
    /// A comment to try the rules with.
    text: String,
}

/// What is shown beside the fields.
#[derive(Default)]
struct Shown {
    /// The form comes back as it was sent: it has seen no other change.
    is_same_form: bool,
    tried: Option<Tried>,
    said: Option<Said>,
}

pub fn state(comments: &CommentsConfig) -> String {
    let t = &texts().rules_page;
    if comments.is_shown_at_once() { t.state_after.clone() } else { t.state_before.clone() }
}

/// `GET /desk/settings/comments`
pub async fn show_rules(
    State(app): State<App>,
    RuleMaker(account): RuleMaker,
    query: Result<Query<DoneQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(DoneQuery { done, count }) = query?;
    let form = RulesForm::of(&current(&app));
    let fields = Fields::of(&app, &form);
    page(&app, &account, &form, fields, Shown { said: said_done(&done, count), ..Shown::default() })
}

/// `POST /desk/settings/comments`
pub async fn update_rules(
    State(app): State<App>,
    RuleMaker(account): RuleMaker,
    form: Result<Form<RulesForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    let is_reset = form.action == "reset";
    let mut fields = Fields::of(&app, &form);
    let rules = fields.rules.take().filter(|_| !is_reset);
    if rules.is_none() && !is_reset {
        let said = said_error(&texts().settings.check_fields);
        let shown = Shown { is_same_form: true, said, ..Shown::default() };
        return Ok(refused(page(&app, &account, &form, fields, shown)?));
    }
    let saved = app.0.store.set_comment_rules(rules.as_ref(), seen(&form.seen), &account).await?;
    match after_save(&app, saved, PAGE, is_reset).await? {
        Ok(response) => Ok(response),
        Err(said) => {
            let shown = Shown { said: Some(said), ..Shown::default() };
            Ok(overtaken(page(&app, &account, &form, fields, shown)?))
        }
    }
}

/// `POST /desk/settings/comments/try`: what the rules on the page find, saved or not.
pub async fn try_rules(
    State(app): State<App>,
    RuleMaker(account): RuleMaker,
    form: Result<Form<RulesForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    let mut fields = Fields::of(&app, &form);
    match fields.lists.take() {
        Some(lists) => {
            let tried = tried(&Examiner::new(lists), &form.text);
            // Trying is no saving: what was seen when the page was opened is still what was seen.
            let shown = Shown { is_same_form: true, tried: Some(tried), said: None };
            page(&app, &account, &form, fields, shown)
        }
        None => {
            let said = said_error(&texts().settings.check_fields);
            let shown = Shown { is_same_form: true, said, ..Shown::default() };
            Ok(refused(page(&app, &account, &form, fields, shown)?))
        }
    }
}

fn tried(examiner: &Examiner, text: &str) -> Tried {
    let t = &texts().rules_page;
    let hits = examiner.examine(text);
    let mut names: Vec<String> = hits.iter().map(marks::hit_name).collect();
    names.dedup();
    let found = match names.as_slice() {
        [] => t.try_none.clone(),
        names => t.try_found.replace("{rules}", &names.join("; ")),
    };
    Tried { text: found, pieces: marks::marked(text, &hits) }
}

/// The rules that hold now.
fn current(app: &App) -> CommentRules {
    let newsroom = app.newsroom();
    newsroom.settings.comments.clone().unwrap_or_else(|| app.0.settings.comments.rules())
}

/// The fields of the page with what is wrong in each, and the rules if nothing is.
struct Fields {
    trusted_after: NumberField,
    limits: Vec<NumberField>,
    words: Vec<WordsField>,
    /// The lists with the words that were typed, if they can be used.
    lists: Option<WordLists>,
    rules: Option<CommentRules>,
}

impl Fields {
    fn of(app: &App, form: &RulesForm) -> Self {
        let t = &texts().rules_page;
        let number = |name, label, typed: &String, min| {
            let mut field = number_field(name, label, typed.clone());
            let read =
                whole(typed, min, LIMIT_MAX).map(|number| u32::try_from(number).unwrap_or(0));
            field.error = read.as_ref().err().cloned();
            (field, read.ok())
        };
        let (mut trusted, trusted_after) =
            number("trusted_after", &t.trusted_after, &form.trusted_after, 0);
        trusted.hint = Some(&t.trusted_after_hint);
        let (network, per_network_max) =
            number("per_network_max", &t.per_network_max, &form.per_network_max, 1);
        let (article, per_article_max) =
            number("per_article_max", &t.per_article_max, &form.per_article_max, 1);
        let (reactions, reactions_max) =
            number("reactions_max", &t.reactions_max, &form.reactions_max, 1);
        let (blocked, suspect) = (lines(&form.blocked_words), lines(&form.suspect_words));
        let lists = lists(app, &blocked, &suspect);
        let field = |name, label, value: &String, rule| WordsField {
            name,
            label,
            value: value.clone(),
            error: lists.as_ref().err().filter(|error| error.0 == rule).map(|e| e.1.clone()),
        };
        let words = vec![
            field("blocked_words", &t.blocked_words, &form.blocked_words, Rule::BlockedWord),
            field("suspect_words", &t.suspect_words, &form.suspect_words, Rule::SuspectWord),
        ];
        let lists = lists.ok();
        let rules = || {
            lists.as_ref()?;
            let is_on = |typed: &String| typed == "yes";
            Some(CommentRules {
                shown_at_once: form.moderation == "after",
                trusted_after: trusted_after?,
                name_required: is_on(&form.name_required),
                email: is_on(&form.email),
                replies: is_on(&form.replies),
                likes: is_on(&form.likes),
                reports: is_on(&form.reports),
                per_network_max: per_network_max?,
                per_article_max: per_article_max?,
                reactions_max: reactions_max?,
                blocked_words: words_of(&blocked),
                suspect_words: words_of(&suspect),
            })
        };
        let rules = rules();
        let limits = vec![network, article, reactions];
        Self { trusted_after: trusted, limits, words, lists, rules }
    }
}

/// The lines of a list, empty ones too: an error names the line as it stands on the page.
fn lines(typed: &str) -> Vec<String> {
    typed.lines().map(|line| line.trim().to_owned()).collect()
}

/// What is kept of the lines: the list's own comments and empty lines are for whoever types them.
fn words_of(lines: &[String]) -> Vec<String> {
    let words = lines.iter().filter(|line| !line.is_empty() && !line.starts_with('#'));
    words.cloned().collect()
}

/// The lists with these words, or whose list is wrong, and how.
fn lists(app: &App, blocked: &[String], suspect: &[String]) -> Result<WordLists, (Rule, String)> {
    for (rule, words) in [(Rule::BlockedWord, blocked), (Rule::SuspectWord, suspect)] {
        if words.len() > WORDS_MAX {
            return Err((rule, message("words_too_many", &[("max", &WORDS_MAX.to_string())])));
        }
    }
    let with = app.0.settings.word_lists.with(blocked, suspect);
    with.map_err(|error| (error.list, word_error(&error)))
}

fn word_error(error: &ListError) -> String {
    let kind = match error.kind {
        ListErrorKind::NotUtf8 => "not_text",
        ListErrorKind::NoLetters => "no_letters",
        ListErrorKind::ForeignLetter => "foreign",
        ListErrorKind::TooLong => "too_long",
        ListErrorKind::TooManyTerms => "too_many",
    };
    let reason = texts().word_errors.get(kind).map_or("", String::as_str);
    let text = &texts().rules_page.word_errors;
    text.replace("{line}", &error.line.to_string()).replace("{reason}", reason)
}

impl RulesForm {
    fn of(rules: &CommentRules) -> Self {
        let yes = |is_on: bool| if is_on { "yes" } else { "" }.to_owned();
        Self {
            moderation: if rules.shown_at_once { "after" } else { "before" }.to_owned(),
            trusted_after: rules.trusted_after.to_string(),
            name_required: yes(rules.name_required),
            email: yes(rules.email),
            replies: yes(rules.replies),
            likes: yes(rules.likes),
            reports: yes(rules.reports),
            per_network_max: rules.per_network_max.to_string(),
            per_article_max: rules.per_article_max.to_string(),
            reactions_max: rules.reactions_max.to_string(),
            blocked_words: rules.blocked_words.join("\n"),
            suspect_words: rules.suspect_words.join("\n"),
            ..Self::default()
        }
    }

    fn ticks(&self) -> Vec<TickField> {
        let t = &texts().rules_page;
        let tick = |name, label, typed: &str| TickField { name, label, is_ticked: typed == "yes" };
        vec![
            tick("name_required", &t.name_required, &self.name_required),
            tick("email", &t.email, &self.email),
            tick("replies", &t.replies, &self.replies),
            tick("likes", &t.likes, &self.likes),
            tick("reports", &t.reports, &self.reports),
        ]
    }
}

fn page(
    app: &App,
    account: &Account,
    form: &RulesForm,
    fields: Fields,
    shown: Shown,
) -> Result<Response, WebError> {
    let newsroom = app.newsroom();
    let settings = &newsroom.settings;
    let Shown { is_same_form, tried, said } = shown;
    let typed_seen = is_same_form.then_some(form.seen.as_str());
    let held = held(settings, Setting::Comments, settings.comments.is_some(), typed_seen);
    views::page(&RulesPage {
        frame: views::frame(Some(account)),
        said,
        held,
        is_after: form.moderation == "after",
        trusted_after: fields.trusted_after,
        ticks: form.ticks(),
        limits: fields.limits,
        words: fields.words,
        typed_try: form.text.clone(),
        tried,
    })
}
