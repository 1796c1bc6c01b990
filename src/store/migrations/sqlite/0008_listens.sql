-- What was listened to: sums of an article and a day, and nothing about who listened.
CREATE TABLE listens (
    article_id  TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    -- In Vietnam, YYYY-MM-DD.
    day         TEXT NOT NULL,
    plays       INTEGER NOT NULL,
    heard_ms    INTEGER NOT NULL,
    completions INTEGER NOT NULL,
    PRIMARY KEY (article_id, day)
) STRICT;
CREATE INDEX listens_by_day ON listens (day);
