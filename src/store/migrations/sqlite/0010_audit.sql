-- Who did what to which comment, and why: every record's hash covers the one before it, so nothing can be
-- changed, taken out or put in between without being noticed (`baonoi doctor`). No reader's words stand in it:
-- they can be erased when the law asks for it, and the chain still holds.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    at_ms   INTEGER NOT NULL,
    -- The name of an account, or `reader` or `system`.
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    -- What it was done to, e.g. the id of a comment.
    subject TEXT NOT NULL,
    -- JSON, byte for byte as it was hashed.
    detail  TEXT NOT NULL,
    -- SHA-256 of the record and of the hash before it.
    hash    TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject, seq);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- What the reader's browser made up for one submission: sending it again is the same comment.
ALTER TABLE comments ADD COLUMN submission_key TEXT;
-- Hashed together with the words, so that the log does not give erased words away to whoever guesses.
ALTER TABLE comments ADD COLUMN salt TEXT NOT NULL DEFAULT '';
-- /24 or /48 of the sender.
ALTER TABLE comments ADD COLUMN network TEXT NOT NULL DEFAULT '';
-- Why it was rejected.
ALTER TABLE comments ADD COLUMN reason TEXT;
CREATE UNIQUE INDEX comments_by_submission ON comments (article_id, submission_key);
