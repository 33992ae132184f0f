// Over CLI11 (https://github.com/CLIUtils/CLI11).
#include "lib/command/command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string_view>

#include "lib/base/json.hpp"

namespace trayline::command {
namespace {

struct Reached {
  const CLI::App* app;
  std::string name;
};

Reached reached(const CLI::App& app) {
  Reached at{&app, app.get_name()};
  while (!at.app->get_subcommands().empty()) {
    at.app = at.app->get_subcommands().back();
    at.name += " " + at.app->get_name();
  }
  return at;
}

// Where a subcommand is required and was not named: which there are.
std::string choice(const CLI::App& app) {
  std::string names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    names += (names.empty() ? "" : ", ") + sub->get_name();
  }
  for (const std::string& word : app.remaining()) {
    if (!word.starts_with("-")) return "there is no \"" + word + "\"; these are: " + names;
  }
  return "a subcommand is required, one of: " + names;
}

}  // namespace

tl::unexpected<Failure> failed(std::string command, Error error, int status) {
  return tl::unexpected<Failure>(Failure{std::move(command), std::move(error), status});
}

std::optional<Outcome> parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& mistake) {
    if (mistake.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
      return app.exit(mistake);
    }
    const auto [at, name] = reached(app);
    const bool chooses = at->get_require_subcommand_min() > 0 &&
                         mistake.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
    const std::string what = chooses ? choice(*at) : mistake.what();
    return failed(name, {Code::invalid_argument, what + "; see " + name + " --help"}, kUsage);
  }
}

int finish(const Outcome& outcome, int argc, char** argv) {
  if (outcome) return *outcome;
  const auto& [command, error, status] = outcome.error();
  std::fprintf(stderr, "%s: %s\n", command.c_str(), error.detail.c_str());
  const bool json = std::any_of(argv, argv + argc, [](std::string_view argument) {
    return argument == "--json" || argument.starts_with("--json=");
  });
  if (json) {
    std::puts(Json::object({{"error", error.detail},
                            {"code", to_string(error.code)},
                            {"command", command},
                            {"status", status}})
                  .dump()
                  .c_str());
  }
  return status;
}

}  // namespace trayline::command
