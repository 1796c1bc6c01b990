//! The texts of many articles, for whoever looks through all of them.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::articles::stored_blocks;
use super::editions::stored_edition;
use super::{Store, StoreError, parse, unsigned};
use crate::domain::article::Article;
use crate::domain::edition::Edition;
use crate::domain::ids::ArticleId;

/// What is read of an article, and nothing else of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadText {
    pub id: ArticleId,
    pub title: String,
    pub lead: Option<String>,
    pub section: Option<String>,
    /// As it is stored, in which every letter stands as it is written.
    body: String,
    /// What editors decided about it.
    pub edition: Edition,
}

impl ReadText {
    /// Whether any of its texts may hold something. The body is not taken apart for that.
    pub fn any(&self, holds: impl Fn(&str) -> bool) -> bool {
        holds(&self.title) || self.lead.as_deref().is_some_and(&holds) || holds(&self.body)
    }

    /// The article, without what is not read.
    pub fn article(&self) -> Result<Article, StoreError> {
        Ok(Article {
            title: self.title.clone(),
            lead: self.lead.clone(),
            section: self.section.clone(),
            blocks: stored_blocks(&self.body)?,
            ..Article::default()
        })
    }
}

impl Store {
    /// How many articles were read.
    pub async fn count_of_read(&self) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) AS count FROM articles WHERE reading_id IS NOT NULL";
        unsigned(&sqlx::query(sql).fetch_one(&self.pool).await?, "count")
    }

    /// So many articles that were read, newest first; those that came before one.
    pub async fn texts_before(
        &self,
        before: Option<ArticleId>,
        count: u32,
    ) -> Result<Vec<ReadText>, StoreError> {
        // Ids sort by the time at which they were made, and begin with a hexadecimal digit.
        let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
        let query = sqlx::query(
            "SELECT articles.id, title, lead, section, blocks, editions.edition AS decided
             FROM articles LEFT JOIN editions
                ON editions.article_id = articles.id AND editions.number = articles.edition
             WHERE reading_id IS NOT NULL AND articles.id < $1 ORDER BY articles.id DESC LIMIT $2",
        );
        let rows = query.bind(before).bind(i64::from(count)).fetch_all(&self.pool).await?;
        rows.iter().map(text).collect()
    }

    /// Names of sections, as the articles of late have them.
    pub async fn sections(&self) -> Result<Vec<String>, StoreError> {
        let query = sqlx::query(
            "SELECT DISTINCT section FROM (
                SELECT section FROM articles ORDER BY touched_ms DESC, id DESC LIMIT 300) AS late
             WHERE section IS NOT NULL ORDER BY section",
        );
        let rows = query.fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(row.try_get("section")?)).collect()
    }
}

fn text(row: &AnyRow) -> Result<ReadText, StoreError> {
    Ok(ReadText {
        id: parse(row, "id")?,
        title: row.try_get("title")?,
        lead: row.try_get("lead")?,
        section: row.try_get("section")?,
        body: row.try_get("blocks")?,
        edition: match row.try_get::<Option<String>, _>("decided")? {
            Some(decided) => stored_edition(&decided)?,
            None => Edition::default(),
        },
    })
}
