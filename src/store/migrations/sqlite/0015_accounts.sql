-- Who logs in, when, and by what besides a password.
ALTER TABLE accounts ADD COLUMN last_login_ms INTEGER;
-- The secret of one-time codes (RFC 6238) in hexadecimal digits; NULL: none is asked for.
ALTER TABLE accounts ADD COLUMN totp_secret TEXT;
-- One that is shown to its owner and not confirmed by a code yet.
ALTER TABLE accounts ADD COLUMN totp_offered TEXT;
-- The time step of the last code that was accepted: no code of it or before is good again.
ALTER TABLE accounts ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;

-- Codes for who has lost the telephone, each good once. SHA-256: they are random enough.
CREATE TABLE recovery_codes (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    code_hash  TEXT NOT NULL,
    PRIMARY KEY (account_id, code_hash)
) STRICT;

-- Logins whose password was right and whose code is awaited.
CREATE TABLE pending_logins (
    secret_hash TEXT PRIMARY KEY,
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    expires_ms  INTEGER NOT NULL
) STRICT;
