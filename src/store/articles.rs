//! Articles, and the addresses that lead to them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::blobs::hex;
use super::publication::{self, standing};
use super::{
    Store, StoreError, json, new_id, now, parse, parse_optional, search, to_json, unsigned,
};
use crate::domain::address::Address;
use crate::domain::article::{Article, Block, BlockKind};
use crate::domain::ids::{ArticleId, NarrationId};
use crate::domain::publication::{Debut, Standing};
use crate::domain::units::Timestamp;

/// An article as remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredArticle {
    pub id: ArticleId,
    pub article: Article,
    /// The reading that listeners get; a draft has none.
    pub narration: Option<NarrationId>,
    /// The newest reading, which editors hear.
    pub reading: Option<NarrationId>,
    pub standing: Standing,
    /// The paper has changed the text since that reading, and the new text is not read yet.
    pub is_outdated: bool,
    /// Since when its site says that it is gone.
    pub gone: Option<Timestamp>,
    pub created: Timestamp,
    /// When what readers are shown of it last changed.
    pub updated: Timestamp,
}

#[derive(Serialize, Deserialize)]
pub(super) struct BlockRow {
    kind: String,
    text: String,
}

/// SHA-256 of what would be read: title, lead and blocks.
pub fn content_hash(article: &Article) -> String {
    let mut hash = Sha256::new();
    for (part, text) in article.parts() {
        hash.update(format!("{part:?} {:?} {} ", article.kind(part), text.len()));
        hash.update(text);
    }
    hex(&hash.finalize())
}

impl Store {
    pub async fn article(&self, id: ArticleId) -> Result<Option<StoredArticle>, StoreError> {
        let query = sqlx::query("SELECT * FROM articles WHERE id = $1").bind(id.to_string());
        let row = query.fetch_optional(&self.pool).await?;
        row.as_ref().map(article).transpose()
    }

    /// The article that an address leads to.
    pub async fn article_at(&self, address: &Address) -> Result<Option<StoredArticle>, StoreError> {
        let query = sqlx::query(
            "SELECT articles.* FROM articles JOIN addresses ON addresses.article_id = articles.id
             WHERE addresses.url = $1",
        );
        let row = query.bind(address.canonical().as_str()).fetch_optional(&self.pool).await?;
        row.as_ref().map(article).transpose()
    }

    /// The article that was taken from a page before, if it is this one.
    pub async fn article_like(&self, given: &Article) -> Result<Option<StoredArticle>, StoreError> {
        let mut read = self.read().await?;
        let Some(id) = known(&mut read, given.url.as_ref(), &content_hash(given)).await? else {
            return Ok(None);
        };
        self.article(id).await
    }

    /// Whether readers may know of an article: it is there, and no draft.
    pub async fn is_public(&self, id: ArticleId) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM articles WHERE id = $1 AND publication = 'published'";
        let query = sqlx::query(sql).bind(id.to_string());
        Ok(query.fetch_optional(&self.pool).await?.is_some())
    }

    /// How many articles can be heard.
    pub async fn count_of_heard(&self) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) AS count FROM articles WHERE narration_id IS NOT NULL";
        unsigned(&sqlx::query(sql).fetch_one(&self.pool).await?, "count")
    }

    /// The newest articles that can be heard, newest first. A page that claims to be from the future
    /// is as new as the day it came.
    pub async fn news(&self, count: u32) -> Result<Vec<StoredArticle>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM articles WHERE narration_id IS NOT NULL
             ORDER BY CASE WHEN published_ms < created_ms THEN published_ms ELSE created_ms END DESC,
                id DESC LIMIT $1",
        );
        let rows = query.bind(i64::from(count)).fetch_all(&self.pool).await?;
        rows.iter().map(article).collect()
    }

    /// Whether nothing was ever narrated or asked for.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM articles) + (SELECT COUNT(*) FROM jobs) AS count",
        );
        let count: i64 = query.fetch_one(&self.pool).await?.try_get("count")?;
        Ok(count == 0)
    }
}

/// Inserts an article or brings the known one up to date: known by its canonical address or, when it
/// has none, by its content. The address that was asked for leads to it from now on. `debut` is how it
/// stands if it is new.
pub(super) async fn upsert(
    connection: &mut AnyConnection,
    given: &Article,
    asked: Option<&Address>,
    debut: Debut,
) -> Result<ArticleId, StoreError> {
    let hash = content_hash(given);
    let known = known(connection, given.url.as_ref(), &hash).await?;
    let id = known.unwrap_or_else(new_id);
    write_text(connection, id, known.is_some(), given, &hash).await?;
    match known {
        None => publication::begin(connection, id, debut).await?,
        Some(_) => is_there_again(connection, id).await?,
    }
    for address in given.url.iter().chain(asked) {
        sqlx::query(
            "INSERT INTO addresses (url, article_id) VALUES ($1, $2)
             ON CONFLICT (url) DO UPDATE SET article_id = excluded.article_id",
        )
        .bind(address.as_str())
        .bind(id.to_string())
        .execute(&mut *connection)
        .await?;
    }
    Ok(id)
}

/// Its site shows it, whatever it said before.
async fn is_there_again(connection: &mut AnyConnection, id: ArticleId) -> Result<(), StoreError> {
    let sql = "UPDATE articles SET gone_ms = NULL WHERE id = $1 AND gone_ms IS NOT NULL";
    sqlx::query(sql).bind(id.to_string()).execute(connection).await?;
    Ok(())
}

/// The article says this now, which was or will be read.
pub(super) async fn renew(
    connection: &mut AnyConnection,
    id: ArticleId,
    given: &Article,
) -> Result<(), StoreError> {
    write_text(connection, id, true, given, &content_hash(given)).await
}

async fn write_text(
    connection: &mut AnyConnection,
    id: ArticleId,
    is_known: bool,
    given: &Article,
    hash: &str,
) -> Result<(), StoreError> {
    let sql = match is_known {
        false => {
            "INSERT INTO articles (id, url, site, title, lead, author, published_ms, blocks,
                content_hash, created_ms, updated_ms, section, touched_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $10)"
        }
        true => {
            "UPDATE articles SET url = COALESCE($2, url), site = $3, title = $4, lead = $5,
                author = $6, published_ms = $7, blocks = $8, content_hash = $9, section = $11,
                updated_ms = CASE
                    WHEN content_hash = $9 AND COALESCE(author, '') = COALESCE($6, '')
                        AND COALESCE(published_ms, 0) = COALESCE($7, 0)
                    THEN updated_ms ELSE $10 END,
                seen_hash = NULL, touched_ms = $10
             WHERE id = $1"
        }
    };
    sqlx::query(sql)
        .bind(id.to_string())
        .bind(given.url.as_ref().map(Address::as_str))
        .bind(given.site.as_deref())
        .bind(given.title.as_str())
        .bind(given.lead.as_deref())
        .bind(given.author.as_deref())
        .bind(given.published.map(|at| at.0))
        .bind(blocks_json(given))
        .bind(hash)
        .bind(now().0)
        .bind(given.section.as_deref())
        .execute(&mut *connection)
        .await?;
    let (lead, author) = (given.lead.as_deref(), given.author.as_deref());
    search::remember(connection, &id.to_string(), &given.title, lead, author).await
}

/// Makes sure that there is an article, before it is read: listeners may ask for it from now on. One
/// that can be heard already stays as it is until the new reading stands.
pub(super) async fn reserve(
    connection: &mut AnyConnection,
    given: &Article,
    asked: Option<&Address>,
    debut: Debut,
) -> Result<ArticleId, StoreError> {
    let hash = content_hash(given);
    if let Some(id) = known(connection, given.url.as_ref(), &hash).await? {
        let sql = "UPDATE articles SET seen_hash = $2, touched_ms = $3
            WHERE id = $1 AND reading_id IS NOT NULL";
        let query = sqlx::query(sql).bind(id.to_string()).bind(hash).bind(now().0);
        if query.execute(&mut *connection).await?.rows_affected() == 1 {
            return Ok(id);
        }
    }
    upsert(connection, given, asked, debut).await
}

async fn known(
    connection: &mut AnyConnection,
    address: Option<&Address>,
    hash: &str,
) -> Result<Option<ArticleId>, StoreError> {
    let query = match address {
        Some(address) => sqlx::query("SELECT article_id AS id FROM addresses WHERE url = $1")
            .bind(address.as_str()),
        // The same words at another address would be another paper's article.
        None => sqlx::query("SELECT id FROM articles WHERE content_hash = $1 AND url IS NULL")
            .bind(hash),
    };
    let row = query.fetch_optional(connection).await?;
    row.map(|row| parse(&row, "id")).transpose()
}

fn blocks_json(article: &Article) -> String {
    to_json(&block_rows(article))
}

pub(super) fn block_rows(article: &Article) -> Vec<BlockRow> {
    let row =
        |block: &Block| BlockRow { kind: block.kind.name().to_owned(), text: block.text.clone() };
    article.blocks.iter().map(row).collect()
}

/// The body of an article as it is stored.
pub(super) fn stored_blocks(stored: &str) -> Result<Vec<Block>, StoreError> {
    let corrupt = |error| StoreError::Corrupt(format!("blocks: {error}"));
    blocks(serde_json::from_str(stored).map_err(corrupt)?)
}

pub(super) fn blocks(rows: Vec<BlockRow>) -> Result<Vec<Block>, StoreError> {
    let block = |row: BlockRow| {
        let kind = BlockKind::from_name(&row.kind)
            .ok_or_else(|| StoreError::Corrupt(format!("block {}", row.kind)))?;
        Ok(Block { kind, text: row.text })
    };
    rows.into_iter().map(block).collect()
}

fn article(row: &AnyRow) -> Result<StoredArticle, StoreError> {
    let seen: Option<String> = row.try_get("seen_hash")?;
    let read: String = row.try_get("content_hash")?;
    Ok(StoredArticle {
        id: parse(row, "id")?,
        article: Article {
            url: parse_optional(row, "url")?,
            site: row.try_get("site")?,
            title: row.try_get("title")?,
            lead: row.try_get("lead")?,
            author: row.try_get("author")?,
            section: row.try_get("section")?,
            published: row.try_get::<Option<i64>, _>("published_ms")?.map(Timestamp),
            blocks: blocks(json(row, "blocks")?)?,
        },
        narration: parse_optional(row, "narration_id")?,
        reading: parse_optional(row, "reading_id")?,
        standing: standing(row)?,
        is_outdated: seen.is_some_and(|seen| seen != read),
        gone: row.try_get::<Option<i64>, _>("gone_ms")?.map(Timestamp),
        created: Timestamp(row.try_get("created_ms")?),
        updated: Timestamp(row.try_get("updated_ms")?),
    })
}
