#!/usr/bin/env python3
"""Prints how long a program takes from start to exit: startup.py PROGRAM ARGUMENT... (median of 200, beside /bin/true)."""
import os
import resource
import statistics
import sys
import time

RUNS = 200


def measure(command):
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    times = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(RUNS):
        start = time.perf_counter()
        _, status = os.waitpid(os.posix_spawn(command[0], command, os.environ, file_actions=actions), 0)
        times.append((time.perf_counter() - start) * 1000)
        if status != 0:
            sys.exit(f"{command}: status {status}")
    os.close(null)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000 / RUNS
    return statistics.median(times), sorted(times)[RUNS * 95 // 100], cpu


def main():
    command = [os.path.abspath(sys.argv[1])] + sys.argv[2:]
    for name, words in ((" ".join(["f2f"] + command[1:]), command), ("/bin/true", ["/bin/true"])):
        median, most, cpu = measure(words)
        print(f"{name}: {median:.2f} ms (95 % within {most:.2f} ms), {cpu:.2f} ms of CPU")


if __name__ == "__main__":
    main()
