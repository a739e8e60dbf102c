-- What each run asked for, and what that cost.
SELECT run.id AS run, run.model, count(sample.id) AS samples, sum(prompt_tokens) AS tokens_in,
       sum(completion_tokens) AS tokens_out, round(sum(usd), 4) AS usd, sum(from_cache) AS from_cache,
       run.requests, round(run.wall_ns / 1e9, 1) AS wall_s
  FROM run LEFT JOIN sample ON sample.run = run.id AND sample.shared_with IS NULL
  GROUP BY run.id ORDER BY run.id DESC
