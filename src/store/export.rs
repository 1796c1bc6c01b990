//! Everything about comments as lines of JSON: enough to restore them, their log included.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{Any, Row, Transaction};

use super::audit::Chain;
use super::blobs::hex;
use super::rows::TABLES;
use super::{Store, StoreError, now};

/// The first line's kind, and the format's number: it grows when older programs cannot read it.
pub(super) const HEADER: &str = "baonoi";
pub(super) const VERSION: i64 = 1;

/// The last line's kind.
pub(super) const END: &str = "end";

/// How many rows are read at once.
const PAGE: i64 = 1_000;

/// An export that is under way: of one moment, whatever is written meanwhile.
#[derive(Debug)]
pub struct Export {
    read: Transaction<'static, Any>,
    next: Next,
    /// Of all lines so far.
    hash: Sha256,
}

#[derive(Debug)]
enum Next {
    Header,
    /// A page of the table with this number, after a row.
    Page(usize, Option<Vec<Value>>),
    Nothing,
}

impl Store {
    /// Begins an export.
    pub async fn export(&self) -> Result<Export, StoreError> {
        Ok(Export { read: self.read().await?, next: Next::Header, hash: Sha256::new() })
    }
}

impl Export {
    /// The next lines; `None` after the last one, which holds the SHA-256 of all before it.
    pub async fn lines(&mut self) -> Result<Option<String>, StoreError> {
        let lines = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Nothing => return Ok(None),
            Next::Header => {
                self.next = Next::Page(0, None);
                self.header().await?
            }
            Next::Page(number, _) if number == TABLES.len() => {
                let sha256 = hex(&self.hash.clone().finalize());
                format!("{{\"kind\":\"{END}\",\"sha256\":\"{sha256}\"}}\n")
            }
            Next::Page(number, after) => self.page(number, after).await?,
        };
        self.hash.update(&lines);
        Ok(Some(lines))
    }

    async fn header(&mut self) -> Result<String, StoreError> {
        let mut counts = json!({});
        for table in TABLES {
            let row = sqlx::query(sqlx::AssertSqlSafe(table.count()));
            let count: i64 = row.fetch_one(&mut *self.read).await?.try_get("count")?;
            let before = counts[table.kind].as_i64().unwrap_or(0);
            counts[table.kind] = json!(before + count);
        }
        let head = Chain::open(&mut self.read).await?.into_hash();
        let made = now().rfc3339();
        Ok(format!(
            "{{\"kind\":\"{HEADER}\",\"version\":{VERSION},\"made\":\"{made}\",\"counts\":{counts},\
             \"head\":\"{head}\"}}\n"
        ))
    }

    async fn page(
        &mut self,
        number: usize,
        after: Option<Vec<Value>>,
    ) -> Result<String, StoreError> {
        let table = TABLES[number];
        let query = sqlx::query(sqlx::AssertSqlSafe(table.page(after.is_none()))).bind(PAGE);
        let query = match &after {
            Some(last) => table.bind_key(query, last),
            None => query,
        };
        let mut lines = String::new();
        let mut last = after;
        let rows = query.fetch_all(&mut *self.read).await?;
        for row in &rows {
            let values = table.values(row)?;
            lines.push_str(&table.line(&values));
            last = Some(values);
        }
        let is_over = rows.len() < PAGE as usize;
        self.next = if is_over { Next::Page(number + 1, None) } else { Next::Page(number, last) };
        Ok(lines)
    }
}
