// The command lines of `trayline migrate`, `backup`, `restore` and `move`.
#pragma once
#include "lib/command/command.hpp"

namespace trayline::database {

// Each takes its own name as argv[0]. 0: done; 1: it failed; 2: the command line.
command::Outcome main_of_migrate(int argc, char** argv);
command::Outcome main_of_backup(int argc, char** argv);
command::Outcome main_of_restore(int argc, char** argv);
command::Outcome main_of_move(int argc, char** argv);

}  // namespace trayline::database
