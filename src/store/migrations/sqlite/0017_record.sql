-- A person's comments are found by the address that was left with them.
CREATE INDEX comments_by_email ON comments (email) WHERE email <> '';
