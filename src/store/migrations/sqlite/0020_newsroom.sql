-- What the pages of sources and of health must know.

-- The stable code of a feed's failure: by it pages say it in words.
ALTER TABLE feeds ADD COLUMN failure_code TEXT;

-- The copies of everything that were made.
CREATE TABLE backups (
    id         TEXT PRIMARY KEY,
    folder     TEXT NOT NULL,
    -- Files of sound, and their bytes.
    files      INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    -- Who made it: the name of an account, or `system`.
    actor      TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX backups_by_time ON backups (created_ms);
