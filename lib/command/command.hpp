// How a command line is read, and how it ends: one shape of failures for all commands.
// For the main thread.
#pragma once
#include <optional>
#include <string>

#include "lib/base/result.hpp"

namespace CLI {
class App;
}

namespace trayline::command {

inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;  // the command line itself

struct Failure {
  std::string command;  // "trayline core create"
  Error error;
  int status = kFailed;
};

// The exit status of a command that has printed what it had to print, or why there is nothing.
using Outcome = tl::expected<int, Failure>;

// `return failed("trayline backup", error)`.
tl::unexpected<Failure> failed(std::string command, Error error, int status = kFailed);

// Reads the arguments into what app's options name. None: the command may run. Otherwise it is
// over:
// --help was asked for and is printed, or a failure with kUsage that is named after the innermost
// command that was reached; where a subcommand is missing or unknown, it lists those there are.
std::optional<Outcome> parse(CLI::App& app, int argc, char** argv);

// The exit status of the program. A failure is one line on standard error, and, where --json is
// among the arguments, one line on standard output as well:
// {"error":"there is no store","code":"not_found","command":"trayline backup","status":1}
int finish(const Outcome& outcome, int argc, char** argv);

}  // namespace trayline::command
