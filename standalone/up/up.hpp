// `trayline up`: the whole store on one machine with one command.
#pragma once
#include "lib/command/command.hpp"

namespace trayline::up {

// 0: all is well, or ended by Ctrl-C after it was; 130: by Ctrl-C before; 1: a story failed or
// something could not be started; 2: the command line.
command::Outcome main_of_up(int argc, char** argv);

}  // namespace trayline::up
