#!/usr/bin/env python3
# Checks how the modules may see each other (the DAG that the CMakeLists declare, and every
# #include), and says which deployables a change affects. It reads text only and builds nothing.
import argparse
import json
import os
import re
import sys
from collections import defaultdict

import rules
import sql_names
import tree
from affected import affected

EXAMPLE = """examples:
  tools/layers.py                                     check the whole tree
  tools/layers.py --affected lib/wire/orders.hpp      what must be deployed again
  git diff --name-only v1 | tools/layers.py --affected -
  tools/layers.py --dot | dot -Tsvg > modules.svg
"""
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)
NO_HOME = "belongs to no module; add a trayline_module call to a CMakeLists.txt beside it"
NO_MODULE = "no such module; name a folder with a trayline_module call, such as lib/base"
STRANGER = "names no folder of ours; write ours from the root, third-party headers in <>"
SHOWN = "a header of ours shows only std and our own types; move it into the .cpp"
CIRCLE = "modules go in a circle; turn one of these around, or move what both need below them"
NEEDS_STORE = "has SQL, whose sql.hpp needs lib/store; add it to DEPS"
ENGINE_TABLE = re.compile(r"sqlite_|pg_|information_schema")


class Check:
    """Collects problems as (path, line, text) over one reading of the tree."""

    def __init__(self, root):
        self.root = root
        self.paths = tree.files(root)
        self.modules = tree.modules(root, self.paths)
        self.folders = {os.path.dirname(p) for p in self.paths}
        self.problems = []

    def say(self, path, line, text):
        self.problems.append((path, line, text))

    def run(self):
        for module in self.modules.values():
            self.declared(module)
        self.cycles()
        self.includes()
        self.tables()
        return sorted(set(self.problems))

    def declared(self, m):
        if rules.top(m.folder) not in rules.TREES:
            where = ", ".join(sorted(rules.TREES))
            self.say(m.cmake, m.line, f"{m.folder} lies in no tree of the product ({where})")
        twins = [o.folder for o in self.modules.values() if o.name == m.name and o is not m]
        if not m.name or twins:
            other = f"NAME {m.name} is that of {twins[0]} too" if m.name else "NAME is missing"
            self.say(m.cmake, m.line, f"{other}; a module has a namespace of its own")
        for dep, line in m.deps.items():
            self.dependency(m, "DEPS", dep, line)
        for dep, line in m.test_deps.items():
            self.dependency(m, "TEST_DEPS", dep, line)
            if dep in m.deps:
                self.say(m.cmake, line, f"TEST_DEPS {dep}: is in DEPS already; remove it here")

    def dependency(self, m, key, dep, line):
        if "$" in dep:
            self.say(m.cmake, line, f"{key} {dep}: name the folders; the graph is read as text")
        elif dep not in self.modules:
            self.say(m.cmake, line, f"{key} {dep}: {NO_MODULE}")
        elif dep == m.folder:
            self.say(m.cmake, line, f"{key} {dep}: a module does not depend on itself; remove it")
        else:
            why = rules.forbidden(m.folder, dep, key == "TEST_DEPS")
            if why:
                self.say(m.cmake, line, f"{m.folder} must not see {dep}: {why}")

    def cycles(self):
        done, path = set(), []

        def walk(folder):
            if folder in path:
                loop = path[path.index(folder) :] + [folder]
                m = self.modules[loop[-2]]
                self.say(m.cmake, m.deps[folder], f"{' -> '.join(loop)}: {CIRCLE}")
                return
            if folder in done:
                return
            path.append(folder)
            for dep in sorted(self.modules[folder].deps):
                if dep in self.modules and dep != folder:
                    walk(dep)
            done.add(path.pop())

        for folder in sorted(self.modules):
            walk(folder)

    def includes(self):
        used, used_by_tests, homeless = defaultdict(set), defaultdict(set), {}
        for path in self.paths:
            if not path.endswith((".cpp", ".hpp", ".h")):
                continue
            folder = os.path.dirname(path)
            if folder not in self.modules and rules.top(folder) in rules.TREES - rules.SEES_ALL:
                homeless.setdefault(folder, path)
            text = tree.read(self.root, path)
            for match in INCLUDE.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                seen = self.include(path, line, *match.groups())
                (used_by_tests if is_test(path) else used)[folder].add(seen)
        for path in homeless.values():
            self.say(path, 1, NO_HOME)
        self.unused(used, used_by_tests)

    def include(self, path, line, kind, name):
        """Judges one include; gives the folder of ours that it names, or ""."""
        if kind == "<":
            self.third_party(path, line, name)
            return ""
        seen = os.path.dirname(name)
        if seen not in self.modules and seen not in self.folders:
            self.say(path, line, f'#include "{name}": {STRANGER}')
            return ""
        if seen != os.path.dirname(path):
            self.neighbour(path, line, seen)
        return seen

    def third_party(self, path, line, name):
        header = path.endswith((".hpp", ".h"))
        if header and name not in rules.STD and (path, name) not in rules.HEADER_EXCEPTIONS:
            self.say(path, line, f"#include <{name}>: {SHOWN}")
        home = rules.hidden_in(name)
        free = is_test(path) or rules.top(path) in rules.SEES_ALL
        if home and os.path.dirname(path) != home and not free:
            self.say(path, line, f"#include <{name}>: {home} hides this library; go through it")

    def neighbour(self, path, line, seen):
        folder, test = os.path.dirname(path), is_test(path)
        module = self.modules.get(folder)
        why = rules.forbidden(folder, seen, test)
        if why:
            self.say(path, line, f"{folder} must not see {seen}: {why}")
        elif module and seen not in module.deps and not (test and seen in module.test_deps):
            key = "TEST_DEPS" if test else "DEPS"
            self.say(path, line, f"{seen} is not declared; add it to {key} in {module.cmake}")

    def unused(self, used, used_by_tests):
        with_sql = {sql_folder(p) for p in self.paths if is_sql(p)} - {"lib/store"}
        for m in self.modules.values():
            if m.folder in with_sql and m.name != os.path.basename(m.folder):
                name = os.path.basename(m.folder)
                self.say(m.cmake, m.line, f"has SQL, so it is named after its folder: NAME {name}")
            if m.folder in with_sql:
                used[m.folder].add("lib/store")
                if "lib/store" not in m.deps:
                    self.say(m.cmake, m.line, NEEDS_STORE)
            for dep, line in m.deps.items():
                if dep not in used[m.folder]:
                    todo = "move it to TEST_DEPS" if dep in used_by_tests[m.folder] else "remove it"
                    self.say(m.cmake, line, f"DEPS {dep}: no file includes it; {todo}")
            for dep, line in m.test_deps.items():
                if dep not in used_by_tests[m.folder]:
                    self.say(m.cmake, line, f"TEST_DEPS {dep}: no test includes it; remove it")

    def tables(self):
        texts = {p: tree.read(self.root, p) for p in self.paths if is_sql(p)}
        owners = {}
        for path, text in texts.items():
            for name in sql_names.scan(text)[1]:
                owners.setdefault(name, sql_service(path))
        for path, text in texts.items():
            self.tables_of(path, text, owners)

    def tables_of(self, path, text, owners):
        """Judges the tables that one SQL text creates, and those that it names."""
        folder = sql_service(path)
        prefix = os.path.basename(folder) + "_"
        named, created = sql_names.scan(text)
        for name, line in created.items():
            if not name.startswith(prefix):
                self.say(path, line, f"table {name}: tables of {folder} are named {prefix}...")
        foreign = {n: line for n, line in named.items() if not n.startswith(prefix)}
        for name, line in sql_names.mentions(text).items():
            if owners.get(name, folder) != folder:
                foreign.setdefault(name, line)
        for name, line in foreign.items():
            if name in created or (folder == "lib/store" and ENGINE_TABLE.match(name)):
                continue
            whose = f" of {owners[name]}" if name in owners else ""
            text = f"sees only its own tables, {prefix}...; ask the owner by a message"
            self.say(path, line, f"names table {name}{whose}: {folder} {text}")


def is_test(path):
    return path.endswith(("_test.cpp", "_test.hpp"))


def is_sql(path):
    kind = os.path.basename(os.path.dirname(path))
    return path.endswith(".sql") and kind in ("sql", "migrations")


def sql_folder(path):
    return os.path.dirname(os.path.dirname(path))


def sql_service(path):
    """The folder whose name the tables of this SQL text bear."""
    return rules.service(sql_folder(path))


def dot(modules):
    lines = ["digraph trayline {", "  rankdir=BT; node [shape=box fontname=sans];"]
    for m in sorted(modules.values(), key=lambda m: m.folder):
        lines.append(f'  "{m.folder}";')
        lines += [f'  "{m.folder}" -> "{d}";' for d in sorted(m.deps)]
    return "\n".join(lines + ["}"])


def as_json(modules, problems):
    graph = {
        m.folder: {"deps": sorted(m.deps), "test_deps": sorted(m.test_deps), "program": m.program}
        for m in modules.values()
    }
    listed = [{"file": p, "line": n, "text": t} for p, n, t in problems]
    return json.dumps({"modules": graph, "problems": listed}, indent=1)


def changed_files(root, arguments):
    names = []
    for name in arguments:
        names += sys.stdin.read().splitlines() if name == "-" else [name]
    return [
        os.path.relpath(n, root) if os.path.isabs(n) else os.path.normpath(n) for n in names if n
    ]


def arguments():
    parser = argparse.ArgumentParser(
        description="Checks the module graph; exit status 1 if something is wrong.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    what = "print what must be deployed again for these files (from the root; - reads stdin)"
    add("--affected", nargs="+", metavar="FILE", help=what)
    add("--dot", action="store_true", help="print the graph for graphviz")
    add("--json", action="store_true", help="print JSON: graph and problems, or the affected")
    add("--root", default=tree.ROOT, help="another tree to read")
    return parser.parse_args()


def main():
    args = arguments()
    check = Check(os.path.abspath(args.root))
    if args.affected:
        result = affected(check.modules, changed_files(check.root, args.affected))
        print(json.dumps(result)) if args.json else sys.stdout.writelines(f"{r}\n" for r in result)
        return 0
    if args.dot:
        print(dot(check.modules))
        return 0
    problems = check.run()
    if args.json:
        print(as_json(check.modules, problems))
        return 1 if problems else 0
    for path, line, text in problems:
        print(f"{path}:{line}: {text}")
    print(f"layers: {len(check.modules)} modules, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
