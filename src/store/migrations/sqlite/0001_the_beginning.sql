-- Ids are UUIDv7 as text, times are milliseconds since 1970 in UTC, blobs are named by their SHA-256.

CREATE TABLE articles (
    id           TEXT PRIMARY KEY,
    url          TEXT,
    site         TEXT,
    title        TEXT NOT NULL,
    lead         TEXT,
    author       TEXT,
    published_ms INTEGER,
    -- JSON: [{"kind", "text"}]
    blocks       TEXT NOT NULL,
    -- SHA-256 of title, lead and blocks: what would be read.
    content_hash TEXT NOT NULL,
    -- The reading that listeners get.
    narration_id TEXT,
    created_ms   INTEGER NOT NULL,
    updated_ms   INTEGER NOT NULL
) STRICT;
CREATE INDEX articles_by_content ON articles (content_hash);
CREATE INDEX articles_by_time ON articles (created_ms);

-- Every address that has led to an article.
CREATE TABLE addresses (
    url        TEXT PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES articles (id)
) STRICT;

CREATE TABLE narrations (
    id           TEXT PRIMARY KEY,
    article_id   TEXT NOT NULL REFERENCES articles (id),
    -- SHA-256 of everything that the sound depends on.
    content_key  TEXT NOT NULL,
    voice_id     TEXT NOT NULL,
    sample_rate  INTEGER NOT NULL,
    sample_count INTEGER NOT NULL,
    -- JSON: what is said when.
    lines        TEXT NOT NULL,
    -- JSON: what an editor should look at.
    notes        TEXT NOT NULL,
    mp3_blob     TEXT NOT NULL,
    wav_blob     TEXT NOT NULL,
    created_ms   INTEGER NOT NULL,
    UNIQUE (article_id, content_key)
) STRICT;
CREATE INDEX narrations_by_key ON narrations (content_key);

CREATE TABLE jobs (
    id             TEXT PRIMARY KEY,
    -- The same wish again finds the same row.
    wish           TEXT NOT NULL UNIQUE,
    -- What people know it by: an address, a title.
    label          TEXT NOT NULL,
    -- JSON: where the article comes from.
    source         TEXT NOT NULL,
    state          TEXT NOT NULL,
    done           INTEGER NOT NULL DEFAULT 0,
    total          INTEGER,
    attempts       INTEGER NOT NULL DEFAULT 0,
    -- Not before this instant.
    run_after_ms   INTEGER NOT NULL,
    -- When it was last asked for, and last begun.
    asked_ms       INTEGER NOT NULL,
    begun_ms       INTEGER,
    -- Whose it is, and until when; empty when nobody's.
    worker         TEXT,
    lease_until_ms INTEGER,
    article_id     TEXT REFERENCES articles (id),
    narration_id   TEXT REFERENCES narrations (id),
    failure_code   TEXT,
    failure_detail TEXT,
    created_ms     INTEGER NOT NULL,
    updated_ms     INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, run_after_ms);

CREATE TABLE accounts (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    -- Names of roles, apart by a space.
    roles         TEXT NOT NULL,
    disabled      INTEGER NOT NULL DEFAULT 0,
    created_ms    INTEGER NOT NULL
) STRICT;

-- Sessions and api keys are stored as SHA-256 of the secret: who reads the database cannot log in.
CREATE TABLE sessions (
    secret_hash TEXT PRIMARY KEY,
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    expires_ms  INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    secret_hash TEXT PRIMARY KEY,
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    created_ms  INTEGER NOT NULL
) STRICT;

CREATE TABLE comments (
    id         TEXT PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES articles (id),
    -- Plain text as readers typed it: escape where shown.
    author     TEXT NOT NULL,
    body       TEXT NOT NULL,
    state      TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    decided_by TEXT REFERENCES accounts (id),
    decided_ms INTEGER
) STRICT;
CREATE INDEX comments_by_article ON comments (article_id, state, created_ms);
CREATE INDEX comments_by_state ON comments (state, created_ms);
