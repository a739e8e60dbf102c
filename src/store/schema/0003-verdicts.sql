-- What a verdict rests on: the imports' commit, the limits (0: none), what was checked (to find equal checks), and what the final check
-- said of the compiled proof.
ALTER TABLE verdict ADD COLUMN mathlib TEXT;
ALTER TABLE verdict ADD COLUMN cpu_limit_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE verdict ADD COLUMN wall_limit_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE verdict ADD COLUMN memory_limit_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE verdict ADD COLUMN check_hash TEXT;
ALTER TABLE verdict ADD COLUMN reused INTEGER NOT NULL DEFAULT 0 CHECK (reused IN (0, 1));
ALTER TABLE verdict ADD COLUMN final TEXT CHECK (final IN ('accepted', 'rejected', 'failed'));
ALTER TABLE verdict ADD COLUMN final_checker TEXT;
ALTER TABLE verdict ADD COLUMN final_messages TEXT;
