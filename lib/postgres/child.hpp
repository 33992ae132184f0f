// A child process for what this module runs. Private to it.
#pragma once
#include <sys/types.h>

#include "lib/postgres/programs.hpp"

namespace trayline::postgres {

// Starts it with these files as standard output and error, which stay open here. It gets
// death_signal when the thread that starts it ends.
Result<pid_t> spawn(const Run& what, int out, int error, int death_signal);

}  // namespace trayline::postgres
