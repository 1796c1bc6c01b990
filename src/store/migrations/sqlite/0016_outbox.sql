-- What is told to others: webhooks to programs, letters to moderators.
-- Where events go, as the settings said at the last start of the service, so that every process of the
-- installation writes them down alike.
CREATE TABLE webhooks (
    url    TEXT PRIMARY KEY,
    -- How readers reach the service; empty: nobody said.
    origin TEXT NOT NULL
) STRICT;

-- A row for every event and every place that is told of it, written together with what happened.
CREATE TABLE outbox (
    -- `webhook-id`, the same at every try.
    id         TEXT PRIMARY KEY,
    url        TEXT NOT NULL,
    -- JSON, byte for byte as it is signed; empty once nobody needs it any more.
    body       TEXT NOT NULL,
    -- waiting, done, given_up
    state      TEXT NOT NULL,
    tries      INTEGER NOT NULL,
    -- When it may be tried; while somebody tries, when that must be over.
    due_ms     INTEGER NOT NULL,
    -- What the last try failed with.
    failure    TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    ended_ms   INTEGER
) STRICT;
CREATE INDEX outbox_by_due ON outbox (state, due_ms);

-- When each moderator may get the next letter about comments that wait; while one is being sent, when that must be
-- over.
CREATE TABLE digests (
    recipient TEXT PRIMARY KEY,
    due_ms    INTEGER NOT NULL
) STRICT;
-- Which comments a letter has shown to whom; its links decide once.
CREATE TABLE digest_comments (
    recipient  TEXT NOT NULL,
    comment_id TEXT NOT NULL REFERENCES comments (id),
    sent_ms    INTEGER NOT NULL,
    used_ms    INTEGER,
    PRIMARY KEY (recipient, comment_id)
) STRICT;

-- The address of the letter by whose link it was decided; then no account did.
ALTER TABLE comments ADD COLUMN decided_by_mail TEXT;
