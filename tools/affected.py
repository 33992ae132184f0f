# Which deployables a set of changed files reaches through the reverse module graph.
# It looks at modules, not at single declarations: rather one deployment too many than one too few.
import os
import re
from collections import defaultdict

import tree
from rules import service, top

# Tests and papers change nothing that runs.
NOT_DEPLOYED = re.compile(r"(_test\.(cpp|hpp)|\.md)$")
PAGES_TYPES = "docs/spec/openapi.json"  # what the types of all pages are made from
WHOLE_TREE = ("CMakeLists.txt", "CMakePresets.json", "lib/CMakeLists.txt")


def affected(modules, changed):
    """Sorted folders of the deployables to deploy again for the changed paths (from the root)."""
    readers = defaultdict(set)
    for m in modules.values():
        for dep in m.deps:
            readers[dep].add(m.folder)
    todo, reached, stacks = set(), set(), set()
    for path in changed:
        for start in _touched(modules, path):
            (todo if start in modules else stacks).add(start)
    while todo:
        folder = todo.pop()
        if folder not in reached:
            reached.add(folder)
            todo |= readers[folder]
    return sorted(stacks | {service(f) for f in reached if _deployable(modules[f])})


def _deployable(module):
    """Every service, every program of edge/, every stack; what wires a whole tree is none."""
    if "/" not in module.folder:
        return False
    return top(module.folder) in ("cloud", "infra") or (
        top(module.folder) == "edge" and bool(module.program)
    )


def _touched(modules, path):
    """The modules, and stacks that are no module, that one changed file belongs to."""
    if NOT_DEPLOYED.search(path):
        return set()
    users = {m.folder for m in modules.values() if path in m.assets}
    own, place = tree.owner(path, modules), top(path)
    if place == "web" or path == PAGES_TYPES:
        parts = path.split("/")
        one = place == "web" and len(parts) > 2 and parts[1] != "shared"
        page = f"web/{parts[1]}/" if one else "web/"
        return {m.folder for m in modules.values() if any(a.startswith(page) for a in m.assets)}
    if own and (os.path.dirname(own) or place not in ("cloud", "edge")):
        return users | {own}
    if place == "infra" and path.count("/") >= 2:
        return users | {service(path)}
    if place == "cmake" or path in WHOLE_TREE:
        return set(modules)
    if place in ("cloud", "edge", "infra"):  # the tree's own files: its wiring and its build
        return users | {f for f in modules if top(f) == place}
    return users
