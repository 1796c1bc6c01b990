-- Title, lead and author as readers search them: small letters without marks. Apart from the articles,
-- whose rows hold the whole text, so that a search reads little. The program fills it for older ones.
CREATE TABLE article_search (
    article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    folded     TEXT NOT NULL
) STRICT;

-- What can be heard, newest first: the order of "Tin mới", of the podcast and of the sitemap.
CREATE INDEX articles_heard ON articles (
    (CASE WHEN published_ms < created_ms THEN published_ms ELSE created_ms END) DESC,
    id DESC
) WHERE narration_id IS NOT NULL;
