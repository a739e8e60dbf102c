-- Requests that a run has sent, those included that a kill cut off: they were perhaps paid for.
ALTER TABLE run ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;

-- Only pruning looks for old replies, and that is rare: an index would cost each sample a write.
DROP INDEX reply_cache_used;

-- Answers without a reply that are the model's outcome all the same: a prompt that is too long, moderation.
ALTER TABLE reply_cache ADD COLUMN outcome TEXT CHECK (outcome IN ('refused', 'context'));
ALTER TABLE reply_cache ADD COLUMN note TEXT;
