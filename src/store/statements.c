#include "core/verdict.h"
#include "store/store_internal.h"

#define PROBLEM_COLUMNS                                                                           \
	"split, name, subset, file_subset, theorem, informal, informal_proof, header, preamble, " \
	"statement, proof, toolchain, cell, family, program, answer"
#define RUN_COLUMNS                                                                              \
	"id, created_ns, coalesce(finished_ns, 0), state, model, split, subset, task, samples, " \
	"settings, manifest, wall_ns"
#define ALIGNMENT_COLUMNS                                                                        \
	"answer, answer_correct, complete, shortest_steps, shortest_vertices, model_steps, "     \
	"model_vertices, inside_steps, step_efficiency, step_efficiency_lower, "                 \
	"step_efficiency_upper, vertex_efficiency, order_depth_first, order_breadth_first, "     \
	"order_efficient, order_depth_first_chance, order_breadth_first_chance, "                \
	"order_efficient_chance, unparsed, ambiguous, wrong_arithmetic, unsupported, restated, " \
	"\"repeat\", unlisted, irrelevant, relevant"

#define SAMPLE_VALUES                                                                        \
	"(run, split, problem, stage, sample, outcome, reason, missing, "                    \
	"note, prompt, reply, "                                                              \
	"reasoning, candidate, difference, repaired, finish_reason, model_returned, "        \
	"fingerprint, request_id, "                                                          \
	"prompt_tokens, completion_tokens, reasoning_tokens, cached_tokens, usd, attempts, " \
	"elapsed_ns, wait_ns, "                                                              \
	"created_ns, shared_with, from_cache, statement) "                                   \
	"VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, ''), nullif(?7, ''), nullif(?8, ''), ?9, "   \
	"?10, ?11, ?12, ?13, ?14, ?15, "                                                     \
	"?16, ?17, ?18, ?19, nullif(?20, -1), nullif(?21, -1), nullif(?22, -1), "            \
	"nullif(?23, -1), ?24, ?25, ?26, ?27, ?28, "                                         \
	"nullif(?29, 0), ?30, (SELECT statement_hash FROM problem WHERE split = ?2 AND "     \
	"name = "                                                                            \
	"?3)) "

/* Not what came of one that broke off: that is no reply, and its request is told of elsewhere. */
#define WHOLE_REPLY "reply IS NOT NULL AND coalesce(missing, '') <> 'endpoint'"
#define UNCOUNTED "(" WHOLE_REPLY " AND (prompt_tokens IS NULL OR completion_tokens IS NULL))"

#define CACHE_VALUES                                                                        \
	"INTO reply_cache (key, endpoint, model, reply, reasoning, "                        \
	"finish, finish_reason, repaired, model_returned, fingerprint, request_id, "        \
	"prompt_tokens, completion_tokens, reasoning_tokens, cached_tokens, usd, outcome, " \
	"note, created_ns, used_ns) "                                                       \
	"SELECT ?1, ?2, ?3, coalesce(reply, ''), reasoning, coalesce(?4, 'other'), "        \
	"finish_reason, repaired, model_returned, fingerprint, request_id, prompt_tokens, " \
	"completion_tokens, reasoning_tokens, cached_tokens, usd, "                         \
	"iif(?4 IS NULL, outcome, NULL), iif(?4 IS NULL, note, NULL), ?6, ?6 "              \
	"FROM sample WHERE id = ?5"

const char *const store_statements[STATEMENT_COUNT] = {
	[STATEMENT_TEXT_PUT] = "INSERT OR IGNORE INTO text (id, content) VALUES (?1, ?2)",
	[STATEMENT_TEXT_GET] = "SELECT content FROM text WHERE id = ?1",
	[STATEMENT_SET_PUT] = "INSERT INTO dataset (name, version, hash, problems, pulled_ns) "
			      "VALUES (?1, ?2, ?3, ?4, ?5) "
			      "ON CONFLICT (name) DO UPDATE SET version = ?2, hash = ?3, problems "
			      "= ?4, pulled_ns = ?5",
	[STATEMENT_SET_GET] =
		"SELECT name, version, hash, problems, pulled_ns FROM dataset WHERE name = ?1",
	[STATEMENT_FILES_DELETE] = "DELETE FROM dataset_file WHERE dataset = ?1",
	[STATEMENT_FILE_PUT] =
		"INSERT INTO dataset_file (dataset, source, url, commit_id, path, sha256, bytes) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[STATEMENT_FILES] = "SELECT source, url, commit_id, path, sha256, bytes FROM dataset_file "
			    "WHERE dataset = ?1 ORDER BY source, path",
	[STATEMENT_PROBLEMS_DELETE] = "DELETE FROM problem WHERE split = ?1",
	[STATEMENT_PROBLEM_PUT] =
		"INSERT INTO problem (" PROBLEM_COLUMNS ", position, statement_hash) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
		"?17, ?18)",
	[STATEMENT_PROBLEMS] =
		"SELECT " PROBLEM_COLUMNS " FROM problem WHERE split = ?1 ORDER BY position",
	[STATEMENT_PROBLEMS_BY_SUBSET] =
		"SELECT " PROBLEM_COLUMNS
		" FROM problem WHERE split = ?1 AND subset = ?2 ORDER BY position",
	[STATEMENT_PROBLEMS_BY_FILE_SUBSET] =
		"SELECT " PROBLEM_COLUMNS " FROM problem WHERE split = ?1 AND "
		"coalesce(file_subset, subset) = ?2 ORDER BY position",
	[STATEMENT_PROBLEM_GET] =
		"SELECT " PROBLEM_COLUMNS " FROM problem WHERE split = ?1 AND name = ?2",
	[STATEMENT_PROBLEM_SPLITS] = "SELECT split FROM problem WHERE name = ?1 ORDER BY split",
	[STATEMENT_RUN_INSERT] =
		"INSERT INTO run (id, created_ns, finished_ns, state, model, split, subset, task, "
		"samples, settings, manifest, "
		"wall_ns) VALUES (?1, ?2, nullif(?3, 0), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[STATEMENT_RUN_UPDATE] = "UPDATE run SET finished_ns = nullif(?2, 0), state = ?3, settings "
				 "= ?4, manifest = ?5, wall_ns = ?6 WHERE id = ?1",
	[STATEMENT_RUN_REQUESTS] = "UPDATE run SET requests = ?2 WHERE id = ?1",
	[STATEMENT_RUNS] = "SELECT " RUN_COLUMNS " FROM run ORDER BY created_ns DESC, id DESC",
	[STATEMENT_RUN_PROBLEM_PUT] = "INSERT OR IGNORE INTO run_problem (run, split, problem, "
				      "subset, cell, family) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[STATEMENT_RUN_PROBLEMS] =
		"SELECT split, problem, subset, cell, family FROM run_problem WHERE run = ?1 "
		"ORDER BY rowid",
	// Without RETURNING and ON CONFLICT, which make SQLite keep a journal for the statement: half
	// the time, and nearly always enough. What it ignores, the other one reports.
	[STATEMENT_SAMPLE_PUT_NEW] = "INSERT OR IGNORE INTO sample " SAMPLE_VALUES,
	[STATEMENT_SAMPLE_PUT] =
		"INSERT INTO sample " SAMPLE_VALUES
		"ON CONFLICT (run, split, problem, stage, sample) DO UPDATE SET outcome = "
		"excluded.outcome, "
		"reason = excluded.reason, missing = excluded.missing, note = excluded.note, "
		"prompt = excluded.prompt, "
		"reply = excluded.reply, reasoning = excluded.reasoning, candidate = "
		"excluded.candidate, "
		"difference = excluded.difference, repaired = excluded.repaired, finish_reason = "
		"excluded.finish_reason, "
		"model_returned = excluded.model_returned, fingerprint = excluded.fingerprint, "
		"request_id = excluded.request_id, prompt_tokens = excluded.prompt_tokens, "
		"completion_tokens = excluded.completion_tokens, reasoning_tokens = "
		"excluded.reasoning_tokens, "
		"cached_tokens = excluded.cached_tokens, usd = excluded.usd, attempts = "
		"sample.attempts + excluded.attempts, "
		"elapsed_ns = excluded.elapsed_ns, wait_ns = sample.wait_ns + excluded.wait_ns, "
		"created_ns = excluded.created_ns, shared_with = excluded.shared_with, from_cache "
		"= "
		"excluded.from_cache, statement = "
		"excluded.statement "
		"WHERE sample.outcome IS NULL RETURNING id",
	[STATEMENT_SAMPLE_GET] =
		"SELECT sample.id, outcome, reason, missing, content FROM sample LEFT JOIN text ON "
		"text.id = reply "
		"WHERE run = ?1 AND split = ?2 AND problem = ?3 AND stage = ?4 AND sample = ?5",
	[STATEMENT_SAMPLE_OUTCOME] = "UPDATE sample SET outcome = nullif(?2, ''), reason = "
				     "nullif(?3, ''), missing = nullif(?4, '') WHERE id = ?1",
	[STATEMENT_ATTEMPT] =
		"SELECT sample.id, outcome, reason, missing, note, p.content, t.content, "
		"r.content, c.content, difference, finish_reason, coalesce(prompt_tokens, -1), "
		"coalesce(completion_tokens, -1), attempts, elapsed_ns, wait_ns, request_id, "
		"model_returned, usd, from_cache, repaired FROM sample "
		"LEFT JOIN text AS p ON p.id = prompt LEFT JOIN text AS t ON t.id = reasoning "
		"LEFT JOIN text AS r ON r.id = reply LEFT JOIN text AS c ON c.id = candidate "
		"WHERE run = ?1 AND split = ?2 AND problem = ?3 AND stage = ?4 AND sample = ?5",
	[STATEMENT_VERDICTS] =
		"SELECT outcome, reason, missing, axioms, content, coalesce(cpu_ns, -1), "
		"elapsed_ns, backend, "
		"lean, policy, sandbox, mathlib, cpu_limit_s, wall_limit_s, memory_limit_bytes, "
		"check_hash, reused, final, final_checker, final_messages "
		"FROM verdict LEFT JOIN text ON text.id = messages "
		"WHERE sample = ?1 ORDER BY verdict.id",
	[STATEMENT_SAMPLES] = "SELECT id, split, problem, stage, sample, outcome, reason, missing, "
			      "candidate, coalesce(shared_with, 0) "
			      "FROM sample WHERE run = ?1",
	[STATEMENT_VERDICT_PUT] = "INSERT INTO verdict (sample, outcome, reason, missing, axioms, "
				  "messages, cpu_ns, elapsed_ns, backend, lean, "
				  "policy, sandbox, created_ns, mathlib, cpu_limit_s, "
				  "wall_limit_s, memory_limit_bytes, check_hash, reused, final, "
				  "final_checker, final_messages) "
				  "VALUES (?1, nullif(?2, ''), nullif(?3, ''), nullif(?4, ''), ?5, "
				  "?6, nullif(?7, -1), ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
				  "?17, ?18, "
				  "?19, nullif(?20, ''), ?21, ?22)",
	[STATEMENT_CANDIDATE_PUT] =
		"UPDATE sample SET candidate = ?2, difference = ?3 WHERE id = ?1",
	[STATEMENT_NEWEST_VERDICTS] =
		"SELECT s.id, v.outcome, v.reason, v.missing, coalesce(v.cpu_ns, -1), "
		"v.created_ns, v.backend, "
		"v.lean, v.policy, v.cpu_limit_s, v.check_hash, v.reused, v.missing = 'verifier' "
		"AND EXISTS (SELECT 1 FROM text WHERE text.id = v.messages AND content LIKE "
		"'" VERDICT_BROKEN_STATEMENT
		"%'), s.split, s.problem, v.sandbox, v.final_checker FROM sample AS s JOIN verdict AS v ON v.id = "
		"(SELECT max(id) FROM verdict WHERE verdict.sample = s.id) WHERE s.run = ?1",
	[STATEMENT_ALIGNMENT_PUT] =
		"INSERT OR REPLACE INTO alignment (sample, proof_text, aligner, " ALIGNMENT_COLUMNS
		") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
		"?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)",
	[STATEMENT_ALIGNMENTS] =
		"SELECT s.id, s.split, s.problem, s.stage, s.sample, s.outcome, s.reason, "
		"s.missing, p.cell, coalesce(s.completion_tokens, -1), a.proof_text, "
		"a.aligner, " ALIGNMENT_COLUMNS " FROM sample AS s "
		"LEFT JOIN run_problem AS p ON p.run = s.run AND p.split = s.split AND p.problem = "
		"s.problem LEFT JOIN alignment AS a ON a.id = (SELECT max(id) FROM alignment "
		"WHERE alignment.sample = s.id AND alignment.proof_text = ?2) "
		"WHERE s.run = ?1 AND s.stage = 'reason' ORDER BY s.id",
	[STATEMENT_FINDINGS_DELETE] = "DELETE FROM finding WHERE split = ?1 AND signal = ?2",
	[STATEMENT_FINDING_PUT] = "INSERT INTO finding (problem, split, signal, class, severity, "
				  "place, evidence, text, "
				  "created_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[STATEMENT_CAPABILITY_GET] =
		"SELECT capabilities FROM endpoint_capability WHERE url = ?1 AND model = ?2",
	[STATEMENT_CAPABILITY_PUT] =
		"INSERT OR REPLACE INTO endpoint_capability (url, model, capabilities, updated_ns) "
		"VALUES (?1, ?2, ?3, ?4)",
	[STATEMENT_ELABORATION_PUT] =
		"INSERT OR REPLACE INTO elaboration (lean, mathlib, statement, broken, messages, "
		"created_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[STATEMENT_ELABORATION_GET] = "SELECT broken, messages FROM elaboration WHERE lean = ?1 "
				      "AND mathlib = ?2 AND statement = "
				      "?3",
	[STATEMENT_CACHE_GET] =
		"SELECT r.content, t.content, finish, finish_reason, repaired, model_returned, "
		"fingerprint, request_id, prompt_tokens, completion_tokens, reasoning_tokens, "
		"cached_tokens, usd, outcome, note FROM reply_cache LEFT JOIN text AS r ON r.id = "
		"reply LEFT JOIN text AS t ON t.id = reasoning WHERE key = ?1",
	[STATEMENT_CACHE_GROUPS] =
		"SELECT endpoint, model, count(*), "
		"coalesce(sum(length(CAST(r.content AS BLOB))), 0) + "
		"coalesce(sum(length(CAST(t.content AS BLOB))), 0), sum(uses), min(created_ns), "
		"max(used_ns) FROM reply_cache LEFT JOIN text AS r ON r.id = reply "
		"LEFT JOIN text AS t ON t.id = reasoning GROUP BY endpoint, model "
		"ORDER BY model, endpoint",
	[STATEMENT_CACHE_PRUNE] = "DELETE FROM reply_cache WHERE (?1 IS NULL OR model = ?1) AND "
				  "used_ns < ?2",
	[STATEMENT_CACHE_PUT_NEW] = "INSERT OR IGNORE " CACHE_VALUES,
	[STATEMENT_CACHE_PUT] = "INSERT OR REPLACE " CACHE_VALUES,
	[STATEMENT_CACHE_USED] =
		"UPDATE reply_cache SET uses = uses + 1, used_ns = ?2 WHERE key = ?1",
	[STATEMENT_COST_TOKENS] = "SELECT coalesce(sum(prompt_tokens), 0), "
				  "coalesce(sum(completion_tokens), 0), sum(usd), "
				  "coalesce(sum(from_cache), 0), "
				  "coalesce(sum(from_cache = 0 AND " WHOLE_REPLY
				  " AND usd IS NULL), 0), "
				  "coalesce(sum(CASE WHEN from_cache THEN 0 ELSE "
				  "coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) "
				  "END), 0), "
				  "(SELECT count(*) FROM (SELECT DISTINCT split, problem FROM "
				  "sample WHERE run = ?1 AND outcome = 'accepted')), "
				  "coalesce(sum(attempts), 0), "
				  "coalesce((SELECT requests FROM run WHERE id = ?1), 0), "
				  "coalesce(sum(" UNCOUNTED "), 0), "
				  "coalesce(sum(from_cache = 0 AND " UNCOUNTED "), 0) "
				  "FROM sample WHERE run = ?1 AND shared_with IS NULL",
	[STATEMENT_COST_LEAN] = "SELECT coalesce(sum(cpu_ns), 0), count(*) - count(cpu_ns) FROM "
				"verdict JOIN sample ON sample.id = verdict.sample "
				"WHERE run = ?1 AND shared_with IS NULL",
	[STATEMENT_CHECK] = "PRAGMA integrity_check(1)",
};
