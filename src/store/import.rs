//! An export back into a store: all of it or nothing.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{Any, Row, Transaction};

use super::audit::{self, AuditReport, Chain, ERASED, Entry, RECEIVED, Record, SYSTEM};
use super::blobs::hex;
use super::export::{END, HEADER, VERSION};
use super::rows::{ACCOUNTS, ARTICLES, COMMENTS, LIKES, NETWORKS, RECORDS, REPORTS, Table};
use super::{Store, StoreError, search};
use crate::domain::account::Role;
use crate::domain::comment::CommentState;
use crate::domain::ids::CommentId;
use crate::domain::units::Timestamp;

/// An import that is under way. Dropped before its end it has changed nothing.
#[derive(Debug)]
pub struct Import {
    write: Transaction<'static, Any>,
    place: Place,
    /// Of all lines so far.
    hash: Sha256,
    lines: u64,
    /// Whether nothing was there: then the log of the file goes on here.
    is_restore: bool,
    /// The log here, where one had begun.
    chain: Chain,
    /// What the header says that the last record of the file's log is.
    head: String,
    /// The file's own log, as far as it was read.
    log: AuditReport,
    /// Articles and accounts of the file that have another id here.
    ids: HashMap<String, String>,
    /// The articles whose comments have become more.
    articles: HashSet<String>,
    /// Comments of the file that are here already; what hangs on them is here too.
    known: HashSet<CommentId>,
    report: ImportReport,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Header,
    Rows,
    End,
}

/// What an import has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// The log of the file is the log here now.
    pub is_restore: bool,
    pub articles: u64,
    pub accounts: u64,
    pub comments: u64,
    pub records: u64,
    /// Comments that were here already, with the same words.
    pub same: u64,
    /// Comments whose words were erased here, and stay so.
    pub erased: u64,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("line {line}: {what}; {help}")]
    Line { line: u64, what: String, help: &'static str },
    #[error(
        "the file ends after line {0} without its last line, so a part of it is missing; copy it again"
    )]
    CutOff(u64),
    #[error("what is in the file does not fit together: {0}")]
    Faults(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

const EXPORT_AGAIN: &str = "export again, and change nothing in the file";

impl Store {
    /// Begins an import. Nobody else can write until it ends.
    pub async fn import(&self) -> Result<Import, StoreError> {
        let mut write = self.write().await?;
        let chain = Chain::open(&mut write).await?;
        let comment = sqlx::query("SELECT id FROM comments LIMIT 1");
        let is_empty = comment.fetch_optional(&mut *write).await?.is_none();
        let is_restore = is_empty && !chain.has_begun();
        Ok(Import {
            write,
            place: Place::Header,
            hash: Sha256::new(),
            lines: 0,
            is_restore,
            chain,
            head: String::new(),
            log: AuditReport::beginning(),
            ids: HashMap::new(),
            articles: HashSet::new(),
            known: HashSet::new(),
            report: ImportReport { is_restore, ..ImportReport::default() },
        })
    }
}

impl Import {
    /// Takes the next line, with its line feed.
    pub async fn line(&mut self, line: &[u8]) -> Result<(), ImportError> {
        self.lines += 1;
        let parsed: Value = serde_json::from_slice(line).map_err(|_| {
            let is_cut = !line.ends_with(b"\n");
            let help = if is_cut { "the file is cut off; copy it again" } else { EXPORT_AGAIN };
            self.refused("this is not a line of an export", help)
        })?;
        let kind = parsed["kind"].as_str().unwrap_or_default();
        match (self.place, kind) {
            (Place::Header, HEADER) => self.header(&parsed)?,
            (Place::Header, _) => {
                return Err(self.refused(
                    "this is no export of baonoi",
                    "name a file that `baonoi export` made",
                ));
            }
            (Place::Rows, END) => self.end(&parsed)?,
            (Place::Rows, "article") => self.article(&self.row(&ARTICLES, &parsed)?).await?,
            (Place::Rows, "account") => self.account(&self.row(&ACCOUNTS, &parsed)?).await?,
            (Place::Rows, "network") => self.network(self.row(&NETWORKS, &parsed)?).await?,
            (Place::Rows, "comment") => self.comment(self.row(&COMMENTS, &parsed)?).await?,
            (Place::Rows, "like") => self.hanging(&LIKES, &self.row(&LIKES, &parsed)?).await?,
            (Place::Rows, "report") => {
                self.hanging(&REPORTS, &self.row(&REPORTS, &parsed)?).await?
            }
            (Place::Rows, "record") => self.record(&self.row(&RECORDS, &parsed)?).await?,
            (Place::Rows, _) => {
                return Err(self.refused(
                    format!("unknown kind {kind:?}"),
                    "update baonoi, the file may be of a newer version",
                ));
            }
            (Place::End, _) => {
                return Err(self.refused("something stands behind the last line", EXPORT_AGAIN));
            }
        }
        self.hash.update(line);
        Ok(())
    }

    /// Keeps everything, if the file was whole and its comments are as its log says. `despite_faults`:
    /// what was exported from a store that had faults already can be restored with them.
    pub async fn finish(mut self, despite_faults: bool) -> Result<ImportReport, ImportError> {
        if self.place != Place::End {
            return Err(ImportError::CutOff(self.lines));
        }
        for article in &self.articles {
            let query = sqlx::query(
                "UPDATE articles SET
                    approved_comments = (SELECT COUNT(*) FROM comments
                        WHERE article_id = $1 AND state = 'approved'
                            AND (parent_id IS NULL OR EXISTS (SELECT 1 FROM comments AS parent
                                WHERE parent.id = comments.parent_id AND parent.state = 'approved'))),
                    approved_threads = (SELECT COUNT(*) FROM comments
                        WHERE article_id = $1 AND state = 'approved' AND parent_id IS NULL)
                 WHERE id = $1",
            );
            query.bind(article).execute(&mut *self.write).await.map_err(StoreError::from)?;
        }
        let mut faults = std::mem::take(&mut self.log.faults);
        if self.is_restore {
            faults = audit::verify(&mut self.write).await?.faults;
        }
        if let (false, Some(first)) = (despite_faults, faults.first()) {
            let others = faults.len() - 1;
            return Err(ImportError::Faults(format!("{first} (and {others} other faults)")));
        }
        self.write.commit().await.map_err(StoreError::from)?;
        Ok(self.report)
    }

    fn refused(&self, what: impl Into<String>, help: &'static str) -> ImportError {
        ImportError::Line { line: self.lines, what: what.into(), help }
    }

    fn row(&self, table: &Table, line: &Value) -> Result<Vec<Value>, ImportError> {
        table.read(line).map_err(|column| {
            self.refused(
                format!("{column:?} is missing, or is not what it should be"),
                EXPORT_AGAIN,
            )
        })
    }

    fn header(&mut self, header: &Value) -> Result<(), ImportError> {
        if header["version"].as_i64() != Some(VERSION) {
            return Err(self.refused(
                format!(
                    "the export has version {}, this program reads {VERSION}",
                    header["version"]
                ),
                "use the version of baonoi that made it, or a newer one",
            ));
        }
        self.head = header["head"].as_str().unwrap_or_default().to_owned();
        self.place = Place::Rows;
        Ok(())
    }

    fn end(&mut self, end: &Value) -> Result<(), ImportError> {
        let found = hex(&self.hash.clone().finalize());
        if end["sha256"].as_str() != Some(&found) {
            return Err(
                self.refused("the lines before are not those that were exported", EXPORT_AGAIN)
            );
        }
        if self.log.head != self.head {
            return Err(self.refused(
                "the log does not end with the record that the first line names",
                EXPORT_AGAIN,
            ));
        }
        self.place = Place::End;
        Ok(())
    }

    /// The id here of an article or an account of the file.
    fn here(&self, id: &str) -> String {
        self.ids.get(id).map_or(id, String::as_str).to_owned()
    }

    /// Runs a query whose failure is the line's fault.
    async fn execute(
        &mut self,
        query: sqlx::query::Query<'_, Any, sqlx::any::AnyArguments>,
    ) -> Result<u64, ImportError> {
        match query.execute(&mut *self.write).await {
            Ok(done) => Ok(done.rows_affected()),
            Err(error) => Err(self.refused(
                format!("it does not fit to what is here: {error}"),
                "look whether what it refers to is in the file before it",
            )),
        }
    }

    async fn article(&mut self, row: &[Value]) -> Result<(), ImportError> {
        let (id, url) = (text(&ARTICLES, row, "id"), optional(&ARTICLES, row, "url"));
        let query = sqlx::query(
            "SELECT id FROM articles WHERE id = $1
             UNION ALL SELECT article_id FROM addresses WHERE url = $2 LIMIT 1",
        );
        let found = query.bind(&id).bind(&url).fetch_optional(&mut *self.write).await;
        if let Some(row) = found.map_err(StoreError::from)? {
            self.ids.insert(id, row.try_get(0).map_err(StoreError::from)?);
            return Ok(());
        }
        let title = text(&ARTICLES, row, "title");
        // What is read of it, and so its words, the newsroom can have fetched again.
        let insert = sqlx::query(
            "INSERT INTO articles
                (id, url, site, title, blocks, content_hash, created_ms, updated_ms)
             VALUES ($1, $2, $3, $4, '[]', '', $5, $5)",
        );
        let insert = insert.bind(id.clone()).bind(url.clone());
        let insert = insert.bind(optional(&ARTICLES, row, "site")).bind(title.clone());
        self.execute(insert.bind(number(&ARTICLES, row, "created_ms"))).await?;
        if let Some(url) = url {
            let insert = sqlx::query("INSERT INTO addresses (url, article_id) VALUES ($1, $2)");
            self.execute(insert.bind(url).bind(id.clone())).await?;
        }
        search::remember(&mut self.write, &id, &title, None, None).await?;
        self.report.articles += 1;
        Ok(())
    }

    async fn account(&mut self, row: &[Value]) -> Result<(), ImportError> {
        let (id, name) = (text(&ACCOUNTS, row, "id"), text(&ACCOUNTS, row, "name"));
        let query = sqlx::query("SELECT id FROM accounts WHERE name = $1").bind(&name);
        let found = query.fetch_optional(&mut *self.write).await.map_err(StoreError::from)?;
        if let Some(row) = found {
            self.ids.insert(id, row.try_get("id").map_err(StoreError::from)?);
            return Ok(());
        }
        let roles = text(&ACCOUNTS, row, "roles");
        if roles.split_whitespace().any(|role| Role::from_name(role).is_none()) {
            return Err(self.refused(format!("unknown role in {roles:?}"), "update baonoi"));
        }
        // Without a password, and disabled: it is there so that its decisions have a name.
        let insert = sqlx::query(
            "INSERT INTO accounts (id, name, password_hash, roles, disabled, created_ms)
             VALUES ($1, $2, '', $3, 1, $4)",
        );
        let insert = insert.bind(id).bind(name).bind(roles);
        self.execute(insert.bind(number(&ACCOUNTS, row, "created_ms"))).await?;
        self.report.accounts += 1;
        Ok(())
    }

    async fn network(&mut self, mut row: Vec<Value>) -> Result<(), ImportError> {
        let by = NETWORKS.at("blocked_by");
        row[by] = self.here(row[by].as_str().unwrap_or_default()).into();
        let sql = NETWORKS.insert();
        let insert = NETWORKS.bind(sqlx::query(sqlx::AssertSqlSafe(sql)), &row);
        let is_new = self.execute(insert).await? == 1;
        if is_new && !self.is_restore {
            let subject = text(&NETWORKS, &row, "network");
            self.append("network.blocked", subject, json!({})).await?;
        }
        Ok(())
    }

    async fn comment(&mut self, mut row: Vec<Value>) -> Result<(), ImportError> {
        let id = text(&COMMENTS, &row, "id");
        let number = id.parse::<CommentId>();
        let number = number.map_err(|_| self.refused("no id of a comment", EXPORT_AGAIN))?;
        for column in ["article_id", "decided_by"] {
            let at = COMMENTS.at(column);
            if let Some(there) = row[at].as_str() {
                row[at] = self.here(there).into();
            }
        }
        let state = text(&COMMENTS, &row, "state");
        if CommentState::from_name(&state).is_none() {
            return Err(self.refused(format!("unknown state {state:?}"), EXPORT_AGAIN));
        }
        if self.is_known(&id, &row).await? {
            self.known.insert(number);
            return Ok(());
        }
        let sql = COMMENTS.insert();
        let insert = COMMENTS.bind(sqlx::query(sqlx::AssertSqlSafe(sql)), &row);
        if self.execute(insert).await? == 0 {
            return Err(self.refused(format!("comment {id} is in the file twice"), EXPORT_AGAIN));
        }
        self.articles.insert(text(&COMMENTS, &row, "article_id"));
        self.report.comments += 1;
        if !self.is_restore { self.receive(id, &row).await } else { Ok(()) }
    }

    /// Whether a comment is here already. With other words it is another one, and nothing is imported.
    async fn is_known(&mut self, id: &str, row: &[Value]) -> Result<bool, ImportError> {
        if self.is_restore {
            return Ok(false);
        }
        let query =
            sqlx::query("SELECT article_id, author, body, created_ms FROM comments WHERE id = $1");
        let found = query.bind(id).fetch_optional(&mut *self.write).await;
        let Some(here) = found.map_err(StoreError::from)? else { return Ok(false) };
        let value = |column| here.try_get::<String, _>(column).map_err(StoreError::from);
        let is_same = |column| Ok::<_, StoreError>(value(column)? == text(&COMMENTS, row, column));
        if value("body")?.is_empty() {
            // An older copy does not bring back what somebody had erased.
            self.report.erased += 1;
            return Ok(true);
        }
        let created: i64 = here.try_get("created_ms").map_err(StoreError::from)?;
        let is_same = is_same("article_id")?
            && is_same("author")?
            && is_same("body")?
            && created == number(&COMMENTS, row, "created_ms");
        if !is_same {
            let help = match text(&COMMENTS, row, "body").is_empty() {
                true => {
                    "it was erased where the file comes from: erase it here too, then import again"
                }
                false => "nothing overwrites a reader's words; import into an empty folder",
            };
            return Err(self.refused(format!("comment {id} is here with other words"), help));
        }
        self.report.same += 1;
        Ok(true)
    }

    /// Writes down that a comment has come from another installation: its own log has another chain.
    async fn receive(&mut self, id: String, row: &[Value]) -> Result<(), ImportError> {
        let column = |name| text(&COMMENTS, row, name);
        let (author, body) = (column("author"), column("body"));
        let content = audit::commitment(&column("salt"), &author, &body);
        let detail = json!({
            "article": column("article_id"), "state": column("state"),
            "created_ms": number(&COMMENTS, row, "created_ms"), "content": content,
            "imported": self.head,
        });
        self.append(RECEIVED, id.clone(), detail).await?;
        if body.is_empty() {
            // The state is that of an erased one already.
            self.append(ERASED, id, json!({"imported": self.head})).await?;
        }
        Ok(())
    }

    async fn append(
        &mut self,
        action: &'static str,
        subject: String,
        mut detail: Value,
    ) -> Result<(), ImportError> {
        detail["imported"] = self.head.as_str().into();
        let entry = Entry { actor: SYSTEM, action, subject, detail };
        self.report.records += 1;
        Ok(self.chain.append(&mut self.write, entry).await?)
    }

    /// A like or a report.
    async fn hanging(&mut self, table: &Table, row: &[Value]) -> Result<(), ImportError> {
        let comment = text(table, row, "comment_id").parse::<CommentId>();
        if comment.is_ok_and(|comment| self.known.contains(&comment)) {
            return Ok(());
        }
        let insert = table.bind(sqlx::query(sqlx::AssertSqlSafe(table.insert())), row);
        self.execute(insert).await.map(|_| ())
    }

    async fn record(&mut self, row: &[Value]) -> Result<(), ImportError> {
        let column = |name| text(&RECORDS, row, name);
        self.log.check(&Record {
            seq: number(&RECORDS, row, "seq"),
            at: Timestamp(number(&RECORDS, row, "at_ms")),
            actor: column("actor"),
            action: column("action"),
            subject: column("subject"),
            detail: column("detail"),
            hash: column("hash"),
        });
        if !self.is_restore {
            return Ok(());
        }
        let insert = RECORDS.bind(sqlx::query(sqlx::AssertSqlSafe(RECORDS.insert())), row);
        if self.execute(insert).await? == 0 {
            return Err(self.refused("this record is in the file twice", EXPORT_AGAIN));
        }
        self.report.records += 1;
        Ok(())
    }
}

fn text(table: &Table, row: &[Value], column: &str) -> String {
    row[table.at(column)].as_str().unwrap_or_default().to_owned()
}

fn optional(table: &Table, row: &[Value], column: &str) -> Option<String> {
    row[table.at(column)].as_str().map(str::to_owned)
}

fn number(table: &Table, row: &[Value], column: &str) -> i64 {
    row[table.at(column)].as_i64().unwrap_or_default()
}
