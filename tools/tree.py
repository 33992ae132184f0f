# Reads the source tree for the checks: its files as git sees them, and the trayline_module(...)
# calls. It judges nothing; layers.py and tidy.py do.
import os
import re
import subprocess
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NOT_OURS = {".git", "build", "node_modules", ".up", "__pycache__"}
KEYWORDS = {"NAME", "PROGRAM", "DEPS", "LIBS", "TEST_DEPS", "TEST_LIBS", "ASSETS", "PAGES"}
TOKEN = re.compile(r'#\[\[.*?\]\]|#[^\n]*|"(?:\\.|[^"\\])*"|[()]|[^\s()"#]+', re.S)


def files(root):
    """Sorted paths from the root: what git tracks or would; without git, all that is there."""
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if listed.returncode == 0:
        paths = set(os.fsdecode(listed.stdout).split("\0")) - {""}
        return sorted(p for p in paths if os.path.isfile(os.path.join(root, p)))
    found = []
    for folder, below, names in os.walk(root):
        below[:] = [b for b in below if b not in NOT_OURS]
        found += [os.path.relpath(os.path.join(folder, n), root) for n in names]
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as f:
        return f.read()


@dataclass
class Module:
    """One trayline_module(...) call. deps and test_deps map a folder to the line that names it."""

    folder: str
    name: str
    cmake: str
    line: int
    program: str = ""
    deps: dict = field(default_factory=dict)
    test_deps: dict = field(default_factory=dict)
    assets: list = field(default_factory=list)


def tokens(text):
    """The words of a CMake file as (word, line), without comments and quotes."""
    line, seen = 1, 0
    for match in TOKEN.finditer(text):
        line += text.count("\n", seen, match.start())
        seen = match.start()
        word = match.group()
        if not word.startswith("#"):
            yield word.strip('"'), line


def modules(root, paths):
    """folder -> Module, of every CMakeLists.txt among the paths."""
    found = {}
    for path in paths:
        if os.path.basename(path) != "CMakeLists.txt":
            continue
        words = list(tokens(read(root, path)))
        for i, (word, line) in enumerate(words):
            if word == "trayline_module" and words[i + 1 : i + 2] and words[i + 1][0] == "(":
                module = Module(os.path.dirname(path), "", path, line)
                _fill(module, words[i + 2 :])
                found[module.folder] = module
    return found


def _fill(module, words):
    keyword = ""
    for word, line in words:
        if word == ")":
            return
        if word in KEYWORDS:
            keyword = word
        elif keyword == "NAME":
            module.name = word
        elif keyword == "PROGRAM":
            module.program = word
        elif keyword == "DEPS":
            module.deps[word] = line
        elif keyword == "TEST_DEPS":
            module.test_deps[word] = line
        elif keyword == "ASSETS":
            module.assets.append(os.path.normpath(os.path.join(module.folder, word)))
        elif keyword == "PAGES":
            module.assets.append(f"web/{word}/index.html")


def owner(path, folders):
    """The innermost of the folders that the path lies in, or ""."""
    folder = os.path.dirname(path)
    while folder and folder not in folders:
        folder = os.path.dirname(folder)
    return folder
