-- A draft that was published before: since when it no longer is.
ALTER TABLE articles ADD COLUMN unpublished_ms INTEGER;
-- What readers hear, in the order of the desk.
CREATE INDEX articles_public ON articles (touched_ms, id) WHERE narration_id IS NOT NULL;
