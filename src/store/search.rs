//! How readers find an article: by title, lead and author, whether they type the marks or not.

use sqlx::{AnyConnection, Row};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::{Store, StoreError};

/// How many older articles are made findable in one transaction.
const FILL: i64 = 500;

/// Inserts what an article is found by, or brings it up to date.
macro_rules! remember {
    ($on_conflict:literal) => {
        concat!(
            "INSERT INTO article_search (article_id, folded) VALUES ($1, $2)
             ON CONFLICT (article_id) DO ",
            $on_conflict
        )
    };
}

/// A text in the one form in which it is compared: small letters without marks, `đ` (and the
/// Icelandic letter that some papers write for it) as `d`, hyphens and dashes as the spaces that
/// others write there, single spaces.
pub fn fold(text: &str) -> String {
    let lower = text.to_lowercase();
    // To a database the character 0 may be the end.
    let is_said = |c: &char| !is_combining_mark(*c) && (c.is_whitespace() || !c.is_control());
    let bare = lower.nfd().filter(is_said);
    let bare: String = bare
        .map(|c| match c {
            'đ' | 'ð' => 'd',
            '-' | '\u{2010}'..='\u{2015}' => ' ',
            other => other,
        })
        .collect();
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What an article is found by, a line each: no search reaches across two of them.
fn folded(title: &str, lead: Option<&str>, author: Option<&str>) -> String {
    [Some(title), lead, author].into_iter().flatten().map(fold).collect::<Vec<_>>().join("\n")
}

/// The pattern of what was typed in texts in that form.
pub(super) fn pattern(typed: &str) -> String {
    like(&fold(typed))
}

/// The pattern for `LIKE … ESCAPE '!'` of texts that contain this one, character for character.
pub(super) fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Makes an article findable by what it says now.
pub(super) async fn remember(
    connection: &mut AnyConnection,
    article: &str,
    title: &str,
    lead: Option<&str>,
    author: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query(remember!("UPDATE SET folded = excluded.folded"))
        .bind(article)
        .bind(folded(title, lead, author))
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// Makes those articles findable that an older version of the program has left.
    pub(super) async fn fill_search(&self) -> Result<(), StoreError> {
        loop {
            let rows = sqlx::query(
                "SELECT id, title, lead, author FROM articles WHERE NOT EXISTS
                    (SELECT 1 FROM article_search WHERE article_id = articles.id) LIMIT $1",
            );
            let rows = rows.bind(FILL).fetch_all(&self.pool).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let mut write = self.write().await?;
            for row in &rows {
                let title: String = row.try_get("title")?;
                let (lead, author): (Option<String>, Option<String>) =
                    (row.try_get("lead")?, row.try_get("author")?);
                // Another process may have been faster, with what the article says now.
                sqlx::query(remember!("NOTHING"))
                    .bind(row.try_get::<String, _>("id")?)
                    .bind(folded(&title, lead.as_deref(), author.as_deref()))
                    .execute(&mut *write)
                    .await?;
            }
            write.commit().await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_case_and_spaces_do_not_count() {
        assert_eq!(fold("  CẦU   mới,\nĐường Đắk Ðăm "), "cau moi, duong dak dam");
        // However the marks are written.
        assert_eq!(fold("ca\u{302}\u{300}u mo\u{31b}\u{301}i"), fold("cầu mới"));
        assert_eq!(fold("İstanbul"), "istanbul");
        assert_eq!(fold("xuất-khẩu – Hà Nội"), "xuat khau ha noi");
    }

    #[tokio::test]
    async fn articles_of_an_older_version_are_found_too() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let count = FILL + 1;
        for number in 0..count {
            let insert = sqlx::query(
                "INSERT INTO articles (id, title, author, blocks, content_hash, created_ms, updated_ms)
                 VALUES ($1, 'Cầu mới', 'Lò Văn Mòn', '[]', $1, 0, 0)",
            );
            insert.bind(number.to_string()).execute(&store.pool).await.unwrap();
        }
        store.close().await;
        let store = Store::open(folder.path()).await.unwrap();
        let found = sqlx::query("SELECT COUNT(*) AS count FROM article_search WHERE folded = $1");
        let found = found.bind("cau moi\nlo van mon").fetch_one(&store.pool).await.unwrap();
        assert_eq!(found.try_get::<i64, _>("count").unwrap(), count);
    }

    #[test]
    fn a_pattern_means_what_was_typed() {
        assert_eq!(pattern("Giảm 50%_!"), "%giam 50!%!_!!%");
    }
}
