#!/usr/bin/env python3
# Removes one safeguard of orders and payments at a time from a scratch copy of the sources, builds
# the simulator from it, and demands that it finds a violation. Slow; --check only looks whether
# every change still applies.
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TRAY, MONEY = "cloud/orders/decide_tray.cpp", "cloud/orders/decide_money.cpp"
ENDS, HOLD = "cloud/orders/decide_cancel.cpp", "cloud/payments/decide_hold.cpp"
TAKE, SEEN = "cloud/payments/decide_capture.cpp", "cloud/payments/decide_seen.cpp"
TURN, SCREENS = "lib/host/turn.cpp", "cloud/monitors/decide.cpp"
# name, kind, file, text, text instead
MUTANTS = [
    ("settled visits", "money", TRAY, "late || (before != nullptr && is_settled(before->state))",
     "late"),
    ("settled orders", "money", TRAY, "order->site == site && !is_settled(order->state) &&",
     "order->site == site &&"),
    ("late predictions", "ordering", TRAY, "visited && p.number <= visit->second.number", "false"),
    ("known predictions", "deduplication", TRAY, "known != snapshot.predictions.end()) {\n",
     "known != snapshot.predictions.end() && p.id.empty()) {\n"),
    ("uncertain visits", "money", TRAY, "p.visit_uncertain ? TrayWord::unsure : word_of(v.kind)",
     "word_of(v.kind)"),
    ("two codes count as none", "money", TRAY,
     "if (found != nullptr) return nullptr;\n    found = order;", "found = order;"),
    ("trays of others before the hold", "ordering", MONEY,
     "if (!stands_there(snapshot, order)) {", "if (false) {"),
    ("expiry while captured", "time", ENDS,
     "state == State::verified || state == State::capturing", "false"),
    ("cancel of the settled", "money", ENDS,
     "if (is_settled(before->state) && !is_terminal(before->state)) {",
     "if (false && is_settled(before->state)) {"),
    ("other attempts", "money", SEEN, "if (is(p.attempt, p.intent)) {",
     "if (is(p.attempt, p.intent) || m.step != \"event\") {"),
    ("one attempt at a time", "idempotency", HOLD,
     "if (p.state != held && p.state != declined && p.state != lapsed) return d;", ""),
    ("void while the hold is made", "money", TAKE,
     "if (p.void_asked) return d;\n      p.void_asked = true;", "if (p.void_asked) return d;"),
    ("refused while unknown", "money", "cloud/payments/executor.cpp",
     "if (is_passing(intent.error())) return again(step, intent.error());", ""),
    ("hold given back", "money", "cloud/orders/change.cpp",
     "wire::payments::kService, wire::payments::Void{order.id, std::string(reason)}));",
     "wire::payments::kService, wire::payments::Void{OrderId(), std::string(reason)}));"),
    ("capture asked once", "money", TAKE,
     "if (p.state == capturing) return d;", ""),
    ("holds of other attempts", "money", SEEN,
     "if (seen.status == IntentStatus::requires_capture && seen.step != \"cancel\") {",
     "if (seen.status == IntentStatus::requires_capture && seen.step.empty()) {"),
    ("messages once", "deduplication", TURN,
     "fresh.erase({m.service, m.id}) == 0;", "fresh.erase({m.service, m.id}) > 1;"),
    ("results once", "deduplication", TURN,
     "if (present.erase(outcome->id) == 0) {", "if (present.erase(outcome->id) > 1) {"),
    ("keys of others", "deduplication", TURN,
     "if (mine.erase(key) == 0) {", "if (mine.erase(key) > 1) {"),
]


def check(mutants):
    """The mutants whose text does not occur exactly once."""
    wrong = []
    for name, _, path, text, _ in mutants:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            if file.read().count(text) != 1:
                wrong.append(f"{name}: {path} does not hold this text once: {text}")
    return wrong


def run(cwd, *command):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def kill(mutant, scratch, seeds):
    """How it ended: the seed that found it, "survived", or "does not build"."""
    _, _, path, text, instead = mutant
    file = os.path.join(scratch, path)
    with open(file, encoding="utf-8") as source:
        good = source.read()
    try:
        with open(file, "w", encoding="utf-8") as source:
            source.write(good.replace(text, instead))
        if run(scratch, "ninja", "-C", "build/mutants", "trayline").returncode != 0:
            return "does not build"
        program = os.path.join(scratch, "build/mutants/bin/trayline")
        found = run(scratch, program, "simulate", "--seeds", str(seeds), "--stop")
        report = json.loads(found.stdout.strip().splitlines()[-1])
        return report["failed"][0]["seed"] if report["violations"] else "survived"
    finally:
        with open(file, "w", encoding="utf-8") as source:
            source.write(good)


def main():
    parser = argparse.ArgumentParser(
        description="Removes safeguards one by one; the simulator must find each.",
        epilog="example: tools/mutants.py --seeds 2000; tools/mutants.py --check",
    )
    parser.add_argument("--check", action="store_true", help="only: do all changes still apply")
    parser.add_argument("--seeds", type=int, default=2000, help="within so many (2000)")
    parser.add_argument("--only", help="only the mutant of this name")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    args = parser.parse_args()
    wrong = check(MUTANTS)
    print("\n".join(wrong) if wrong else f"mutants: {len(MUTANTS)} changes apply")
    if wrong or args.check:
        return 1 if wrong else 0
    scratch = tempfile.mkdtemp(prefix="trayline-mutants-")
    try:
        without = shutil.ignore_patterns("build", ".git")
        shutil.copytree(ROOT, scratch, dirs_exist_ok=True, ignore=without)
        run(scratch, "cmake", "-S", ".", "--preset", "release", "-B", "build/mutants",
            "-DTRAYLINE_TESTS=OFF")
        chosen = [m for m in MUTANTS if args.only in (None, m[0])]
        killed = 0
        for mutant in chosen:
            end = kill(mutant, scratch, args.seeds)
            killed += isinstance(end, int)
            print(json.dumps({"mutant": mutant[0], "kind": mutant[1], "end": end}), flush=True)
        print(json.dumps({"killed": killed, "of": len(chosen)}))
        return 0 if killed == len(chosen) else 1
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    sys.exit(main())
