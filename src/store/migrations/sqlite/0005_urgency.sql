-- Who waits for the work: 0 nobody (a feed brought it), 1 an editor, 2 a listener.
ALTER TABLE jobs ADD COLUMN urgency INTEGER NOT NULL DEFAULT 1;
