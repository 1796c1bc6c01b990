//! The log with what it is about, and comments as rows of a sheet: what the newsroom hands to others.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, Row};

use super::audit::{Record, record};
use super::comments::comment;
use super::queue::{QueueName, SEARCHED, hits, patterns};
use super::{Store, StoreError, parse, unsigned};
use crate::domain::comment::Comment;
use crate::domain::ids::{ArticleId, CommentId};
use crate::domain::rule::Hit;
use crate::domain::units::Timestamp;

/// Which records are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordFilter {
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    pub comment: Option<CommentId>,
    /// Those about comments under an article.
    pub article: Option<ArticleId>,
}

/// A record with the comment that it is about, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub record: Record,
    pub about: Option<AboutComment>,
}

/// What a record's comment says now. Erased ones have no author and no body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutComment {
    pub author: String,
    pub body: String,
    pub article: ArticleId,
    pub article_title: String,
    pub article_url: Option<String>,
}

/// A comment as a row of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    pub comment: Comment,
    pub article_title: String,
    pub article_url: Option<String>,
    pub email: String,
    pub network: String,
    pub hits: Vec<Hit>,
    pub likes: u64,
    pub reports: u64,
    pub decided_by: Option<String>,
}

enum Bound {
    Number(i64),
    Text(String),
}

impl RecordFilter {
    /// The conditions, with a place for each value.
    fn conditions(&self) -> (String, Vec<Bound>) {
        let number = |at: Option<Timestamp>| at.map(|at| Bound::Number(at.0));
        let wishes = [
            ("at_ms >=", number(self.from)),
            ("at_ms <", number(self.until)),
            ("subject =", self.comment.map(|id| Bound::Text(id.to_string()))),
            ("comments.article_id =", self.article.map(|id| Bound::Text(id.to_string()))),
        ];
        let (mut sql, mut values) = (String::from("1 = 1"), Vec::new());
        for (what, value) in wishes {
            if let Some(value) = value {
                values.push(value);
                sql.push_str(&format!(" AND {what} ${}", values.len()));
            }
        }
        (sql, values)
    }
}

fn bind_all<'q>(
    query: Query<'q, Any, AnyArguments>,
    values: Vec<Bound>,
) -> Query<'q, Any, AnyArguments> {
    values.into_iter().fold(query, |query, value| match value {
        Bound::Number(number) => query.bind(number),
        Bound::Text(text) => query.bind(text),
    })
}

impl Store {
    /// Records after a number, oldest first.
    pub async fn records_after(
        &self,
        filter: &RecordFilter,
        seq: i64,
        count: i64,
    ) -> Result<Vec<Recorded>, StoreError> {
        self.records(filter, "seq >", seq, "seq", count).await
    }

    /// Records before a number, newest first.
    pub async fn records_before(
        &self,
        filter: &RecordFilter,
        seq: i64,
        count: i64,
    ) -> Result<Vec<Recorded>, StoreError> {
        self.records(filter, "seq <", seq, "seq DESC", count).await
    }

    async fn records(
        &self,
        filter: &RecordFilter,
        side: &str,
        seq: i64,
        order: &str,
        count: i64,
    ) -> Result<Vec<Recorded>, StoreError> {
        let (conditions, mut values) = filter.conditions();
        let (border, limit) = (values.len() + 1, values.len() + 2);
        values.extend([Bound::Number(seq), Bound::Number(count)]);
        let sql = format!(
            "SELECT audit.*, comments.author, comments.body, comments.article_id,
                articles.title AS article_title, articles.url AS article_url
             FROM audit LEFT JOIN comments ON comments.id = audit.subject
             LEFT JOIN articles ON articles.id = comments.article_id
             WHERE {conditions} AND {side} ${border} ORDER BY {order} LIMIT ${limit}"
        );
        let query = bind_all(sqlx::query(sqlx::AssertSqlSafe(sql)), values);
        query.fetch_all(&self.pool).await?.iter().map(recorded).collect()
    }

    pub async fn count_records(&self, filter: &RecordFilter) -> Result<u64, StoreError> {
        let (conditions, values) = filter.conditions();
        let sql = format!(
            "SELECT COUNT(*) AS count FROM audit LEFT JOIN comments ON comments.id = audit.subject
             WHERE {conditions}"
        );
        let query = bind_all(sqlx::query(sqlx::AssertSqlSafe(sql)), values);
        unsigned(&query.fetch_one(&self.pool).await?, "count")
    }

    /// A part of a queue, or of what a search finds in it, in the order in which they came: `count` after
    /// a comment.
    pub async fn sheet(
        &self,
        queue: QueueName,
        searched: &str,
        after: Option<CommentId>,
        count: i64,
    ) -> Result<Vec<SheetRow>, StoreError> {
        // `IS TRUE` keeps to the order of the ids, in which no page reads what another has read.
        let sql = format!(
            "SELECT comments.*, articles.title AS article_title, articles.url AS article_url,
                COALESCE(accounts.name, comments.decided_by_mail) AS decided_name
             FROM (SELECT * FROM comments WHERE ({}) IS TRUE AND {SEARCHED} AND id > $3
                ORDER BY id LIMIT $4) AS comments
             JOIN articles ON articles.id = comments.article_id
             LEFT JOIN accounts ON accounts.id = comments.decided_by ORDER BY comments.id",
            queue.condition()
        );
        let (typed, letters) = patterns(searched);
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(typed).bind(letters);
        let query = query.bind(after.map(|id| id.to_string()).unwrap_or_default()).bind(count);
        query.fetch_all(&self.pool).await?.iter().map(sheet_row).collect()
    }
}

fn recorded(row: &AnyRow) -> Result<Recorded, StoreError> {
    let about = match row.try_get::<Option<String>, _>("author")? {
        None => None,
        Some(author) => Some(AboutComment {
            author,
            body: row.try_get("body")?,
            article: parse(row, "article_id")?,
            article_title: row.try_get("article_title")?,
            article_url: row.try_get("article_url")?,
        }),
    };
    Ok(Recorded { record: record(row)?, about })
}

fn sheet_row(row: &AnyRow) -> Result<SheetRow, StoreError> {
    Ok(SheetRow {
        comment: comment(row)?,
        article_title: row.try_get("article_title")?,
        article_url: row.try_get("article_url")?,
        email: row.try_get("email")?,
        network: row.try_get("network")?,
        hits: hits(row)?,
        likes: unsigned(row, "likes")?,
        reports: unsigned(row, "reports")?,
        decided_by: row.try_get("decided_name")?,
    })
}
