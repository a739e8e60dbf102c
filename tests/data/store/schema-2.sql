-- A database as the second schema made it (0001 and 0002): sqlite3 FILE .dump, and its two marks. Kept for ever: what
-- it holds must open in every later f2f. A change of the schema is a new migration, not a new dump.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE text (
	id TEXT NOT NULL PRIMARY KEY,
	content TEXT NOT NULL
) STRICT;
INSERT INTO text VALUES('9c16141c09ff1d29339a76d532014928a383d49f433d27013d525134fd44b450','theorem demo_two_add_two : 2 + 2 = 4');
INSERT INTO text VALUES('cb0f86af812ae24127167998e23cf2612835ee88d938c804137b33fd84044f41','theorem demo_dozen_squared : 12 * 12 = 144');
INSERT INTO text VALUES('0b561f42e2de23900ddc85bd2267ed0d2380c3b2a2a3d57893ff399cf7b95831',replace('```lean4\ntheorem demo_two_add_two : 2 + 2 = 4 := by\n  rfl\n```\n','\n',char(10)));
INSERT INTO text VALUES('f5c2092069862b120f7cb97d6a694db31c40ea0e55675bf2a3d457e9bb60b2d2',replace('by\n  rfl\n','\n',char(10)));
INSERT INTO text VALUES('f58e684c463ebc76d04821aebfe55e3f24cbf44a1d3723c983c3b6298305c2c6',replace('```lean4\ntheorem demo_dozen_squared : 12 * 12 = 144 := by\n  rfl\n```\n','\n',char(10)));
INSERT INTO text VALUES('850a8b03c0231172ff8e369dd3266ea740cbcdbaca03e271e416d3169cfbb32f',replace('1:0: error: type mismatch\n  the proof does not fit\n','\n',char(10)));
CREATE TABLE dataset (
	name TEXT NOT NULL PRIMARY KEY,
	version TEXT NOT NULL,
	hash TEXT NOT NULL,
	problems INTEGER NOT NULL,
	pulled_ns INTEGER NOT NULL
) STRICT;
INSERT INTO dataset VALUES('demo','1','f2c993be89439fd9af28e5f78149148029911362f51c44665dd2155988c987c1',2,1795449600000000000);
INSERT INTO dataset VALUES('words','1','ab',1,1795449600000000000);
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
INSERT INTO dataset_file VALUES('demo','built-in','','','datasets/demo/problems.jsonl','99c3f73fd08502e50bd2b7ade887d40afb526752d975e7699271775f833c6103',9404);
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
	statement_hash TEXT, cell TEXT, family TEXT CHECK (family IN ('disconnected', 'connected')), program TEXT, answer TEXT,
	UNIQUE (split, name)
) STRICT;
INSERT INTO problem VALUES(1,'demo','demo_two_add_two',0,'test','test','demo_two_add_two','Show that two plus two is four.','Both sides compute to the same number.','','','theorem demo_two_add_two : 2 + 2 = 4',replace('by\n  rfl','\n',char(10)),NULL,'9c16141c09ff1d29339a76d532014928a383d49f433d27013d525134fd44b450',NULL,NULL,NULL,NULL);
INSERT INTO problem VALUES(2,'demo','demo_dozen_squared',1,'test','test','demo_dozen_squared','Show that twelve times twelve is 144.','Multiplying out gives 144 on the left as well.','','','theorem demo_dozen_squared : 12 * 12 = 144',replace('by\n  rfl','\n',char(10)),NULL,'cb0f86af812ae24127167998e23cf2612835ee88d938c804137b33fd84044f41',NULL,NULL,NULL,NULL);
INSERT INTO problem VALUES(3,'words','trees-both-000',0,'test',NULL,NULL,'Mira has 14 pears.',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'trees/both','disconnected',replace('container(Mira/pear, 14).\ngoal container(Mira/pear, ?).\n','\n',char(10)),'14');
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
INSERT INTO run VALUES('20261123-160000-0001',1795449600000000000,1795449660000000000,'finished','builtin/gold','demo','all','prove',2,'{"model":"builtin/gold","split":"demo"}','{"f2f":"0.1.0","fail_on_error":0}',60000000000);
CREATE TABLE run_problem (
	run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
	split TEXT NOT NULL,
	problem TEXT NOT NULL,
	subset TEXT NOT NULL, cell TEXT, family TEXT CHECK (family IN ('disconnected', 'connected')),
	PRIMARY KEY (run, split, problem)
) STRICT;
INSERT INTO run_problem VALUES('20261123-160000-0001','demo','demo_two_add_two','test',NULL,NULL);
INSERT INTO run_problem VALUES('20261123-160000-0001','demo','demo_dozen_squared','test',NULL,NULL);
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
INSERT INTO sample VALUES(1,'20261123-160000-0001','demo','demo_two_add_two','prove',0,'accepted',NULL,NULL,NULL,'9c16141c09ff1d29339a76d532014928a383d49f433d27013d525134fd44b450',NULL,'0b561f42e2de23900ddc85bd2267ed0d2380c3b2a2a3d57893ff399cf7b95831',NULL,'f5c2092069862b120f7cb97d6a694db31c40ea0e55675bf2a3d457e9bb60b2d2',NULL,0,'stop',NULL,NULL,NULL,10,5,NULL,NULL,0.25,1,1000000,0,1795449601000000001,NULL);
INSERT INTO sample VALUES(2,'20261123-160000-0001','demo','demo_dozen_squared','prove',0,'rejected','error',NULL,NULL,'cb0f86af812ae24127167998e23cf2612835ee88d938c804137b33fd84044f41',NULL,'f58e684c463ebc76d04821aebfe55e3f24cbf44a1d3723c983c3b6298305c2c6',NULL,'f5c2092069862b120f7cb97d6a694db31c40ea0e55675bf2a3d457e9bb60b2d2',NULL,0,'stop',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,2000000,0,1795449601000000002,NULL);
INSERT INTO sample VALUES(3,'20261123-160000-0001','demo','demo_two_add_two','prove',1,NULL,NULL,'endpoint','HTTP 503','9c16141c09ff1d29339a76d532014928a383d49f433d27013d525134fd44b450',NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,3000000,0,1795449601000000003,NULL);
INSERT INTO sample VALUES(4,'20261123-160000-0001','demo','demo_dozen_squared','prove',1,'rejected','error',NULL,NULL,'cb0f86af812ae24127167998e23cf2612835ee88d938c804137b33fd84044f41',NULL,'f58e684c463ebc76d04821aebfe55e3f24cbf44a1d3723c983c3b6298305c2c6',NULL,'f5c2092069862b120f7cb97d6a694db31c40ea0e55675bf2a3d457e9bb60b2d2',NULL,0,'stop',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,4000000,0,1795449601000000004,NULL);
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
INSERT INTO verdict VALUES(1,1,'accepted',NULL,NULL,'[]',NULL,100000000,200000000,'lsp','4.9.0 (8f9843a4a5fe)','strict','none',1795449602000000001);
INSERT INTO verdict VALUES(2,2,'rejected','error',NULL,'["sorryAx"]','850a8b03c0231172ff8e369dd3266ea740cbcdbaca03e271e416d3169cfbb32f',100000000,200000000,'lsp','4.9.0 (8f9843a4a5fe)','strict','none',1795449602000000002);
INSERT INTO verdict VALUES(4,4,'rejected','error',NULL,'["sorryAx"]','850a8b03c0231172ff8e369dd3266ea740cbcdbaca03e271e416d3169cfbb32f',100000000,200000000,'lsp','4.9.0 (8f9843a4a5fe)','strict','none',1795449602000000004);
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
INSERT INTO grade VALUES(1,'demo','demo_two_add_two','theorem t : 2 + 2 = 4','faithful','human/a',NULL,1795449603000000000);
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
INSERT INTO finding VALUES(1,'demo_two_add_two','demo','numbers','constant','hint','informal',0,3,'2','a number of the text that the statement lacks',1795449603000000000);
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
INSERT INTO alignment VALUES(1,1,'answer','f2f/1','14',1,1,3,5,4,6,3,0.75,0.5,0.75,0.8000000000000000444,0.25,0.5,0.0,0.625,0.75,NULL,0,0,0,0,2,1,0,1,3);
CREATE INDEX sample_shared_with ON sample (shared_with) WHERE shared_with IS NOT NULL;
CREATE INDEX verdict_sample ON verdict (sample);
COMMIT;
PRAGMA application_id = 0x46324631;
PRAGMA user_version = 2;
