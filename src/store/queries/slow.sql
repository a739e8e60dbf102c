-- The twenty checks that took Lean the most CPU time.
WITH newest AS (SELECT max(id) AS id FROM verdict GROUP BY sample)
SELECT round(verdict.cpu_ns / 1e9, 1) AS cpu_s, verdict.cpu_limit_s AS limit_s,
       coalesce(verdict.outcome, 'missing') AS ended, coalesce(verdict.reason, verdict.missing) AS why,
       sample.run, sample.split, sample.problem, sample.sample
  FROM newest JOIN verdict ON verdict.id = newest.id JOIN sample ON sample.id = verdict.sample
  ORDER BY verdict.cpu_ns DESC, sample.id LIMIT 20
