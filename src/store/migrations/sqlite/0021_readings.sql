-- Who changed a reading last; nobody: the command line did.
ALTER TABLE lexicon ADD COLUMN account_id TEXT REFERENCES accounts (id);

-- Articles that were read: those whose sentences a changed reading may change. Newest last.
CREATE INDEX articles_read ON articles (id) WHERE reading_id IS NOT NULL;

-- What a place wants to be told of, apart by spaces; empty: everything.
ALTER TABLE webhooks ADD COLUMN events TEXT NOT NULL DEFAULT '';

CREATE INDEX api_keys_by_account ON api_keys (account_id, created_ms);
