#!/usr/bin/env python3
"""The fifty behaviours of an endpoint (harness.md 5.8), each through the whole of f2f eval, against what f2f-mock states for it.

f2f-mock --print-behaviours says for each: the provider, options of f2f eval, the exit status, the outcome and the number of attempts of
each sample. ROWS are those that f2f does already; a row more is a number more."""
from harness import Home, main
from mock import Mock

ROWS = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
    31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50,
]

PLAIN = "reply.content = '```lean4' || char(10) || 'by mock_' || substr(request_id, 6) || char(10) || '```'"
# What holds of every sample besides; PLAIN (the first choice's own text, whole) of those with the usual reply.
FACTS = {
    4: "reply.content like '```lean4%by mock_%```'",
    5: "reply.content like '```lean4%by mock_%```'",
    6: "finish_reason = 'length' and reply.content = ''",
    7: "reply.content = 'by rfl' and reasoning.content = 'hm'",
    8: "reply.content = 'by rfl' and reasoning.content = 'hm'",
    9: "reply.content = 'by rfl' and reasoning.content = 'hm'",
    10: "finish_reason = 'stop'",
    11: "reply.content = 'by rfl' and prompt_tokens is null and completion_tokens is null and usd is null",
    12: "prompt_tokens = 100 and completion_tokens = 50 and cached_tokens = 30 and reasoning_tokens = 20 and usd = 0.125",
    13: "reply.content = 'by rfl'",
    15: "note like '%context length%'",
    43: "reply.content = '```lean4' || char(10) || 'by mock_' || substr(request_id, 5) || char(10) || '```'",
    44: "reply.content = '```lean4' || char(10) || 'by mock_' || substr(request_id, 5) || char(10) || '```'",
    33: "note like '%0.3 s%(3 attempts)'",
    34: "note like '%0.3 s%(3 attempts)'",
    45: "reply.content = 'I cannot help' and repaired = 0",
    46: "repaired = 1 and reply.content like 'by % rfl' and instr(reply.content, char(0xfffd)) > 0",
    47: "length(reply.content) > 67108000 and repaired = 0",
}
# What f2f-mock is started with.
MOCK_OPTIONS = {50: ("--rpm", 600)}
# What people are told when a run is stopped.
TOLD = {16: "401", 17: "402", 18: "404", 22: "quota", 23: "99999 s", 48: "has moved to"}
PROBLEMS = 2
KEY = "sk-never-to-be-seen-1234567890"


class Behaviour:
    """One line of --print-behaviours."""

    def __init__(self, line):
        number, self.mode, self.provider, options, status, outcome, attempts, self.what = line.rstrip("\n").split("\t")
        self.number, self.status, self.attempts = int(number), int(status), int(attempts)
        self.options = options.split()
        self.outcome, _, self.missing = outcome.partition(":")

    def rows(self, samples):
        """(outcome, missing, attempts, samples) as the store has them."""
        if self.outcome == "none":
            return []
        if self.outcome == "missing":
            return [("", self.missing, self.attempts, samples)]
        return [("" if self.outcome == "pending" else self.outcome, "", self.attempts, samples)]


def behaviours():
    return [Behaviour(line) for line in Mock.print("--print-behaviours")]


def samples_of(options):
    return int(options[options.index("-n") + 1]) if "-n" in options else 1


def check(behaviour):
    with Mock(*MOCK_OPTIONS.get(behaviour.number, ())) as mock, Home(lean=False) as home:
        out, err = home.run(
            "eval", "--model", f"{behaviour.provider}/mock/{behaviour.number}", "--base-url", mock.url + "/v1", "--split", "demo",
            "--limit", PROBLEMS, "--no-verify", "--retry-cap", "0.05", *behaviour.options, status=None,
            OPENAI_API_KEY=KEY, ANTHROPIC_API_KEY=KEY)
        found = home.sql("select coalesce(outcome, ''), coalesce(missing, ''), attempts, count(*) from sample group by 1, 2, 3")
        wanted = behaviour.rows(PROBLEMS * samples_of(behaviour.options))
        if behaviour.missing:
            # The first that gives up may stop the run: what is recorded is recorded so.
            assert found and all(row[:3] == wanted[0][:3] for row in found), (found, wanted, err)
        else:
            assert found == wanted, (found, wanted, err)
        assert home.last_status == behaviour.status, (home.last_status, behaviour.status, out, err)
        rest = home.sql("select count(*), sum(%s) from sample left join text reply on reply.id = sample.reply "
                        "left join text reasoning on reasoning.id = sample.reasoning" % FACTS.get(behaviour.number, PLAIN))
        assert rest[0] in ((0, None), (len(found) and found[0][3],) * 2), (rest, home.sql("select note, reply from sample"))
        assert TOLD.get(behaviour.number, "") in err, err
        # Nobody is asked more often than is owned up to; but for the one time that a dying connection is forgiven.
        stats = mock.stats()
        assert stats["most"] <= max(behaviour.attempts, 1) + (behaviour.number == 49), stats
        assert stats["stolen"] == 0 and stats["limit"]["over_percent"] <= 5, stats
        assert KEY not in out + err and KEY.encode() not in home.db.read_bytes(), err


def test_of(behaviour):
    def test():
        check(behaviour)
    test.__name__ = f"behaviour_{behaviour.number}:_{behaviour.what}"
    return test


def fifty_are_stated_and_each_is_told_apart():
    stated = behaviours()
    assert [b.number for b in stated] == list(range(1, 51))
    assert len({(b.mode, b.provider) for b in stated}) == 50


main([fifty_are_stated_and_each_is_told_apart] + [test_of(b) for b in behaviours() if b.number in ROWS])
