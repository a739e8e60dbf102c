-- Word problems with a logic program behind them: size and overlap of their distractors ("trees/both"),
-- the distractors' family, the readable program, its answer.
ALTER TABLE problem ADD COLUMN cell TEXT;
ALTER TABLE problem ADD COLUMN family TEXT CHECK (family IN ('disconnected', 'connected'));
ALTER TABLE problem ADD COLUMN program TEXT;
ALTER TABLE problem ADD COLUMN answer TEXT;

-- Scores are divided by cell, too.
ALTER TABLE run_problem ADD COLUMN cell TEXT;
ALTER TABLE run_problem ADD COLUMN family TEXT CHECK (family IN ('disconnected', 'connected'));

-- What became of aligning a reply with the shortest proof. The row of a sample that was written last counts.
CREATE TABLE alignment (
	id INTEGER PRIMARY KEY,
	sample INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE,
	proof_text TEXT NOT NULL CHECK (proof_text IN ('answer', 'reasoning')),
	aligner TEXT NOT NULL,
	answer TEXT,
	answer_correct INTEGER NOT NULL CHECK (answer_correct IN (0, 1)),
	complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
	shortest_steps INTEGER NOT NULL,
	shortest_vertices INTEGER NOT NULL,
	model_steps INTEGER NOT NULL,
	model_vertices INTEGER NOT NULL,
	inside_steps INTEGER NOT NULL,
	step_efficiency REAL,
	step_efficiency_lower REAL,
	step_efficiency_upper REAL,
	vertex_efficiency REAL,
	order_depth_first REAL,
	order_breadth_first REAL,
	order_efficient REAL,
	order_depth_first_chance REAL,
	order_breadth_first_chance REAL,
	order_efficient_chance REAL,
	unparsed INTEGER NOT NULL,
	ambiguous INTEGER NOT NULL,
	wrong_arithmetic INTEGER NOT NULL,
	unsupported INTEGER NOT NULL,
	restated INTEGER NOT NULL,
	"repeat" INTEGER NOT NULL,
	unlisted INTEGER NOT NULL,
	irrelevant INTEGER NOT NULL,
	relevant INTEGER NOT NULL,
	UNIQUE (sample, proof_text, aligner)
) STRICT;
