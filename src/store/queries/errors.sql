-- What was said first of rejected proofs, the most frequent first. Lean's "LINE:COLUMN: " is left out.
WITH newest AS (SELECT sample, max(id) AS id FROM verdict GROUP BY sample),
     said AS (
       SELECT sample.reason, coalesce(content, note, '') AS words
         FROM sample LEFT JOIN newest ON newest.sample = sample.id
              LEFT JOIN verdict ON verdict.id = newest.id LEFT JOIN text ON text.id = verdict.messages
         WHERE sample.outcome = 'rejected'),
     line AS (SELECT reason, substr(words, 1, instr(words || char(10), char(10)) - 1) AS words FROM said)
SELECT count(*) AS samples, reason,
       CASE WHEN words GLOB '[0-9]*:[0-9]*: *' THEN substr(words, instr(words, ': ') + 2) ELSE words END AS message
  FROM line GROUP BY 2, 3 ORDER BY 1 DESC, 2, 3
