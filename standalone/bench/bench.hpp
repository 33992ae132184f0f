// `trayline bench`: figures with one JSON object per line and row.
#pragma once
#include "lib/command/command.hpp"

namespace trayline::bench {

command::Outcome main_of_bench(int argc, char** argv);

}  // namespace trayline::bench
