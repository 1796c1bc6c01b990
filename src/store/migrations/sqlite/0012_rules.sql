-- What the rules found in a comment before anybody saw it.
-- The letters of its text without marks, spaces and punctuation: the same text in another dress has the same ones.
ALTER TABLE comments ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';
-- JSON: [{"rule", "term", "start", "end"}], bytes of the body.
ALTER TABLE comments ADD COLUMN hits TEXT NOT NULL DEFAULT '[]';
-- 0 to 100: how much the rules speak against it.
ALTER TABLE comments ADD COLUMN risk INTEGER NOT NULL DEFAULT 0;
CREATE INDEX comments_by_fingerprint ON comments (fingerprint, created_ms);
CREATE INDEX comments_by_risk ON comments (state, risk, created_ms);
CREATE INDEX comments_by_network ON comments (network, state);

-- Networks whose comments are rejected by themselves, and kept.
CREATE TABLE blocked_networks (
    network    TEXT PRIMARY KEY,
    blocked_by TEXT NOT NULL REFERENCES accounts (id),
    blocked_ms INTEGER NOT NULL
) STRICT;
