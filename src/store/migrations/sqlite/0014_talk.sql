-- What readers do with each other's comments: answer, like, report.
-- The comment that this one answers; answers are one level deep.
ALTER TABLE comments ADD COLUMN parent_id TEXT REFERENCES comments (id);
-- Where the newsroom can reach the writer; never shown to readers.
ALTER TABLE comments ADD COLUMN email TEXT NOT NULL DEFAULT '';
-- Who the newspaper's own login says the writer is; empty: nobody knows.
ALTER TABLE comments ADD COLUMN identity TEXT NOT NULL DEFAULT '';
-- The signed question that the writer's browser has answered: good for one comment.
ALTER TABLE comments ADD COLUMN challenge TEXT;
ALTER TABLE comments ADD COLUMN likes INTEGER NOT NULL DEFAULT 0;
-- Reports since a moderator last decided.
ALTER TABLE comments ADD COLUMN reports INTEGER NOT NULL DEFAULT 0;
CREATE INDEX comments_by_parent ON comments (parent_id, state, created_ms);
CREATE INDEX comments_by_likes ON comments (article_id, state, likes, created_ms);
CREATE INDEX comments_by_reports ON comments (reports, created_ms);
CREATE INDEX comments_by_identity ON comments (identity, state);
CREATE UNIQUE INDEX comments_by_challenge ON comments (challenge);
-- How many of the comments that readers see are no answers: what is paged through.
ALTER TABLE articles ADD COLUMN approved_threads INTEGER NOT NULL DEFAULT 0;
UPDATE articles SET approved_threads = approved_comments;

-- Who: SHA-256 of the comment's id and of a number that the browser made up, so that nobody can be followed from
-- one comment to the next.
CREATE TABLE comment_likes (
    comment_id TEXT NOT NULL REFERENCES comments (id),
    who        TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (comment_id, who)
) STRICT;
CREATE TABLE comment_reports (
    comment_id TEXT NOT NULL REFERENCES comments (id),
    who        TEXT NOT NULL,
    -- One of the reasons for which a comment is rejected.
    reason     TEXT NOT NULL,
    network    TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (comment_id, who)
) STRICT;

-- What the program signs with, made at its first use; all processes of one installation share it.
CREATE TABLE secrets (
    name       TEXT PRIMARY KEY,
    -- Hexadecimal digits.
    secret     TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
