-- The content hash of a newer text of an article that can be heard already: its reading is outdated until the
-- new one stands. NULL when the text is the one that was read.
ALTER TABLE articles ADD COLUMN seen_hash TEXT;
