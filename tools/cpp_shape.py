# Measures functions in C++ text: where each begins, its lines, its parameters. A brace scan, no
# parser: it follows our formatting, and is wrong only about code that clang-format would change.
import re
from dataclasses import dataclass

NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z])'(?:\\.|[^'\\\n])+'"
    r"|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
    re.S | re.M,
)
CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b(?!.*\)\s*$)", re.S)
NO_NAME = {
    "decltype",
    "noexcept",
    "requires",
    "alignas",
    "if",
    "for",
    "while",
    "switch",
    "catch",
    "return",
    "sizeof",
    "static_assert",
    "__attribute__",
    "explicit",
    "defined",
    "co_await",
}
CALL = re.compile(r"(operator\s*\S{1,3}|~?[A-Za-z_]\w*)\s*(?:<[^<>()]*>\s*)?\(")


@dataclass
class Function:
    name: str
    line: int
    lines: int
    parameters: int


def blank(text):
    """The text with comments, strings and preprocessor lines turned to spaces; lines stay."""
    return NOISE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def functions(text):
    """Every function that the text defines or declares outside of function bodies."""
    text = blank(text)
    found, at, start, closers = [], 0, 0, []
    while at < len(text):
        char = text[at]
        if char in "([":
            at = closing(text, at)
        elif char == ";":
            _add(found, text, start, at)
            start = at + 1
        elif char == "}":
            start = at + 1
        elif char == "{":
            head = text[start:at]
            if _initialises(head):
                at = closing(text, at)
            elif CONTAINER.search(_without_template(head)) and "=" not in head.split("(")[0]:
                start = at + 1
            else:
                end = closing(text, at)
                _add(found, text, start, end)
                at, start = end, end + 1
        at += 1
    return found


def closing(text, at):
    """Position of the bracket that closes the one at `at`, or the end."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] in "([{") - (text[i] in ")]}")
        if depth == 0:
            return i
    return len(text) - 1


def _initialises(head):
    """Whether a brace after this head is a value: a member's in a constructor, or a variable's."""
    before = head.rstrip()
    if re.search(r"\)\s*(noexcept\s*)?:[^:]", head) and re.search(r"[\w>]$", before):
        return True
    return bool(re.search(r"(=|,|\breturn)$", before)) and "operator" not in before[-14:]


def _without_template(head):
    return re.sub(r"template\s*<.*?>\s*(?=\w)", "", head, flags=re.S)


def _add(found, text, start, end):
    head = text[start : end + 1]
    start += len(head) - len(head.lstrip())
    head = head.lstrip()
    for call in CALL.finditer(_without_template(head)):
        head = _without_template(head)
        before = head[: call.start()]
        if call.group(1) in NO_NAME or "{" in before:
            continue
        if "=" in re.sub(r"operator\s*\S+", "", before):
            return
        opens = call.end() - 1
        inner = head[opens + 1 : closing(head, opens)]
        line = text.count("\n", 0, start) + 1
        found.append(
            Function(
                call.group(1).strip(), line, text.count("\n", start, end) + 1, _parameters(inner)
            )
        )
        return


def _parameters(inner):
    if inner.strip() in ("", "void"):
        return 0
    depth, count = 0, 1
    for i, char in enumerate(inner):
        if char in "([{" or (char == "<" and i and (inner[i - 1].isalnum() or inner[i - 1] == "_")):
            depth += 1
        elif char in ")]}" or (char == ">" and depth and inner[i - 1] != "-"):
            depth -= 1
        elif char == "," and depth == 0:
            count += 1
    return count
