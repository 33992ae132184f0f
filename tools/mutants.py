#!/usr/bin/env python3
# Removes safeguards of orders and payments from a scratch copy of the sources and demands that the
# simulator finds a violation without each that is not left to a test. One build holds all of them;
# TRAYLINE_MUTANT in the environment names the missing one. --check only looks whether every change
# applies, and whether those tests are there.
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HEADER = """// Which safeguard is missing; of scratch copies alone.
#pragma once
#include <cstdlib>
#include <cstring>
inline bool trayline_mutant(const char* name) {
  static const char* const chosen = std::getenv("TRAYLINE_MUTANT");
  return chosen != nullptr && std::strcmp(chosen, name) == 0;
}
"""
# Name, kind, file, what stands before it (where that is needed to find it), whole statements or one
# expression, and what takes their place. Lines of one name are one mutant.
MUTANTS = [
    ("settled visits", "money", "cloud/orders/decide_tray.cpp",
     "",
     "(before != nullptr && is_settled(before->state))",
     "false"),
    ("settled orders", "money", "cloud/orders/decide_tray.cpp",
     "",
     "!is_settled(order->state)",
     "true"),
    ("late predictions", "ordering", "cloud/orders/decide_tray.cpp",
     "",
     "visited && p.number <= visit->second.number",
     "false"),
    ("known predictions", "deduplication", "cloud/orders/decide_tray.cpp",
     "",
     "known != snapshot.predictions.end()",
     "false"),
    ("uncertain visits", "money", "cloud/orders/decide_tray.cpp",
     "",
     "p.visit_uncertain ? TrayWord::unsure : word_of(v.kind)",
     "word_of(v.kind)"),
    ("two codes count as none", "money", "cloud/orders/decide_tray.cpp",
     "",
     "if (found != nullptr) return nullptr;\n    found = order;",
     "found = order;"),
    ("trays of others before the hold", "ordering", "cloud/orders/decide_money.cpp",
     "",
     "!stands_there(snapshot, order)",
     "false"),
    ("expiry while captured", "time", "cloud/orders/decide_cancel.cpp",
     "",
     "state == State::verified || state == State::capturing",
     "false"),
    ("cancel of the settled", "money", "cloud/orders/decide_cancel.cpp",
     "",
     "is_settled(before->state) && !is_terminal(before->state)",
     "false"),
    ("other attempts", "money", "cloud/payments/decide_seen.cpp",
     "",
     "is(p.attempt, p.intent)",
     "is(p.attempt, p.intent) || m.step != \"event\""),
    ("void while the hold is made", "money", "cloud/payments/decide_capture.cpp",
     "",
     "if (p.void_asked) return d;\n      p.void_asked = true;",
     "if (p.void_asked) return d;"),
    ("refused while unknown", "money", "cloud/payments/executor.cpp",
     "",
     "if (is_passing(intent.error())) return again(step, intent.error());",
     ""),
    ("hold given back", "money", "cloud/orders/change.cpp",
     "taken neither\n    ",
     "ask_void(reason);",
     ""),
    ("capture asked once", "money", "cloud/payments/decide_capture.cpp",
     "",
     "if (p.state == capturing) return d;",
     ""),
    ("messages once", "deduplication", "lib/host/turn.cpp",
     "",
     "fresh.erase({m.service, m.id}) == 0",
     "false"),
    ("results once", "deduplication", "lib/host/turn.cpp",
     "",
     "present.erase(outcome->id) == 0",
     "false"),
    ("keys of others", "deduplication", "lib/host/turn.cpp",
     "",
     "mine.erase(key) == 0",
     "false"),
    ("one key for all tries of a create", "idempotency", "cloud/payments/executor.cpp",
     "step->money(),\n          ",
     "step->effect.key",
     "step->effect.key + \"-\" + std::to_string(step->effect.tries)"),
    ("attempts in keys", "idempotency", "cloud/payments/change.cpp",
     "std::string(step) + ",
     "\"-\" + std::to_string(attempt)",
     "std::string()"),
    ("commit before effect", "durability", "lib/host/host.cpp",
     "",
     "if (!done) return done;\n  finished.clear();",
     "if (!done) {\n    for (Claimed& effect : leaving.effects) "
     "deferred.push_back(std::move(effect));\n    execute_deferred();\n    return done;\n  }\n  "
     "finished.clear();"),
    ("versions of orders", "ordering", "cloud/orders/service.cpp",
     "",
     "session.change(sql::update_orders",
     "session.write(sql::update_orders"),
    ("If-Match of edits", "ordering", "cloud/orders/decide_revise.cpp",
     "",
     "revise.version != 0 && revise.version != before->version",
     "false"),
    ("If-Match of cancellations", "ordering", "cloud/orders/decide_cancel.cpp",
     "",
     "cancel.version != 0 && cancel.version != before->version",
     "false"),
    ("captures the total", "money", "cloud/orders/change.cpp",
     "wire::payments::Capture{order.id, ",
     "order.total",
     "Money{order.hold_minor, order.total.currency}"),
    ("first hold after a raise", "money", "cloud/payments/decide_raise.cpp",
     "",
     "change.cancel_other(p.intent, provider_key(p.order, \"cancel\", p.attempt));",
     ""),
    ("other hold after a raise", "money", "cloud/payments/decide_raise.cpp",
     "  Payment& p = change.p;\n  if (",
     "!p.raise.intent.empty()",
     "false"),
    ("refunds are looked for", "money", "cloud/payments/executor.cpp",
     "",
     "if (step->effect.tries == 0 && !step->flag(\"read_first\")) return call_refund(step);",
     "return call_refund(step);"),
    ("refunds that fail late", "money", "cloud/orders/decide_refund.cpp",
     "",
     "if (done) order.refunded_minor -= refund.amount_minor;",
     ""),
    ("ledger of refunds", "money", "cloud/payments/decide_refund.cpp",
     "",
     "change.post(\"refund\", \"refund-\" + r.id.value, r.amount, r.tax_minor);",
     ""),
    ("tax in the ledger", "money", "cloud/payments/change.cpp",
     "",
     "transfer(2, \"tax:\" + p.site.value, tax_minor);",
     ""),
    ("directions in the ledger", "money", "cloud/payments/change.cpp",
     "",
     "kind == \"capture\" || kind == \"refund_back\"",
     "kind == \"capture\""),
    ("the clock of an order", "time", "cloud/orders/decide_place.cpp",
     "",
     "change.expire_at(now + settings.order_ttl);",
     ""),
    ("timers at start", "time", "lib/host/host.cpp",
     "s.look_around();\n  ",
     "s.look_for_due();",
     ""),
    ("looks at payments", "time", "cloud/payments/change.cpp",
     "void Change::finish(bool placed) {\n  ",
     "arm();",
     ""),
    ("signatures of webhooks", "money", "cloud/payments/routes.cpp",
     "clock.now());\n  if (",
     "!verified",
     "false"),
    ("webhooks after the commit", "durability", "cloud/payments/routes.cpp",
     "",
     "if (!asked) answer(responder, 503, \"try again later\");",
     "answer(responder, 200, \"\");"),
    ("signatures of codes", "money", "cloud/orders/token.cpp",
     "",
     "!equal_in_constant_time(ours, as_text(std::span(*bytes).subspan(length)))",
     "false"),
    ("rows until they are answered", "durability", "edge/agent/sender.cpp",
     "found == lane.entries.end() || ",
     "found->second.row.cls == Class::critical",
     "false"),
    ("versions on screens", "ordering", "edge/screen/board.cpp",
     "",
     "if (here.state && state.version < here.state->version) return Effects{.report = true};",
     ""),
    ("versions on screens", "ordering", "edge/screen/board.cpp",
     "",
     "!here.state || state.version > here.state->version",
     "true"),
    ("screens count on", "ordering", "cloud/monitors/decide.cpp",
     "",
     "std::max(screen.state.version, screen.painted.value_or(0))",
     "screen.painted.value_or(0)"),
    ("screens of other orders", "ordering", "cloud/monitors/decide.cpp",
     "",
     "show.update && screen.state.order != show.state.order",
     "false"),
    ("news once", "deduplication", "cloud/push/decide.cpp",
     "",
     "if (known.contains({notify.order, notify.status})) return d;",
     ""),
    ("news at all", "durability", "cloud/orders/change.cpp",
     "",
     "!news || order.user.empty()",
     "true"),
    ("stock of what ends", "money", "cloud/orders/change.cpp",
     "",
     "decision_.out.messages.push_back(adjust_stock(order.site, counts_of(order)));",
     ""),
    ("stock of stale edits", "money", "cloud/orders/decide_revise.cpp",
     "answer.stale(*before);\n    ",
     "undo_stock(d, before->site, revise);",
     ""),
    ("stock of refused edits", "money", "cloud/orders/decide_revise.cpp",
     "refusal->type, refusal->detail);\n    ",
     "undo_stock(d, before->site, revise);",
     ""),
    ("stock of baskets", "money", "cloud/orders/basket.cpp",
     "",
     "d.out.messages.push_back(adjust_stock(change.order.site, std::move(taken)));",
     ""),
    ("stock of refused raises", "money", "cloud/orders/change.cpp",
     "",
     "decision_.out.messages.push_back(\n      adjust_stock(order.site, "
     "without(counts_of(order.pending->lines), counts_of(order.lines))));",
     ""),
    ("sold out", "money", "cloud/catalogue/decide_quote.cpp",
     "",
     "strict && n > 0 && left < n",
     "false"),
    ("numbers rise", "deduplication", "cloud/orders/decide_place.cpp",
     "",
     "(last == snapshot.numbers.end() ? 0 : last->second) + 1",
     "(last == snapshot.numbers.end() ? 0 : last->second)"),
    ("dead letters are kept", "durability", "lib/host/turn.cpp",
     "",
     "if (auto r = write_dead_letters(); !r) return r;",
     ""),
    ("trays during a raise", "money", "cloud/orders/decide_tray.cpp",
     "",
     "if (order.pending) order.pending->moved = true;",
     ""),
    ("lines to come", "money", "cloud/orders/decide_tray.cpp",
     "",
     "order.pending ? counts_of(order.pending->lines) : counts_of(order)",
     "counts_of(order)"),
    ("visits are one order's", "deduplication", "cloud/orders/decide_tray.cpp",
     "",
     "d.visit = {{p.core, p.station, p.visit}, Visit{owner, p.number}};",
     ""),
    ("counter orders that nobody pays", "time", "cloud/orders/decide_cancel.cpp",
     "",
     "change.ask_void(\"abandoned\");",
     ""),
    ("a second look at the expired", "time", "cloud/orders/decide_cancel.cpp",
     "",
     "change.expire_at(now + settings.expire_again);",
     ""),
    ("a basket is one customer's", "money", "cloud/orders/basket.cpp",
     "",
     "!there || !found->second.user.empty()",
     "!there"),
    ("declined is final for a raise", "money", "cloud/payments/decide_raise.cpp",
     "",
     "p.void_asked && seen.status != IntentStatus::processing",
     "false"),
    ("lapsed holds", "money", "cloud/payments/decide_seen.cpp",
     "        return true;\n      }\n      if (",
     "seen.status != IntentStatus::canceled",
     "true"),
    ("intents of older attempts", "money", "cloud/payments/decide_seen.cpp", "",
     "seen.intent.empty() || seen.intent == p.intent || seen.intent == p.raise.intent", "true"),
    ("intents of older attempts", "money", "cloud/payments/decide_hold.cpp", "",
     "if (p.state != lapsed && !p.intent.empty()) change.ask(\"cancel\");", ""),
]

# Those that no seed found so far, with the reason: the test of their module that each fails.
ELSEWHERE = {
    "If-Match of cancellations": (
        "cloud/orders/revise_test.cpp", "StaffCancelsForAnybodyAndAStaleTagCancelsNothing",
        "few orders change in the two seconds between a look and a cancellation"),
    "refused while unknown": (
        "cloud/payments/payments_test.cpp", "ALostAnswerIsReadBackBeforeAnythingIsRepeated",
        "what is refused is read back as well, and a create that is given up holds no money"),
    "trays during a raise": (
        "cloud/orders/revise_test.cpp", "ATrayThatMovedDuringTheRaiseIsJudgedAnew",
        "few trays move in the moment in which a settled order's hold is raised"),
    "lines to come": (
        "cloud/orders/revise_test.cpp", "ATrayThatMovedDuringTheRaiseIsJudgedAnew",
        "few trays move in the moment in which a settled order's hold is raised"),
    "other hold after a raise": (
        "cloud/payments/raise_test.cpp", "ARefusedRaiseLeavesTheHoldThatStands",
        "an intent that was refused holds nothing, and one that holds later is given back then"),
    "results once": (
        "lib/host/host_test.cpp", "AResultOfAnEffectThatAnotherHostHasSettledIsDropped",
        "worlds have one host, which begins no effect twice; services take a result once as well"),
    "screens of other orders": (
        "cloud/monitors/monitors_test.cpp", "ReplacesNoOtherOrderWhereItOnlyBringsNewsOfOne",
        "the rules compare a screen with the order that it shows, not with the tray before it"),
    "webhooks after the commit": (
        "cloud/payments/service_test.cpp", "AWebhookIsTakenOnlyOnceItIsCommitted",
        "payments look by themselves at what does not move: an event that is lost costs time"),
    "refunds are looked for": (
        "cloud/payments/payments_test.cpp", "ARefundIsLookedForBeforeItIsRepeated",
        "the provider knows a refund's key for a day, and worlds are no longer"),
    "a basket is one customer's": (
        "cloud/orders/basket_test.cpp", "TheFirstCustomerTakesIt",
        "a basket with a customer has no prices yet, or is one no more: refused for that"),
}


def find(source, mutant):
    """Where its text is; None where it is not there exactly once."""
    _, _, _, before, text, _ = mutant
    if source.count(before + text) != 1:
        return None
    return source.index(before + text) + len(before)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def check(mutants):
    """The mutants that do not apply."""
    wrong = []
    for mutant in mutants:
        if find(read(os.path.join(ROOT, mutant[2])), mutant) is None:
            wrong.append(f"{mutant[0]}: {mutant[2]} does not hold this once: {mutant[4]}")
    return wrong


def check_tests(names):
    """The tests that do not exist, and the mutants that do not."""
    wrong = [f"no mutant is named {name}" for name in ELSEWHERE if name not in names]
    for name, (path, test, _) in ELSEWHERE.items():
        if f", {test})" not in read(os.path.join(ROOT, path)):
            wrong.append(f"{name}: {path} has no test {test}")
    return wrong


def with_choice(source, mutants, header):
    """The source with both ways, and a choice between them at run time."""
    cuts = sorted(((find(source, m), m) for m in mutants), reverse=True)
    for at, (name, _, _, _, text, instead) in cuts:
        chosen = f'trayline_mutant("{name}")'
        both = f"({chosen} ? ({instead}) : ({text}))"
        if text.endswith((";", "}")):
            both = f"if ({chosen}) {{ {instead} }} else {{ {text} }}"
        source = source[:at] + both + source[at + len(text):]
    return f'#include "{header}"\n{source}'


def plant(scratch, mutants):
    header = os.path.join(scratch, "mutant.hpp")
    with open(header, "w", encoding="utf-8") as file:
        file.write(HEADER)
    for path in sorted({m[2] for m in mutants}):
        changed = with_choice(read(os.path.join(ROOT, path)),
                              [m for m in mutants if m[2] == path], header)
        with open(os.path.join(scratch, path), "w", encoding="utf-8") as file:
            file.write(changed)


def build(scratch):
    """What went wrong; none: the program is there."""
    steps = [["cmake", "-S", ".", "--preset", "release", "-B", "build/mutants",
              "-DTRAYLINE_TESTS=OFF"], ["ninja", "-C", "build/mutants", "trayline"]]
    for step in steps:
        done = subprocess.run(step, cwd=scratch, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return done.stdout[-2000:] + done.stderr[-2000:]
    return None


def simulate(name, program, *options):
    """What the first seed that is broken without this safeguard shows; none: all are clean."""
    found = subprocess.run([program, "simulate", "--stop", *options],
                           env={**os.environ, "TRAYLINE_MUTANT": name}, capture_output=True,
                           text=True, check=False)
    report = json.loads(found.stdout.strip().splitlines()[-1])
    return report["failed"][0] if report["violations"] else None


def kill(name, program, seeds):
    """Where it was found first; none: it survived, or its seed is broken anyway."""
    found = simulate(name, program, "--seeds", str(seeds))
    if found is None or simulate("", program, "--from", str(found["seed"]), "--seeds", "1"):
        return None
    return found


def main():
    parser = argparse.ArgumentParser(
        description="Leaves out one safeguard at a time; the simulator must find each.",
        epilog="example: tools/mutants.py --seeds 2000; tools/mutants.py --check",
    )
    parser.add_argument("--check", action="store_true", help="only: do all changes still apply")
    parser.add_argument("--seeds", type=int, default=2000, help="within so many (2000)")
    parser.add_argument("--only", help="only the mutant of this name")
    parser.add_argument("--json", action="store_true", help="one JSON object a line (always so)")
    args = parser.parse_args()
    kinds = {m[0]: m[1] for m in MUTANTS}
    names = list(kinds)
    wrong = check(MUTANTS) + check_tests(names)
    print("\n".join(wrong) if wrong else f"mutants: {len(names)} changes apply")
    if wrong or args.check:
        return 1 if wrong else 0
    scratch = tempfile.mkdtemp(prefix="trayline-mutants-")
    try:
        without = shutil.ignore_patterns("build", ".git")
        shutil.copytree(ROOT, scratch, dirs_exist_ok=True, ignore=without)
        plant(scratch, MUTANTS)
        if broken := build(scratch):
            print(broken)
            return 1
        chosen = [n for n in names if args.only in (None, n)]
        killed = 0
        missed = 0
        for name in chosen:
            end = kill(name, os.path.join(scratch, "build/mutants/bin/trayline"), args.seeds)
            killed += end is not None
            missed += end is None and name not in ELSEWHERE
            print(json.dumps({"mutant": name, "kind": kinds[name], "found": end,
                              "elsewhere": ELSEWHERE.get(name)}), flush=True)
        print(json.dumps({"killed": killed, "of": len(chosen), "missed": missed}))
        return 0 if missed == 0 else 1
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    sys.exit(main())
