-- Long texts, once, under the SHA-256 of their UTF-8 bytes. (WITHOUT ROWID was measured: twice the time.)
CREATE TABLE text (
	id TEXT NOT NULL PRIMARY KEY,
	content TEXT NOT NULL
) STRICT;

-- A problem set as it was pulled, and the files it was read from.
CREATE TABLE dataset (
	name TEXT NOT NULL PRIMARY KEY,
	version TEXT NOT NULL,
	hash TEXT NOT NULL,
	problems INTEGER NOT NULL,
	pulled_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE dataset_file (
	dataset TEXT NOT NULL REFERENCES dataset (name) ON DELETE CASCADE,
	source TEXT NOT NULL,
	url TEXT NOT NULL,
	commit_id TEXT NOT NULL,
	path TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	bytes INTEGER NOT NULL,
	PRIMARY KEY (dataset, source, path)
) STRICT, WITHOUT ROWID;

-- A row per split and problem: what is asked today. Samples keep the hash of what they were asked.
CREATE TABLE problem (
	id INTEGER PRIMARY KEY,
	split TEXT NOT NULL,
	name TEXT NOT NULL,
	position INTEGER NOT NULL,
	subset TEXT NOT NULL,
	file_subset TEXT,
	theorem TEXT,
	informal TEXT,
	informal_proof TEXT,
	header TEXT,
	preamble TEXT,
	statement TEXT,
	proof TEXT,
	toolchain TEXT,
	statement_hash TEXT,
	UNIQUE (split, name)
) STRICT;

CREATE TABLE run (
	id TEXT NOT NULL PRIMARY KEY,
	created_ns INTEGER NOT NULL,
	finished_ns INTEGER,
	state TEXT NOT NULL CHECK (state IN ('running', 'interrupted', 'finished')),
	model TEXT NOT NULL,
	split TEXT NOT NULL,
	subset TEXT NOT NULL,
	task TEXT NOT NULL,
	samples INTEGER NOT NULL CHECK (samples > 0),
	settings TEXT NOT NULL,
	manifest TEXT NOT NULL,
	wall_ns INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What a run set out to do: the denominator of its scores.
CREATE TABLE run_problem (
	run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
	split TEXT NOT NULL,
	problem TEXT NOT NULL,
	subset TEXT NOT NULL,
	PRIMARY KEY (run, split, problem)
) STRICT;

-- A row per (run, split, problem, stage, sample). outcome and missing both NULL: pending, stored and not checked yet.
CREATE TABLE sample (
	id INTEGER PRIMARY KEY,
	run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
	split TEXT NOT NULL,
	problem TEXT NOT NULL,
	stage TEXT NOT NULL,
	sample INTEGER NOT NULL CHECK (sample >= 0),
	outcome TEXT CHECK (outcome IN ('accepted', 'rejected', 'no_code', 'truncated', 'refused', 'context')),
	reason TEXT CHECK (reason IN ('error', 'sorry', 'axioms', 'statement', 'forbidden', 'absent', 'timeout', 'resources')),
	missing TEXT CHECK (missing IN ('endpoint', 'verifier', 'abandoned')),
	note TEXT,
	statement TEXT,
	prompt TEXT,
	reply TEXT,
	reasoning TEXT,
	candidate TEXT,
	difference TEXT,
	repaired INTEGER NOT NULL DEFAULT 0 CHECK (repaired IN (0, 1)),
	finish_reason TEXT,
	model_returned TEXT,
	fingerprint TEXT,
	request_id TEXT,
	prompt_tokens INTEGER,
	completion_tokens INTEGER,
	reasoning_tokens INTEGER,
	cached_tokens INTEGER,
	usd REAL,
	attempts INTEGER NOT NULL,
	elapsed_ns INTEGER NOT NULL,
	wait_ns INTEGER NOT NULL,
	created_ns INTEGER NOT NULL,
	shared_with INTEGER REFERENCES sample (id) ON DELETE CASCADE,
	-- in the order in which samples are asked for, so that neighbours are written together
	UNIQUE (run, stage, sample, split, problem),
	CHECK (outcome IS NULL OR missing IS NULL),
	CHECK ((reason IS NOT NULL) = (outcome IS NOT NULL AND outcome = 'rejected'))
) STRICT;

-- For taking runs away: without it each row that goes has the whole table searched for what shares it.
CREATE INDEX sample_shared_with ON sample (shared_with) WHERE shared_with IS NOT NULL;

-- What a verifier said; the newest of a sample counts and is copied into its row.
CREATE TABLE verdict (
	id INTEGER PRIMARY KEY,
	sample INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE,
	outcome TEXT CHECK (outcome IN ('accepted', 'rejected')),
	reason TEXT CHECK (reason IN ('error', 'sorry', 'axioms', 'statement', 'forbidden', 'absent', 'timeout', 'resources')),
	missing TEXT CHECK (missing IN ('endpoint', 'verifier', 'abandoned')),
	axioms TEXT NOT NULL,
	messages TEXT,
	cpu_ns INTEGER NOT NULL,
	elapsed_ns INTEGER NOT NULL,
	backend TEXT,
	lean TEXT,
	policy TEXT,
	sandbox TEXT,
	created_ns INTEGER NOT NULL,
	CHECK ((outcome IS NULL) = (missing IS NOT NULL)),
	CHECK ((reason IS NOT NULL) = (outcome IS NOT NULL AND outcome = 'rejected'))
) STRICT;

CREATE INDEX verdict_sample ON verdict (sample);

-- A grade belongs to (problem, formalization), never to a problem alone.
CREATE TABLE grade (
	id INTEGER PRIMARY KEY,
	split TEXT NOT NULL,
	problem TEXT NOT NULL,
	formalization TEXT NOT NULL,
	grade TEXT NOT NULL CHECK (grade IN
		('faithful', 'simplified', 'excessively_simplified', 'answer_supplied', 'unfaithful', 'ungraded')),
	judge TEXT NOT NULL,
	evidence TEXT,
	created_ns INTEGER NOT NULL
) STRICT;

-- What is suspected of a statement.
CREATE TABLE finding (
	id INTEGER PRIMARY KEY,
	problem TEXT NOT NULL,
	split TEXT NOT NULL,
	signal TEXT NOT NULL,
	class TEXT NOT NULL,
	severity TEXT NOT NULL CHECK (severity IN ('error', 'warning', 'hint')),
	place TEXT NOT NULL CHECK (place IN ('formal', 'informal', 'record')),
	span_start INTEGER,
	span_end INTEGER,
	evidence TEXT,
	text TEXT NOT NULL,
	created_ns INTEGER NOT NULL
) STRICT;
