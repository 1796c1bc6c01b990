-- The section of the paper that an article stands in; a reading may hold in one section only.
ALTER TABLE articles ADD COLUMN section TEXT;

-- The newsroom's own readings.
CREATE TABLE lexicon (
    written    TEXT NOT NULL,
    -- Empty: the whole paper.
    section    TEXT NOT NULL,
    spoken     TEXT NOT NULL,
    any_case   INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (written, section)
) STRICT;
