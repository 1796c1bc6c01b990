//! Who hears an article, and when.

use super::*;
use crate::domain::account::{Account, Role};
use crate::domain::article::Article;
use crate::domain::ids::VoiceId;
use crate::domain::job::{Source, Urgency};
use crate::domain::units::{Millis, SampleRate, Samples};
use crate::store::{Files, Finished, Lease, NewNarration, StoredArticle};

/// A store with an editor.
struct Newsroom {
    _folder: tempfile::TempDir,
    store: Store,
    lan: Account,
}

impl Newsroom {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        store.add_account("lan", "hash", &[Role::Editor], None).await.unwrap();
        let lan = store.accounts().await.unwrap().remove(0);
        Self { _folder: folder, store, lan }
    }

    async fn lease(&self, title: &str) -> Lease {
        let source = Source::Text { title: title.to_owned(), paragraphs: Vec::new() };
        self.store.ask(title, title, Urgency::Editor, &source).await.unwrap();
        self.store.claim("worker", Millis(60_000)).await.unwrap().unwrap()
    }

    /// An article whose reading has begun.
    async fn begun(&self, title: &str, debut: Debut) -> (Lease, ArticleId) {
        let lease = self.lease(title).await;
        let id = self.store.begin(&lease, &article(title), debut).await.unwrap();
        (lease, id)
    }

    /// An article that was read.
    async fn read(&self, title: &str, debut: Debut) -> ArticleId {
        let lease = self.lease(title).await;
        self.finish(&lease, title, debut).await
    }

    async fn finish(&self, lease: &Lease, title: &str, debut: Debut) -> ArticleId {
        let narration = NewNarration {
            content_key: title.to_owned(),
            voice: "vi-embedded".parse::<VoiceId>().unwrap(),
            rate: SampleRate(22_050),
            length: Samples(22_050),
            lines: Vec::new(),
            notes: Vec::new(),
            peaks: Vec::new(),
            files: Files { mp3: "ab".repeat(32).parse().unwrap(), opus: None, wav: None },
        };
        let made = Finished { article: article(title), narration, spoken: 1, debut };
        let narration = self.store.finish(lease, &made).await.unwrap();
        self.store.narration(narration).await.unwrap().unwrap().article
    }

    async fn known(&self, id: ArticleId) -> StoredArticle {
        self.store.article(id).await.unwrap().unwrap()
    }

    async fn change(&self, id: ArticleId, wish: Publishing) -> Published {
        self.store.change_publication(&[id], wish, &self.lan).await.unwrap()[0]
    }

    /// What the log says that was done to an article, and by whom.
    async fn log(&self, id: ArticleId) -> Vec<(String, String)> {
        let records = self.store.audit_of(&id.to_string()).await.unwrap();
        records.into_iter().map(|record| (record.action, record.actor)).collect()
    }
}

fn article(title: &str) -> Article {
    Article { title: title.to_owned(), ..Article::default() }
}

#[tokio::test]
async fn a_draft_has_a_reading_and_nothing_for_readers() {
    let room = Newsroom::open().await;
    let id = room.read("Cầu mới", Debut::Draft).await;
    let draft = room.known(id).await;
    assert!(draft.narration.is_none() && draft.reading.is_some() && draft.standing.is_draft());
    assert!(!room.store.is_public(id).await.unwrap());
    assert!(room.store.heard(10, 0).await.unwrap().is_empty());
    assert!(room.store.heard_about("cau moi", 10, 0).await.unwrap().is_empty());
    assert!(room.store.heard_since(10).await.unwrap().is_empty());
    assert!(room.store.news(10).await.unwrap().is_empty());

    assert_eq!(room.change(id, Publishing::Publish).await, Published::Done);
    let public = room.known(id).await;
    assert_eq!(public.narration, draft.reading);
    assert_eq!(room.store.heard(10, 0).await.unwrap().len(), 1);
    assert_eq!(room.change(id, Publishing::Publish).await, Published::Unchanged);

    assert_eq!(room.change(id, Publishing::Unpublish).await, Published::Done);
    let withdrawn = room.known(id).await;
    assert_eq!((withdrawn.narration, withdrawn.reading), (None, draft.reading));
    assert!(withdrawn.standing.was_published && !draft.standing.was_published);
    // A new reading of what was taken down stays with the editors, however sure it is.
    room.read("Cầu mới", Debut::Sure).await;
    assert_eq!(room.known(id).await.narration, None);
    let by_lan = |action: &str| (action.to_owned(), "lan".to_owned());
    assert_eq!(room.log(id).await, [by_lan(PUBLISHED), by_lan(UNPUBLISHED)]);
    assert!(room.store.verify_audit().await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn what_is_sure_publishes_itself_unless_an_editor_has_spoken() {
    let room = Newsroom::open().await;
    let (lease, sure) = room.begun("Chợ phiên", Debut::Draft).await;
    assert!(room.known(sure).await.standing.is_draft());
    room.finish(&lease, "Chợ phiên", Debut::Sure).await;
    assert!(room.known(sure).await.narration.is_some());
    assert_eq!(room.log(sure).await, [(PUBLISHED.to_owned(), SYSTEM.to_owned())]);

    let (lease, later) = room.begun("Lễ hội", Debut::Draft).await;
    let far = Timestamp(now().0 + 3_600_000);
    assert_eq!(room.change(later, Publishing::Schedule(far)).await, Published::Done);
    room.finish(&lease, "Lễ hội", Debut::Sure).await;
    let scheduled = room.known(later).await;
    assert_eq!((scheduled.narration, scheduled.standing.publish_at), (None, Some(far)));

    // At once: taken down while it is read, it does not come back by being read.
    let (lease, gone) = room.begun("Tin sai", Debut::Published).await;
    assert_eq!(room.change(gone, Publishing::Unpublish).await, Published::Done);
    room.finish(&lease, "Tin sai", Debut::Published).await;
    assert_eq!(room.known(gone).await.narration, None);
}

#[tokio::test]
async fn a_time_publishes_once_and_not_before_there_is_a_reading() {
    let room = Newsroom::open().await;
    let (lease, id) = room.begun("Thủy điện", Debut::Draft).await;
    let past = Timestamp(now().0 - 1);
    room.change(id, Publishing::Schedule(past)).await;
    assert!(room.store.publish_due().await.unwrap().is_empty());
    room.finish(&lease, "Thủy điện", Debut::Draft).await;
    let other = room.store.clone();
    let (one, two) = tokio::join!(room.store.publish_due(), other.publish_due());
    assert_eq!([one.unwrap(), two.unwrap()].concat(), [id]);
    let known = room.known(id).await;
    assert!(known.narration.is_some() && known.standing.publish_at.is_none());
    let log = room.log(id).await;
    assert_eq!(log[1], (PUBLISHED.to_owned(), SYSTEM.to_owned()));
    // What is heard already gets no time.
    let wish = Publishing::Schedule(Timestamp(now().0 + 60_000));
    assert_eq!(room.change(id, wish).await, Published::AlreadyPublished);

    let waits = room.read("Đường lên bản", Debut::Draft).await;
    room.change(waits, wish).await;
    assert!(room.store.publish_due().await.unwrap().is_empty());
    assert_eq!(room.change(waits, Publishing::Unpublish).await, Published::Done);
    assert_eq!(room.known(waits).await.standing.publish_at, None);
}

#[tokio::test]
async fn three_stand_above_the_others() {
    let room = Newsroom::open().await;
    let mut ids = Vec::new();
    for title in ["Một", "Hai", "Ba", "Bốn"] {
        let id = room.read(title, Debut::Published).await;
        room.change(id, Publishing::Pin).await;
        ids.push(id);
    }
    let pinned: Vec<ArticleId> =
        room.store.pinned().await.unwrap().iter().map(|heard| heard.article).collect();
    assert_eq!(pinned, [ids[3], ids[2], ids[1]]);
    assert!(!room.known(ids[0]).await.standing.is_pinned);
    assert_eq!(room.log(ids[0]).await.last().unwrap().0, UNPINNED);
    // A draft is not seen there either.
    room.change(ids[3], Publishing::Unpublish).await;
    assert_eq!(room.store.pinned().await.unwrap().len(), 2);
    room.change(ids[2], Publishing::Unpin).await;
    assert_eq!(room.store.pinned().await.unwrap()[0].article, ids[1]);
}
