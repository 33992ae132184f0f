#!/usr/bin/env python3
# Looks into the compiled modules that `trayline simulate` plays for one that reads a clock or
# random numbers by itself: whoever needs them is given them, and so a seed is a whole history.
# Takes the folder of the build.
import pathlib
import re
import shutil
import subprocess
import sys

# What the simulator plays, and what that is made of. lib/http and lib/loop are linked and have no
# part in it.
FOLDERS = ("lib/base", "lib/bus", "lib/host", "lib/store", "lib/verify", "lib/wire", "lib/zone",
           "cloud", "edge/agent", "edge/screen", "sim/stripe", "standalone/simulate")
ASKED = re.compile(
    r"clock_gettime|gettimeofday|timespec_get|time|clock|(localtime|gmtime)(_r)?"
    r"|u?sleep|nanosleep|rand(_r|om)?|[dl]rand48|getrandom|getentropy|arc4random\w*"
    r"|RAND_(priv_)?bytes|_ZNSt13random_device\w+"
    r"|_ZNSt6chrono3_V21[0-9](system|steady)_clock3nowEv")
# Who may, and why. The simulator has something else in the place of each of these.
ALLOWED = {
    "lib/base/system": "the clock and the random numbers that everybody is given",
    "lib/base/log": "when a line was written; the simulator writes none",
    "lib/host/host": "waits for the queue with a deadline; a tick of the simulator does not",
    "lib/store/pg_connection": "a connection to PostgreSQL: how long an answer is waited for",
    "lib/store/pg_signals": "a connection to PostgreSQL",
    "lib/store/postgres": "a connection to PostgreSQL",
    "standalone/simulate/simulate": "what a campaign cost in real time",
}


def main(build):
    if shutil.which("nm") is None:
        print("skipped: nm is absent")
        return 0
    objects = [path.relative_to(build).as_posix() for folder in FOLDERS
               for path in sorted((build / folder).rglob("*.cpp.o"))]
    objects = [path for path in objects if "_test.dir/" not in path]
    symbols = subprocess.run(["nm", "-uA", *objects], cwd=build, check=True, capture_output=True,
                             text=True).stdout if objects else ""
    problems, asking = [], set()
    for line in symbols.splitlines():  # "folder/CMakeFiles/target.dir/x.cpp.o:      U name@VERSION"
        path, symbol = line.split(":", 1)[0], line.split()[-1].split("@")[0]
        name = re.sub(r"CMakeFiles/[^/]*\.dir/|\.cpp\.o$", "", path)
        if not ASKED.fullmatch(symbol):
            continue
        asking.add(name)
        if name not in ALLOWED:
            problems.append(f"{name}.cpp asks for {symbol}: take a Clock or a Random")
    if objects:
        problems += [f"{name}.cpp asks for nothing any more: take it out of this list"
                     for name in ALLOWED if name not in asking]
    print("\n".join(problems + [f"clocks: {len(objects)} objects, {len(problems)} problems"]))
    return 1 if problems or not objects else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
