// trayline: the one command of the product. Dispatches to its subcommands.
#include <cstdio>
#include <string>
#include <string_view>

#include "cloud/cloud.hpp"
#include "standalone/audit/audit.hpp"
#include "standalone/bench/bench.hpp"
#include "standalone/commands.hpp"
#include "standalone/database/command.hpp"
#include "standalone/places/version.hpp"
#include "standalone/simulate/simulate.hpp"
#include "standalone/up/up.hpp"

namespace {

struct Command {
  std::string_view name;
  int (*run)(int, char**);
  std::string_view says;
};

constexpr Command kCommands[] = {
    {"up", trayline::up::main_of_up, "starts a whole store on this machine and plays its stories"},
    {"cloud", trayline::cloud::main_of_cloud, "runs all services of the cloud in one process"},
    {"core", trayline::standalone::main_of_core, "makes cores: keys, certificates, names"},
    {"vision", trayline::standalone::main_of_vision,
     "enrols and recognises items on your pictures"},
    {"replay", trayline::standalone::main_of_replay, "looks again at the tray of an order"},
    {"doctor", trayline::standalone::main_of_doctor, "says what this machine is like"},
    {"audit", trayline::audit::main_of_audit, "compares ledger, orders and the provider's books"},
    {"settlement", trayline::audit::main_of_settlement, "says what a day brought, per site"},
    {"migrate", trayline::database::main_of_migrate, "brings the store's tables to this version"},
    {"backup", trayline::database::main_of_backup, "writes the store into one file"},
    {"restore", trayline::database::main_of_restore, "makes the store what a backup says"},
    {"move", trayline::database::main_of_move, "moves the store between SQLite and PostgreSQL"},
    {"bench", trayline::bench::main_of_bench, "measures"},
    {"simulate", trayline::simulate::main_of_simulate,
     "plays days in which everything goes wrong, and checks what must hold"},
};

// The library that reads command lines has a status for every kind of mistake in them, 100 to 127.
int status_of(int status) { return status >= 100 && status <= 127 ? 2 : status; }

void print_help(std::FILE* out) {
  std::fputs("trayline COMMAND ARGUMENTS: a camera over a counter as a checkout.\n\n", out);
  for (const Command& command : kCommands) {
    std::fprintf(out, "  %-10s %s\n", command.name.data(), command.says.data());
  }
  std::fputs(
      "\ntrayline COMMAND --help says more. Example: trayline up --once\n"
      "trayline --version prints the version.\n",
      out);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  if (name == "--version") {
    std::printf("trayline %s\n", std::string(trayline::kVersion).c_str());
    return 0;
  }
  if (name.empty() || name == "--help" || name == "-h" || name == "help") {
    print_help(name.empty() ? stderr : stdout);
    return name.empty() ? 2 : 0;
  }
  for (const Command& command : kCommands) {
    if (command.name == name) return status_of(command.run(argc - 1, argv + 1));
  }
  std::fprintf(stderr, "trayline: there is no command \"%s\"\n\n", argv[1]);
  print_help(stderr);
  return 2;
}
