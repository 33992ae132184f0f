# The layers of the product as rules: which module may see which, and what a header may show. Pure:
# folders in, reasons out. layers.py reads the tree and asks here.
STD = set(
    """algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv
chrono cinttypes climits clocale cmath codecvt compare complex concepts condition_variable coroutine
csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque
exception execution expected filesystem format forward_list fstream functional future
initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex
scoped_allocator semaphore set shared_mutex source_location span sstream stack stdexcept stop_token
streambuf string string_view strstream syncstream system_error thread tuple type_traits typeindex
typeinfo unordered_map unordered_set utility valarray variant vector version assert.h ctype.h
errno.h float.h inttypes.h limits.h math.h setjmp.h signal.h stdarg.h stddef.h stdint.h stdio.h
stdlib.h string.h time.h""".split()
)
STD.add("sys/types.h")  # POSIX names of plain integers, such as pid_t
HEADER_EXCEPTIONS = {("lib/base/result.hpp", "tl/expected.hpp")}
# A library that one module hides from all others (tests apart).
SEAMS = {
    "sqlite3.h": "lib/store",
    "libpq-fe.h": "lib/store",
    "curl/": "lib/http",
    "openssl/ssl.h": "lib/bus",
    "boost/beast": "lib/http",
}
SEES_ALL = {"standalone", "tests", "fuzz", "bench"}
TREES = {"lib", "cloud", "edge", "infra", "sim"} | SEES_ALL
FUNCTIONS = {"edge/camera", "edge/screen"}
FUNCTION_SEES = {"edge/sdk", "lib/base", "lib/wire", "lib/config"}
# Folders of edge/ that see exactly this; any other folder there is a function like FUNCTION_SEES.
RULES = {
    "edge/vision": {"lib/base"},
    "edge/gallery": {"lib/base", "lib/store", "edge/vision"},
    "edge/camera": FUNCTION_SEES | {"lib/store", "edge/vision", "edge/gallery"},
    "edge/screen": FUNCTION_SEES | {"lib/http", "lib/loop"},
}


def top(folder):
    return folder.split("/")[0]


def service(folder):
    """The folder that is deployed as one: cloud/payments of cloud/payments/stripe."""
    return "/".join(folder.split("/")[:2])


def hidden_in(header):
    """The one module that may include this third-party header, or None."""
    return next((home for prefix, home in SEAMS.items() if header.startswith(prefix)), None)


def forbidden(a, b, test=False):
    """Why a may not see b, and what to do; None if it may. test: only the tests of a see b."""
    ta, tb = top(a), top(b)
    if tb in SEES_ALL and ta != tb:
        return f"nothing sees {tb}/; move what both need below them"
    if ta in SEES_ALL:
        return None
    if tb == "sim":
        return "only standalone/ and tests/ see sim/; test with the seam's in-memory implementation"
    if a == "lib/base":
        return "lib/base is below everything; what needs more becomes a module of its own"
    if ta == "lib" and tb != "lib":
        return f"lib/ never sees {tb}/; what both need belongs into lib/"
    if ta == "infra" and tb not in ("lib", "infra"):
        return "infra/ sees lib/ only"
    if ta == "sim" and tb != "lib" and b not in ("edge/vision", "edge/gallery"):
        return "sim/ sees lib/, edge/vision and edge/gallery only"
    if ta == "cloud":
        return _forbidden_cloud(a, b)
    if ta == "edge":
        return _forbidden_edge(a, b, test)
    return None


def _forbidden_cloud(a, b):
    if top(b) in ("edge", "infra"):
        return f"cloud/ and {top(b)}/ meet only in lib/wire; put the message there"
    if top(b) == "cloud" and a != "cloud" and service(a) != service(b):
        return "services know each other only by the messages in lib/wire; send one instead"
    return None


def _forbidden_edge(a, b, test):
    if top(b) in ("cloud", "infra"):
        return f"edge/ and {top(b)}/ meet only in lib/wire; put the message there"
    if a == "edge" or (test and top(b) == "lib"):
        return None
    if b == "edge":
        return "edge/ itself only wires its folders; nothing sees it"
    if a == "edge/agent":
        return (
            "the agent sees no function; it serves them by its socket" if b in FUNCTIONS else None
        )
    if a == "edge/sdk":
        return "edge/sdk sees lib/ only" if top(b) == "edge" else None
    sees = RULES.get(a, FUNCTION_SEES)
    return None if b in sees else f"{a} sees only {', '.join(sorted(sees))}"
