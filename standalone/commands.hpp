// The subcommands of `trayline` that are a few lines around a library: core, vision, replay,
// doctor.
#pragma once
#include "lib/command/command.hpp"

namespace trayline::standalone {

// Each takes its own name as argv[0]. 0: done; 1: it failed; 2: the command line.
command::Outcome main_of_core(int argc, char** argv);
command::Outcome main_of_vision(int argc, char** argv);
command::Outcome main_of_replay(int argc, char** argv);
command::Outcome main_of_doctor(int argc, char** argv);

}  // namespace trayline::standalone
