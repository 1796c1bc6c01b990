-- The file in Opus; older readings have none. A reading without a WAV file has '' there.
ALTER TABLE narrations ADD COLUMN opus_blob TEXT;
-- The waveform: two hexadecimal digits for the peak of each part.
ALTER TABLE narrations ADD COLUMN peaks TEXT NOT NULL DEFAULT '';
CREATE INDEX jobs_by_article ON jobs (article_id, updated_ms);
