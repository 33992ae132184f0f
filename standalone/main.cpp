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
  trayline::command::Outcome (*run)(int, char**);
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

void print_help(std::FILE* out) {
  std::fputs("trayline COMMAND ARGUMENTS: a camera over a counter as a checkout.\n\n", out);
  for (const Command& command : kCommands) {
    std::fprintf(out, "  %-10s %s\n", command.name.data(), command.says.data());
  }
  std::fputs(
      "\ntrayline COMMAND --help says more. Example: trayline up --once\n"
      "trayline --version prints the version.\n"
      "Exit status: 0 done, 1 not done, 2 a mistake in the command line; a command's --help says\n"
      "where it is another. With --json a failure is one object on standard output as well:\n"
      "{\"error\":\"...\",\"code\":\"not_found\",\"command\":\"trayline backup\",\"status\":1}\n",
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
  std::string names;
  for (const Command& command : kCommands) {
    if (command.name == name) {
      return trayline::command::finish(command.run(argc - 1, argv + 1), argc, argv);
    }
    names += (names.empty() ? "" : ", ") + std::string(command.name);
  }
  return trayline::command::finish(
      trayline::command::failed(
          "trayline",
          {trayline::Code::invalid_argument,
           "there is no command \"" + std::string(name) + "\"; these are: " + names},
          trayline::command::kUsage),
      argc, argv);
}
