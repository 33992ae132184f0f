# The list of exceptions of tidy.py: reads it, writes it, and judges findings against it. An
# exception is a rule, a subject, the value it may reach, and why; the list may only shrink.
import os
from collections import namedtuple

import tree

PATH = "tools/tidy.ratchet"
HEAD = "# Exceptions of tidy.py, which may only shrink: rule, subject, value, and why.\n"
# rule and subject name an exception; value is what it bounds.
Finding = namedtuple("Finding", "rule subject value line text")
Exception_ = namedtuple("Exception_", "value reason line")


def read(root):
    """(rule, subject) -> Exception_; a line that is none has the rule "?"."""
    result = {}
    if not os.path.isfile(os.path.join(root, PATH)):
        return result
    for number, line in enumerate(tree.read(root, PATH).splitlines(), 1):
        entry, _, reason = line.partition("#")
        words = entry.split()
        if len(words) == 3 and words[2].isdigit():
            result[words[0], words[1]] = Exception_(int(words[2]), reason.strip(), number)
        elif words:
            result["?", line] = Exception_(0, "", number)
    return result


def write(root, entries):
    body = "".join(
        f"{rule} {subject} {e.value}  # {e.reason}\n"
        for (rule, subject), e in sorted(entries.items())
    )
    with open(os.path.join(root, PATH), "w", encoding="utf-8") as f:
        f.write(HEAD + body)


def judge(findings, exceptions, unjudged=()):
    """(path, line, text) of every finding that no exception covers, and of every exception that
    nothing needs. unjudged: rules that could not be checked here."""
    worst, problems = _worst(findings), []
    for f in findings:
        path = f.subject.partition(":")[0]
        allowed = exceptions.get((f.rule, f.subject))
        if not allowed:
            problems.append((path, f.line, f"{f.text} [{f.rule}]"))
        elif f.value > allowed.value:
            bound = f"[{f.rule}; its exception ends at {allowed.value}]"
            problems.append((path, f.line, f"{f.text} {bound}"))
    for (rule, subject), e in exceptions.items():
        if rule == "?":
            problems.append((PATH, e.line, "is not: rule subject value  # reason"))
        elif (rule, subject) not in worst and rule not in unjudged:
            text = f"{rule} {subject}: is no longer needed; run tools/tidy.py --update"
            problems.append((PATH, e.line, text))
        elif not e.reason:
            problems.append((PATH, e.line, f"{rule} {subject}: says no reason; add one after #"))
    return sorted(set(problems))


def update(findings, exceptions, reason=None, unjudged=()):
    """The next list: entries dropped and values lowered; with a reason also added and raised."""
    entries = {k: e for k, e in exceptions.items() if k[0] in unjudged}
    for key, value in _worst(findings).items():
        old = exceptions.get(key)
        if old and (value <= old.value or not reason):
            entries[key] = old._replace(value=min(value, old.value))
        elif reason:
            entries[key] = Exception_(value, reason.strip(), 0)
    return entries


def _worst(findings):
    worst = {}
    for f in findings:
        key = (f.rule, f.subject)
        worst[key] = max(f.value, worst.get(key, 0))
    return worst
