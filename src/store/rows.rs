//! The tables that an export holds, and their rows as lines of JSON.

use serde_json::Value;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, Row};

use super::StoreError;

/// A table in an export.
#[derive(Debug)]
pub(super) struct Table {
    /// What its lines are called.
    pub kind: &'static str,
    pub name: &'static str,
    pub columns: &'static [(&'static str, Type)],
    /// Its rows stand in this order.
    pub key: &'static [&'static str],
    /// Which of its rows are exported.
    pub condition: &'static str,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Number,
    TextOrNull,
    NumberOrNull,
}

use Type::{Number, NumberOrNull, Text, TextOrNull};

/// Of an article, what its comments need to stand under it.
pub(super) const ARTICLES: Table = Table {
    kind: "article",
    name: "articles",
    columns: &[
        ("id", Text),
        ("url", TextOrNull),
        ("site", TextOrNull),
        ("title", Text),
        ("created_ms", Number),
    ],
    key: &["id"],
    condition: "EXISTS (SELECT 1 FROM comments WHERE article_id = articles.id)",
};

/// Of those who have decided something. No password: in another installation they are names.
pub(super) const ACCOUNTS: Table = Table {
    kind: "account",
    name: "accounts",
    columns: &[("id", Text), ("name", Text), ("roles", Text), ("created_ms", Number)],
    key: &["id"],
    condition: "(EXISTS (SELECT 1 FROM comments WHERE decided_by = accounts.id)
        OR EXISTS (SELECT 1 FROM blocked_networks WHERE blocked_by = accounts.id))",
};

pub(super) const NETWORKS: Table = Table {
    kind: "network",
    name: "blocked_networks",
    columns: &[("network", Text), ("blocked_by", Text), ("blocked_ms", Number)],
    key: &["network"],
    condition: "1 = 1",
};

const COMMENT_COLUMNS: &[(&str, Type)] = &[
    ("id", Text),
    ("article_id", Text),
    ("parent_id", TextOrNull),
    ("author", Text),
    ("body", Text),
    ("state", Text),
    ("reason", TextOrNull),
    ("created_ms", Number),
    ("decided_by", TextOrNull),
    ("decided_by_mail", TextOrNull),
    ("decided_ms", NumberOrNull),
    ("email", Text),
    ("identity", Text),
    ("network", Text),
    ("hits", Text),
    ("risk", Number),
    ("fingerprint", Text),
    ("likes", Number),
    ("reports", Number),
    ("submission_key", TextOrNull),
    ("challenge", TextOrNull),
    ("salt", Text),
];

pub(super) const COMMENTS: Table = Table {
    kind: "comment",
    name: "comments",
    columns: COMMENT_COLUMNS,
    key: &["id"],
    // Not `IS NULL`: a database would go by the index of answers, and sort everything for every page.
    condition: "COALESCE(parent_id, '') = ''",
};

/// After what they answer, so that they can be put in as they are read.
pub(super) const ANSWERS: Table = Table { condition: "COALESCE(parent_id, '') <> ''", ..COMMENTS };

pub(super) const LIKES: Table = Table {
    kind: "like",
    name: "comment_likes",
    columns: &[("comment_id", Text), ("who", Text), ("created_ms", Number)],
    key: &["comment_id", "who"],
    condition: "1 = 1",
};

pub(super) const REPORTS: Table = Table {
    kind: "report",
    name: "comment_reports",
    columns: &[
        ("comment_id", Text),
        ("who", Text),
        ("reason", Text),
        ("network", Text),
        ("created_ms", Number),
    ],
    key: &["comment_id", "who"],
    condition: "1 = 1",
};

pub(super) const RECORDS: Table = Table {
    kind: "record",
    name: "audit",
    columns: &[
        ("seq", Number),
        ("at_ms", Number),
        ("actor", Text),
        ("action", Text),
        ("subject", Text),
        ("detail", Text),
        ("hash", Text),
    ],
    key: &["seq"],
    condition: "1 = 1",
};

/// All of them, in the order of an export: what others refer to comes first.
pub(super) const TABLES: [&Table; 8] =
    [&ARTICLES, &ACCOUNTS, &NETWORKS, &COMMENTS, &ANSWERS, &LIKES, &REPORTS, &RECORDS];

impl Table {
    fn names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|(name, _)| *name).collect()
    }

    /// A page of rows; after the key in the places `$2`, `$3`, … unless it is the first.
    pub fn page(&self, is_first: bool) -> String {
        let (columns, key) = (self.names().join(", "), self.key.join(", "));
        let places: Vec<_> = (2..).take(self.key.len()).map(|n| format!("${n}")).collect();
        let after = match is_first {
            true => String::new(),
            false => format!("AND ({key}) > ({})", places.join(", ")),
        };
        format!(
            "SELECT {columns} FROM {} WHERE {} {after} ORDER BY {key} LIMIT $1",
            self.name, self.condition
        )
    }

    pub fn count(&self) -> String {
        format!("SELECT COUNT(*) AS count FROM {} WHERE {}", self.name, self.condition)
    }

    /// Puts a row in, with a place for each column. One that is there stays as it is.
    pub fn insert(&self) -> String {
        let places: Vec<_> = (1..=self.columns.len()).map(|n| format!("${n}")).collect();
        format!(
            "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO NOTHING",
            self.name,
            self.names().join(", "),
            places.join(", "),
            self.key.join(", ")
        )
    }

    /// A row, in the order of the columns.
    pub fn values(&self, row: &AnyRow) -> Result<Vec<Value>, StoreError> {
        let value = |(name, kind): &(&str, Type)| {
            Ok(match kind {
                Text => Value::from(row.try_get::<String, _>(*name)?),
                Number => Value::from(row.try_get::<i64, _>(*name)?),
                TextOrNull => Value::from(row.try_get::<Option<String>, _>(*name)?),
                NumberOrNull => Value::from(row.try_get::<Option<i64>, _>(*name)?),
            })
        };
        self.columns.iter().map(value).collect()
    }

    /// The line of a row: its kind, then the columns in their order.
    pub fn line(&self, values: &[Value]) -> String {
        let mut line = format!("{{\"kind\":\"{}\"", self.kind);
        for ((name, _), value) in self.columns.iter().zip(values) {
            line.push_str(&format!(",\"{name}\":{value}"));
        }
        line.push_str("}\n");
        line
    }

    /// The row of a line, or the name of the column that does not fit.
    pub fn read(&self, line: &Value) -> Result<Vec<Value>, &'static str> {
        let fits = |kind: Type, value: &Value| match kind {
            Text => value.is_string(),
            Number => value.is_i64(),
            TextOrNull => value.is_string() || value.is_null(),
            NumberOrNull => value.is_i64() || value.is_null(),
        };
        let value = |(name, kind): &(&'static str, Type)| {
            line.get(name).filter(|value| fits(*kind, value)).cloned().ok_or(*name)
        };
        self.columns.iter().map(value).collect()
    }

    /// Where a column stands.
    pub fn at(&self, column: &str) -> usize {
        let found = self.columns.iter().position(|(name, _)| *name == column);
        found.expect("a column is asked for by a name of its table's list")
    }

    fn kind_of(&self, column: &str) -> Type {
        self.columns[self.at(column)].1
    }

    /// Binds a whole row.
    pub fn bind<'q>(
        &self,
        query: Query<'q, Any, AnyArguments>,
        values: &[Value],
    ) -> Query<'q, Any, AnyArguments> {
        let pairs = self.columns.iter().zip(values);
        pairs.fold(query, |query, ((_, kind), value)| bind(query, *kind, value))
    }

    /// Binds a row's key.
    pub fn bind_key<'q>(
        &self,
        query: Query<'q, Any, AnyArguments>,
        values: &[Value],
    ) -> Query<'q, Any, AnyArguments> {
        self.key
            .iter()
            .fold(query, |query, name| bind(query, self.kind_of(name), &values[self.at(name)]))
    }
}

fn bind<'q>(
    query: Query<'q, Any, AnyArguments>,
    kind: Type,
    value: &Value,
) -> Query<'q, Any, AnyArguments> {
    match kind {
        Text | TextOrNull => query.bind(value.as_str().map(str::to_owned)),
        Number | NumberOrNull => query.bind(value.as_i64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    /// A column that is added to one of these tables must be exported too, or it is lost by a restore.
    #[tokio::test]
    async fn nothing_of_a_comment_or_of_the_log_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        for table in [COMMENTS, NETWORKS, LIKES, REPORTS, RECORDS] {
            let query = sqlx::query("SELECT name FROM pragma_table_info($1)").bind(table.name);
            let rows = query.fetch_all(&store.pool).await.unwrap();
            let mut names: Vec<String> =
                rows.iter().map(|row| row.try_get("name").unwrap()).collect();
            let mut exported = table.names();
            names.sort_unstable();
            exported.sort_unstable();
            assert_eq!(exported, names, "{}", table.name);
        }
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let values: Vec<Value> =
            vec!["a".into(), Value::Null, "b\n\"".into(), "ế".into(), 5.into()];
        let line = ARTICLES.line(&values);
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(ARTICLES.read(&read), Ok(values));
        assert_eq!(ARTICLES.read(&serde_json::json!({"id": 5})), Err("id"));
    }
}
