-- Problems that a run solved in some samples and not in others.
SELECT run, split, problem, sum(outcome = 'accepted') AS accepted, count(*) AS samples
  FROM sample WHERE outcome IS NOT NULL
  GROUP BY 1, 2, 3 HAVING sum(outcome = 'accepted') BETWEEN 1 AND count(*) - 1 ORDER BY 1 DESC, 2, 3
