-- Feeds and sitemaps that are followed.
CREATE TABLE feeds (
    id            TEXT PRIMARY KEY,
    url           TEXT NOT NULL UNIQUE,
    every_ms      INTEGER NOT NULL,
    -- By what it is asked whether it changed.
    etag          TEXT,
    last_modified TEXT,
    -- Not before this instant.
    next_ms       INTEGER NOT NULL,
    answered_ms   INTEGER,
    failures      INTEGER NOT NULL DEFAULT 0,
    failure       TEXT,
    created_ms    INTEGER NOT NULL
) STRICT;

-- Every article that a feed has listed.
CREATE TABLE feed_items (
    url           TEXT PRIMARY KEY,
    feed_id       TEXT NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
    -- What the feed said of its last change.
    updated_ms    INTEGER,
    -- By what the page is asked whether it changed.
    etag          TEXT,
    last_modified TEXT,
    -- How often the page was looked at again, and when it will be; empty: never.
    looks         INTEGER NOT NULL DEFAULT 0,
    next_ms       INTEGER,
    created_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX feed_items_by_time ON feed_items (next_ms);
