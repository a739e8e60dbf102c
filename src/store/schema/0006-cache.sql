-- Replies by what was asked: SHA-256 of endpoint, model, request, template and sample index (engine/cached.h).
CREATE TABLE reply_cache (
	key TEXT NOT NULL PRIMARY KEY,
	endpoint TEXT NOT NULL,
	model TEXT NOT NULL,
	reply TEXT NOT NULL,
	reasoning TEXT,
	finish TEXT NOT NULL CHECK (finish IN ('stop', 'length', 'refused', 'other')),
	finish_reason TEXT,
	repaired INTEGER NOT NULL CHECK (repaired IN (0, 1)),
	model_returned TEXT,
	fingerprint TEXT,
	request_id TEXT,
	prompt_tokens INTEGER,
	completion_tokens INTEGER,
	reasoning_tokens INTEGER,
	cached_tokens INTEGER,
	usd REAL,
	created_ns INTEGER NOT NULL,
	used_ns INTEGER NOT NULL,
	uses INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX reply_cache_used ON reply_cache (used_ns);

-- Such a sample was not asked for: it took no time, and what it once cost counts once.
ALTER TABLE sample ADD COLUMN from_cache INTEGER NOT NULL DEFAULT 0 CHECK (from_cache IN (0, 1));
