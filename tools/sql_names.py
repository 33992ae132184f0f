# Finds the tables that an SQL text names, and those that it creates. A scanner of tokens, no
# parser: it knows where a table stands in our statements, and nothing else.
import re

SPACE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.S)
TOKEN = re.compile(r'"[^"]+"|[A-Za-z_][A-Za-z_0-9$]*|\S')
CTE = re.compile(r"\b(\w+)\s*(?:\([^()]*\))?\s+as\s+(?:not\s+)?(?:materialized\s*)?\(", re.I)
CREATED = ("table", "view")
BEFORE_TABLE = {
    "from",
    "join",
    "into",
    "update",
    "table",
    "view",
    "references",
    "using",
    "truncate",
}
SKIPPED = {
    "if",
    "not",
    "exists",
    "only",
    "or",
    "ignore",
    "replace",
    "abort",
    "rollback",
    "fail",
    "lateral",
}
NO_TABLE = {"on", "set", "select", "values", "skip", "nowait", "of", "as", "unnest"}
ENDS_ITEM = {
    "where",
    "group",
    "order",
    "on",
    "join",
    "left",
    "inner",
    "cross",
    "set",
    "returning",
    "limit",
    "union",
    "using",
    "natural",
    "full",
    "right",
    "having",
    "for",
    "window",
}


def blank(text):
    """The text without comments and string contents; every line stays where it is."""
    return SPACE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def statements(text):
    """The number of statements in a text that holds no trigger body."""
    return sum(1 for part in blank(text).split(";") if part.strip())


def scan(text):
    """(named, created): dicts table -> line of its first mention, names in lower case."""
    clean = blank(text)
    words = _words(clean)
    ctes = {m.group(1).lower() for m in CTE.finditer(clean)}
    named, created = {}, {}
    for i, (word, _) in enumerate(words):
        if not _announces(words, i):
            continue
        for at in _tables(words, i):
            name, line = words[at]
            if name in ctes:
                continue
            named.setdefault(name, line)
            if word in CREATED and _creates(words, i):
                created.setdefault(name, line)
    return named, created


def mentions(text):
    """Every identifier of the text: dict name -> first line."""
    found = {}
    for word, line in _words(blank(text)):
        found.setdefault(word, line)
    return found


def _words(clean):
    words, line, seen = [], 1, 0
    for match in TOKEN.finditer(clean):
        line += clean.count("\n", seen, match.start())
        seen = match.start()
        words.append((match.group().strip('"').lower(), line))
    return words


def _announces(words, i):
    word = words[i][0]
    before = words[i - 1][0] if i else ""
    if word == "on":  # create [unique] index x on t, create trigger ... on t
        start = max((j for j in range(i) if words[j][0] == ";"), default=-1) + 1
        head = [w for w, _ in words[start:i]]
        return head[:1] == ["create"] and ("index" in head[:3] or "trigger" in head[:4])
    if word == "from" and before == "distinct":  # is [not] distinct from
        return i >= 2 and words[i - 2][0] not in ("is", "not")
    if word == "update" and before in ("for", "do", "before", "after", "or", "on"):
        return False
    if word == "using":  # delete ... using t, not join ... using (column), raise ... using errcode
        return i + 1 < len(words) and words[i + 1][0] not in ("(", "errcode")
    return word in BEFORE_TABLE


def _creates(words, i):
    return any(words[j][0] == "create" for j in range(max(0, i - 3), i))


def _tables(words, i):
    """Positions of the table names after the keyword at i; FROM may hold several."""
    at, many = i + 1, words[i][0] in ("from", "using")
    while at < len(words):
        while at < len(words) and words[at][0] in SKIPPED:
            at += 1
        if at >= len(words):
            return
        name = words[at][0]
        call = many and at + 1 < len(words) and words[at + 1][0] == "("
        if re.match(r"[a-z_]", name) and name not in NO_TABLE and not call:
            yield at
        if not many:
            return
        at = _after_item(words, at)


def _after_item(words, at):
    """Where the next item of a FROM list begins, or the end."""
    depth = 0
    while at < len(words):
        word = words[at][0]
        depth += (word == "(") - (word == ")")
        if depth < 0 or (depth == 0 and (word == ";" or word in ENDS_ITEM)):
            return len(words)
        if depth == 0 and word == ",":
            return at + 1
        at += 1
    return at
