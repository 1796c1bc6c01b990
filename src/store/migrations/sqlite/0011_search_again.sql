-- Hyphens are spaces to a search now: what articles are found by is made anew at the next start.
DELETE FROM article_search;
