//! What was listened to: a row for each article and day.

use std::collections::HashMap;

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError, parse, unsigned};
use crate::domain::ids::ArticleId;
use crate::domain::listening::{Day, Listens, Period};
use crate::domain::units::Millis;

/// An article of those that were heard most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeardArticle {
    pub id: ArticleId,
    pub title: String,
    pub listens: Listens,
}

impl Store {
    /// Adds to what was listened to, all or nothing. An article that is not there (any more) is passed
    /// over: it must not keep the others from being written.
    pub async fn add_listens(
        &self,
        counts: &[(ArticleId, Day, Listens)],
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        for (article, day, listens) in counts {
            sqlx::query(
                "INSERT INTO listens (article_id, day, plays, heard_ms, completions)
                 SELECT id, $2, $3, $4, $5 FROM articles WHERE id = $1
                 ON CONFLICT (article_id, day) DO UPDATE SET
                    plays = listens.plays + excluded.plays,
                    heard_ms = listens.heard_ms + excluded.heard_ms,
                    completions = listens.completions + excluded.completions",
            )
            .bind(article.to_string())
            .bind(day.to_string())
            .bind(signed(listens.plays))
            .bind(signed(listens.heard.0))
            .bind(signed(listens.completions))
            .execute(&mut *write)
            .await?;
        }
        Ok(write.commit().await?)
    }

    /// What was listened to on each day, of one article or of all. Days on which nobody listened are
    /// there too.
    pub async fn listens_by_day(
        &self,
        period: Period,
        article: Option<ArticleId>,
    ) -> Result<Vec<(Day, Listens)>, StoreError> {
        let query = match article {
            Some(article) => sqlx::query(
                "SELECT day, plays, heard_ms, completions FROM listens
                 WHERE day BETWEEN $1 AND $2 AND article_id = $3",
            )
            .bind(period.first.to_string())
            .bind(period.last.to_string())
            .bind(article.to_string()),
            None => sqlx::query(
                "SELECT day, CAST(SUM(plays) AS BIGINT) AS plays,
                    CAST(SUM(heard_ms) AS BIGINT) AS heard_ms,
                    CAST(SUM(completions) AS BIGINT) AS completions
                 FROM listens WHERE day BETWEEN $1 AND $2 GROUP BY day",
            )
            .bind(period.first.to_string())
            .bind(period.last.to_string()),
        };
        let rows = query.fetch_all(&self.pool).await?;
        let heard = rows.iter().map(|row| Ok((parse(row, "day")?, listens(row)?)));
        let heard: HashMap<Day, Listens> = heard.collect::<Result<_, StoreError>>()?;
        Ok(period.days().map(|day| (day, heard.get(&day).copied().unwrap_or_default())).collect())
    }

    /// The articles that were played most, and of those the ones that were heard longest, first.
    pub async fn most_heard(
        &self,
        period: Period,
        count: u32,
    ) -> Result<Vec<HeardArticle>, StoreError> {
        let query = sqlx::query(
            "SELECT articles.id, articles.title, CAST(SUM(plays) AS BIGINT) AS plays,
                CAST(SUM(heard_ms) AS BIGINT) AS heard_ms,
                CAST(SUM(completions) AS BIGINT) AS completions
             FROM listens JOIN articles ON articles.id = listens.article_id
             WHERE day BETWEEN $1 AND $2 GROUP BY articles.id, articles.title
             ORDER BY SUM(plays) DESC, SUM(heard_ms) DESC, articles.id DESC LIMIT $3",
        );
        let query = query.bind(period.first.to_string()).bind(period.last.to_string());
        let rows = query.bind(i64::from(count)).fetch_all(&self.pool).await?;
        let heard = |row: &AnyRow| {
            Ok(HeardArticle {
                id: parse(row, "id")?,
                title: row.try_get("title")?,
                listens: listens(row)?,
            })
        };
        rows.iter().map(heard).collect()
    }

    /// What was ever listened to of an article.
    pub async fn listens_of(&self, article: ArticleId) -> Result<Listens, StoreError> {
        let query = sqlx::query("SELECT * FROM listens WHERE article_id = $1");
        let rows = query.bind(article.to_string()).fetch_all(&self.pool).await?;
        rows.iter().map(listens).sum()
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn listens(row: &AnyRow) -> Result<Listens, StoreError> {
    Ok(Listens {
        plays: unsigned(row, "plays")?,
        heard: Millis(unsigned(row, "heard_ms")?),
        completions: unsigned(row, "completions")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::article::Article;
    use crate::domain::publication::Debut;
    use crate::store::articles;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn listens(plays: u64, heard: u64, completions: u64) -> Listens {
        Listens { plays, heard: Millis(heard), completions }
    }

    async fn article(store: &Store, title: &str) -> ArticleId {
        let given = Article { title: title.into(), ..Article::default() };
        let mut write = store.write().await.unwrap();
        let id = articles::upsert(&mut write, &given, None, Debut::Published).await.unwrap();
        write.commit().await.unwrap();
        id
    }

    #[tokio::test]
    async fn what_is_added_stands_by_article_and_day() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let (bridge, market) = (article(&store, "Cầu").await, article(&store, "Chợ").await);
        let gone: ArticleId = super::super::new_id();
        let (monday, tuesday) = (day("2026-11-23"), day("2026-11-24"));
        let first = [
            (bridge, monday, listens(1, 1_000, 0)),
            (gone, monday, listens(9, 9, 9)),
            (market, monday, listens(5, 100, 1)),
        ];
        store.add_listens(&first).await.unwrap();
        let second = [(bridge, monday, listens(2, 500, 1)), (bridge, tuesday, listens(4, 0, 4))];
        store.add_listens(&second).await.unwrap();

        let period = Period::ending(day("2026-11-25"), 3);
        let all = store.listens_by_day(period, None).await.unwrap();
        let expected = [
            (monday, listens(8, 1_600, 2)),
            (tuesday, listens(4, 0, 4)),
            (day("2026-11-25"), Listens::default()),
        ];
        assert_eq!(all, expected);
        let of_bridge = store.listens_by_day(period, Some(bridge)).await.unwrap();
        assert_eq!(of_bridge[0], (monday, listens(3, 1_500, 1)));
        let heard = store.most_heard(period, 10).await.unwrap();
        let names: Vec<&str> = heard.iter().map(|heard| heard.title.as_str()).collect();
        assert_eq!(names, ["Cầu", "Chợ"]);
        assert_eq!(heard[0].listens, listens(7, 1_500, 5));
        assert_eq!(store.most_heard(Period::ending(monday, 1), 1).await.unwrap()[0].id, market);
        assert_eq!(store.listens_of(bridge).await.unwrap(), listens(7, 1_500, 5));
        assert!(store.is_public(bridge).await.unwrap());
        assert!(!store.is_public(gone).await.unwrap());
    }

    /// A later version may bring a change of the schema with a lower number than this one has.
    #[tokio::test]
    async fn a_migration_that_comes_late_is_made_up_for() {
        let folder = tempfile::tempdir().unwrap();
        let migrations = tempfile::tempdir().unwrap();
        let all = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/migrations/sqlite");
        for file in std::fs::read_dir(all).unwrap() {
            let file = file.unwrap();
            if file.file_name() != "0006_sound.sql" {
                std::fs::copy(file.path(), migrations.path().join(file.file_name())).unwrap();
            }
        }
        let pool = super::super::dialect::open(&folder.path().join("baonoi.db")).await.unwrap();
        let older = sqlx::migrate::Migrator::new(migrations.path()).await.unwrap();
        older.run(&pool).await.unwrap();
        let peaks = "SELECT peaks FROM narrations";
        assert!(sqlx::query(peaks).fetch_all(&pool).await.is_err());
        pool.close().await;
        let store = Store::open(folder.path()).await.unwrap();
        sqlx::query(peaks).fetch_all(&store.pool).await.unwrap();
        assert!(store.listens_of(super::super::new_id()).await.unwrap().is_nothing());
    }
}
