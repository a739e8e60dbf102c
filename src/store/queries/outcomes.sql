-- How the samples of each run ended.
SELECT run, split, coalesce(outcome, CASE WHEN missing IS NULL THEN 'pending' ELSE 'missing' END) AS ended,
       coalesce(reason, missing) AS why, count(*) AS samples
  FROM sample GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, 2, 5 DESC, 3, 4
