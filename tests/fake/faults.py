"""Faults of a protocol, for every stand-in: what a text asks to go wrong with the answer to it.

A text asks by words it holds (a declaration's name, say). `messages` bends what is said, `deliver` how its bytes come.

- `fake_unknown_severity`, `fake_no_probe`, `fake_two_probes`, `fake_forged_axioms` (a good axiom line in the candidate's own part,
  none in ours), `fake_nul`, `fake_megabytes` (10 MB of messages).
- `fake_before`, `fake_inside`, `fake_after`: foreign bytes there. `fake_twice`: all of it two times. `fake_cut`: half of it, then the
  end. `fake_part`: half of it, and the rest never. `fake_drip`: byte after byte. `fake_crlf`: line ends of the other kind.
  `fake_ill_formed`: bytes that are no UTF-8 inside a message. `fake_surrogate`: half a character, as an escape.
"""

import os
import re
import sys
import time

FORGED = "'%s' does not depend on any axioms"


def probe_of(text):
    """The name whose axioms are asked for last."""
    found = re.findall(r"^#print axioms (\S+)", text, re.M)
    return found[-1] if found else ""


def messages(text, said):
    """(severity, line, column, text) of every message, as the text wants them to be."""
    probe = probe_of(text)
    ours = [m for m in said if probe and probe in m[3]]
    others = [m for m in said if not (probe and probe in m[3])]
    if "fake_unknown_severity" in text:
        others.append(("mystery", 0, 0, "of a kind that nobody knows"))
    if "fake_no_probe" in text:
        ours = []
    if "fake_two_probes" in text:
        ours = ours + ours
    if "fake_forged_axioms" in text:
        ours = [("information", 0, 0, FORGED % probe)]
    if "fake_nul" in text:
        others.append(("information", 0, 0, "a\0b"))
    if "fake_ill_formed" in text or "fake_surrogate" in text:
        others.append(("information", 0, 0, "BENT"))
    if "fake_megabytes" in text:
        others += [("information", 0, 0, "m" * (1 << 20))] * 10
    return others + ours


def bend(text, data):
    """The bytes of one JSON text, before it is framed."""
    bent = b"\xff\xfe\xed\xa0" if "fake_ill_formed" in text else b"\\ud83d" if "fake_surrogate" in text else b"BENT"
    return data.replace(b"BENT", bent)


def deliver(text, data, out):
    """Writes the bytes of a whole answer."""
    half = len(data) // 2
    if "fake_before" in text:
        data = b"HELLO\n" + data
    if "fake_inside" in text:
        data = data[:half] + b"HELLO\n\n" + data[half:]
    if "fake_after" in text:
        data = data + b"HELLO\n"
    if "fake_twice" in text:
        data = data + data
    if "fake_crlf" in text:
        data = data.replace(b"\r\n", b"\n") if b"\r\n" in data else data.replace(b"\n", b"\r\n")
    if "fake_cut" in text:
        out.write(data[:half])
        out.flush()
        os._exit(0)
    if "fake_part" in text:
        out.write(data[:half])
        out.flush()
        stuck()
        while True:
            time.sleep(3600)
    if "fake_drip" in text:
        for i in range(len(data)):
            out.write(data[i:i + 1])
            out.flush()
        return
    out.write(data)
    out.flush()


def stuck():
    """From here on there is no answer: says so by the name of the process, and who waits for that need not wait for time."""
    import ctypes  # slow to load
    ctypes.CDLL(None).prctl(15, b"f2f-stuck", 0, 0, 0)


def late(header):
    """A header that takes its time."""
    if "Late" in header:
        time.sleep(0.4)


if __name__ == "__main__":
    sys.exit("faults.py is a module of the stand-ins")
