// The books of a store on this machine, gathered for an audit.
#pragma once
#include <string>

#include "cloud/payments/audit.hpp"
#include "cloud/settings.hpp"
#include "lib/command/command.hpp"

namespace trayline::audit {

struct Options {
  std::string state;      // folder with one cloud.toml below it
  std::string config;     // or that file itself
  bool provider = false;  // ask the payment provider too
};

Result<cloud::Settings> settings_of(const Options& options);
// The provider's intents with an order of ours, and what was paid back of them. Waits for it.
Result<std::vector<payments::ProviderBook>> ask_provider(const cloud::PaymentsSettings& settings);
Result<payments::AuditReport> audit(const Options& options);
std::string to_text(const payments::AuditReport& report);
Json to_json(const payments::AuditReport& report);

// 0: all agrees; 1: something differs; 2: the books could not be looked at, or the command line.
command::Outcome main_of_audit(int argc, char** argv);
// 0: done; 1: it failed; 2: the command line.
command::Outcome main_of_settlement(int argc, char** argv);

}  // namespace trayline::audit
