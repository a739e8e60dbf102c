-- Whether a statement elaborates on a Lean (as verdicts name it) with these imports ("": none, or not known), a hole standing for its
-- proof. `statement` is the SHA-256 of header, preamble and statement, each ended by a NUL.
CREATE TABLE elaboration (
	lean TEXT NOT NULL,
	mathlib TEXT NOT NULL,
	statement TEXT NOT NULL,
	broken INTEGER NOT NULL CHECK (broken IN (0, 1)),
	messages TEXT,
	created_ns INTEGER NOT NULL,
	PRIMARY KEY (lean, mathlib, statement)
) STRICT, WITHOUT ROWID;
