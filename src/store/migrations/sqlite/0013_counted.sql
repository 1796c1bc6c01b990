-- How many comments of an article readers see: kept by every decision, since counting a hundred thousand of them
-- for each reader takes longer than showing twenty.
ALTER TABLE articles ADD COLUMN approved_comments INTEGER NOT NULL DEFAULT 0;
UPDATE articles SET approved_comments =
    (SELECT COUNT(*) FROM comments WHERE article_id = articles.id AND state = 'approved');
DROP INDEX comments_by_article;
CREATE INDEX comments_by_article ON comments (article_id, state, created_ms, id);
