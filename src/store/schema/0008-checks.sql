-- The same CHECKs in other words: SQLite builds a table for each IN of more than two words, at every insert; that was
-- half the time of a sample's row. Its manual ("Making Other Kinds Of Table Schema Changes") says how a CHECK is changed
-- in place; what comes behind it makes other connections read the schema anew.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
	'outcome IN (''accepted'', ''rejected'', ''no_code'', ''truncated'', ''refused'', ''context'')',
	'outcome = ''accepted'' OR outcome = ''rejected'' OR outcome = ''no_code'' OR outcome = ''truncated'' OR outcome = ''refused'' OR outcome = ''context'''),
	'reason IN (''error'', ''sorry'', ''axioms'', ''statement'', ''forbidden'', ''absent'', ''timeout'', ''resources'')',
	'reason = ''error'' OR reason = ''sorry'' OR reason = ''axioms'' OR reason = ''statement'' OR reason = ''forbidden'' OR reason = ''absent'' OR reason = ''timeout'' OR reason = ''resources'''),
	'missing IN (''endpoint'', ''verifier'', ''abandoned'')',
	'missing = ''endpoint'' OR missing = ''verifier'' OR missing = ''abandoned''')
	WHERE type = 'table' AND name IN ('sample', 'verdict');
PRAGMA writable_schema = RESET;

-- Small rows with a key of their own: one tree to write to, not two.
CREATE TABLE reply_cache_new (
	key TEXT NOT NULL PRIMARY KEY,
	endpoint TEXT NOT NULL,
	model TEXT NOT NULL,
	reply TEXT NOT NULL,
	reasoning TEXT,
	finish TEXT NOT NULL CHECK (finish = 'stop' OR finish = 'length' OR finish = 'refused' OR finish = 'other'),
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
	uses INTEGER NOT NULL DEFAULT 0,
	outcome TEXT CHECK (outcome IN ('refused', 'context')),
	note TEXT
) STRICT, WITHOUT ROWID;

INSERT INTO reply_cache_new SELECT * FROM reply_cache;
DROP TABLE reply_cache;
ALTER TABLE reply_cache_new RENAME TO reply_cache;
