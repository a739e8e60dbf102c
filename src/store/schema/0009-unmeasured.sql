-- The CPU time of a check by a Lean server is not known: no number, where 0 had been written.
ALTER TABLE verdict RENAME COLUMN cpu_ns TO cpu_ns_before;
ALTER TABLE verdict ADD COLUMN cpu_ns INTEGER;
UPDATE verdict SET cpu_ns = cpu_ns_before WHERE backend IS NOT 'kimina' OR reused = 1 OR cpu_ns_before > 0;
ALTER TABLE verdict DROP COLUMN cpu_ns_before;
