-- What editors decide about readings.
-- `draft`: nobody but editors hears it; `published`. Readers get `narration_id`, which is empty while it is a draft.
ALTER TABLE articles ADD COLUMN publication TEXT NOT NULL DEFAULT 'published';
-- The newest finished reading, which editors hear.
ALTER TABLE articles ADD COLUMN reading_id TEXT;
UPDATE articles SET reading_id = narration_id;
-- When a draft is published by itself.
ALTER TABLE articles ADD COLUMN publish_at_ms INTEGER;
-- Since when it stands above the others in "Tin mới".
ALTER TABLE articles ADD COLUMN pinned_ms INTEGER;
-- The number of the edition that holds; 0: it is read as the machine would.
ALTER TABLE articles ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;
-- When an editor or a job last did something with it: the order of the desk.
ALTER TABLE articles ADD COLUMN touched_ms INTEGER NOT NULL DEFAULT 0;
UPDATE articles SET touched_ms = updated_ms;
-- Since when its site says that it is gone (410).
ALTER TABLE articles ADD COLUMN gone_ms INTEGER;
CREATE INDEX articles_by_touch ON articles (touched_ms, id);
CREATE INDEX articles_drafts ON articles (touched_ms, id) WHERE publication = 'draft';
CREATE INDEX articles_due ON articles (publish_at_ms) WHERE publish_at_ms IS NOT NULL;
CREATE INDEX articles_pinned ON articles (pinned_ms) WHERE pinned_ms IS NOT NULL;

-- Every version of what editors decided about an article's reading; the row of one number never changes.
CREATE TABLE editions (
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    -- From 1; 0 would be the machine's own reading.
    number     INTEGER NOT NULL,
    -- JSON: the whole of it, not the difference.
    edition    TEXT NOT NULL,
    -- What was done: the name of an action, and what it was done to.
    action     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (article_id, number)
) STRICT;

-- Texts of an article that its site showed after the one that is read.
CREATE TABLE revisions (
    article_id   TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    content_hash TEXT NOT NULL,
    -- JSON: the article as it was taken from the page.
    article      TEXT NOT NULL,
    -- `waiting` for an editor, `doubtful`: looks like no article any more, `accepted`, `refused`.
    state        TEXT NOT NULL,
    created_ms   INTEGER NOT NULL,
    PRIMARY KEY (article_id, content_hash)
) STRICT;
CREATE INDEX revisions_open ON revisions (created_ms) WHERE state IN ('waiting', 'doubtful');

-- Doubts that an editor has looked at.
CREATE TABLE attention (
    -- Empty: in every article.
    article_id TEXT NOT NULL,
    -- The kind of the note, and the words that it is about.
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (article_id, kind, subject)
) STRICT;

-- How a word was corrected, each time that somebody did.
CREATE TABLE corrections (
    id         TEXT PRIMARY KEY,
    written    TEXT NOT NULL,
    spoken     TEXT NOT NULL,
    -- Where it holds: an article, or empty for the lexicon.
    article_id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX corrections_by_time ON corrections (created_ms);

-- How long the last run took from its beginning to its end, and how many sentences had to be spoken for it.
ALTER TABLE jobs ADD COLUMN spent_ms INTEGER;
ALTER TABLE jobs ADD COLUMN spoken INTEGER;
-- From being asked for to being begun.
ALTER TABLE jobs ADD COLUMN waited_ms INTEGER;
CREATE INDEX jobs_by_update ON jobs (updated_ms, id);
CREATE INDEX jobs_without_article ON jobs (updated_ms, id) WHERE article_id IS NULL;
CREATE INDEX jobs_unfinished ON jobs (state, updated_ms, id) WHERE state <> 'done';

-- What editors set on pages; it wins over the settings file.
CREATE TABLE settings (
    name       TEXT PRIMARY KEY,
    -- JSON.
    value      TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    updated_ms INTEGER NOT NULL
) STRICT;

-- Keys of programs have names, so that one can be taken away.
ALTER TABLE api_keys ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN used_ms INTEGER;
UPDATE api_keys SET id = substr(secret_hash, 1, 16);
