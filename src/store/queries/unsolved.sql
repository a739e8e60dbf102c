-- Problems that no sample of any run has solved, and how often each was tried.
SELECT split, problem, count(*) AS samples, count(DISTINCT run) AS runs
  FROM sample WHERE outcome IS NOT NULL
  GROUP BY 1, 2 HAVING max(outcome = 'accepted') = 0 ORDER BY 1, 3 DESC, 2
