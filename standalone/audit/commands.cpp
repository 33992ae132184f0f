// The command lines of audit and settlement.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

#include "cloud/open_store.hpp"
#include "cloud/payments/settlement.hpp"
#include "cloud/store_file.hpp"
#include "standalone/audit/audit.hpp"
#include "standalone/up/state_folder.hpp"

namespace trayline::audit {
namespace {

int failed(const char* command, const Error& error) {
  std::fprintf(stderr, "trayline %s: %s\n", command, error.detail.c_str());
  return 1;
}

struct Wanted {
  Options books;
  std::string day;
  std::string site;
  std::string csv;
  std::string html;
  bool json = false;
};

Result<void> write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (!file) return fail(Code::unavailable, path + " cannot be written");
  return {};
}

Result<std::vector<payments::Settlement>> settle(const Wanted& wanted) {
  const Result<zone::Day> day = payments::parse_day(wanted.day);
  if (!day) return fail(day.error());
  const Result<cloud::Settings> settings = settings_of(wanted.books);
  if (!settings) return fail(settings.error());
  const Result<cloud::StoreFile> store = cloud::load_store(settings->store_file);
  if (!store) return fail(store.error());
  const auto session = cloud::open_reader(*settings);
  if (!session) return fail(session.error());
  const payments::SiteZones zones{{store->site.id, store->site.time_zone}};
  return payments::settle_day(**session, *day, zones, SiteId(wanted.site));
}

}  // namespace

int main_of_audit(int argc, char** argv) {
  CLI::App app(
      "Compares the books: the ledger's chain and sums, payments, orders, predictions and, with\n"
      "--provider, the payment provider's lists; exit status 1 where something differs.\n"
      "Example: trayline audit --provider --json",
      "trayline audit");
  Options options;
  options.state = up::default_state_dir();
  bool json = false;
  app.add_option("--state", options.state, "Folder of the store")->capture_default_str();
  app.add_option("--config", options.config, "cloud.toml, where it is not in the state folder");
  app.add_flag("--provider", options.provider, "Ask the payment provider too");
  app.add_flag("--json", json, "One JSON object on the last line");
  CLI11_PARSE(app, argc, argv);
  const Result<payments::AuditReport> report = audit(options);
  if (!report) return failed("audit", report.error());
  std::fputs((json ? to_json(*report).dump() + "\n" : to_text(*report)).c_str(), stdout);
  return report->ok() ? 0 : 1;
}

int main_of_settlement(int argc, char** argv) {
  CLI::App app(
      "What a day of the site's clock brought: payments, gross, tax, paid back, disputed, net.\n"
      "Example: trayline settlement --day 2026-11-30 --csv november-30.csv",
      "trayline settlement");
  Wanted wanted;
  wanted.books.state = up::default_state_dir();
  app.add_option("--day", wanted.day, "Like 2026-11-30")->required();
  app.add_option("--site", wanted.site, "One site alone");
  app.add_option("--csv", wanted.csv, "Also write this file");
  app.add_option("--html", wanted.html, "Also write this page, to look at and to print");
  app.add_option("--state", wanted.books.state, "Folder of the store")->capture_default_str();
  app.add_option("--config", wanted.books.config, "cloud.toml, where it is elsewhere");
  app.add_flag("--json", wanted.json, "One JSON object");
  CLI11_PARSE(app, argc, argv);
  const auto lines = settle(wanted);
  if (!lines) return failed("settlement", lines.error());
  for (const auto& [path, content] :
       {std::pair{wanted.csv, payments::to_csv(wanted.day, *lines)},
        std::pair{wanted.html, payments::to_html(wanted.day, *lines)}}) {
    if (path.empty()) continue;
    if (Result<void> written = write_file(path, content); !written) {
      return failed("settlement", written.error());
    }
  }
  const std::string text = wanted.json ? payments::to_json(wanted.day, *lines).dump() + "\n"
                                       : payments::to_text(wanted.day, *lines);
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace trayline::audit
