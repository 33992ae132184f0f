// The command lines of audit and settlement.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "cloud/open_store.hpp"
#include "cloud/payments/settlement.hpp"
#include "cloud/store_file.hpp"
#include "lib/base/file.hpp"
#include "standalone/audit/audit.hpp"
#include "standalone/up/state_folder.hpp"

namespace trayline::audit {
namespace {

using command::failed;

constexpr int kNotLooked = 2;

struct Wanted {
  Options books;
  std::string day;
  std::string site;
  std::string csv;
  std::string html;
  bool json = false;
};

Result<void> write_file(const std::string& path, const std::string& content) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (!file) return fail(Code::unavailable, path + " cannot be written: " + why_not(errno));
  return {};
}

// A mistyped name must not read as a day without money. A site without payments is the file's
// alone.
Result<void> must_be_there(store::Session& session, const SiteId& configured, const SiteId& site) {
  Result<std::vector<SiteId>> sites = payments::sites_of(session);
  if (!sites) return fail(sites.error());
  sites->push_back(configured);
  std::set<std::string> names;
  for (const SiteId& one : *sites) names.insert(one.value);
  if (names.contains(site.value)) return {};
  return fail(Code::not_found, fmt::format("the store has no site \"{}\"; it has: {}", site.value,
                                           fmt::join(names, ", ")));
}

// Whether both name one file, whatever they call it.
bool same_file(const std::string& one, const std::string& other) {
  std::error_code failed;
  const auto whole = [&](const std::string& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, failed), failed);
  };
  return whole(one) == whole(other) || std::filesystem::equivalent(one, other, failed);
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
  if (auto ours = cloud::must_be_ours(**session, cloud::store_name(*settings)); !ours)
    return fail(ours.error());
  const SiteId site(wanted.site);
  if (!site.empty()) {
    if (auto there = must_be_there(**session, store->site.id, site); !there)
      return fail(there.error());
  }
  const payments::SiteZones zones{{store->site.id, store->site.time_zone}};
  return payments::settle_day(**session, *day, zones, site);
}

}  // namespace

command::Outcome main_of_audit(int argc, char** argv) {
  CLI::App app(
      "Compares the books: the ledger's chain and sums, payments, orders, predictions and, with\n"
      "--provider, the payment provider's lists. Exit status: 0 all agree, 1 something differs,\n"
      "2 the books could not be looked at.\n"
      "Example: trayline audit --provider --json",
      "trayline audit");
  Options options;
  options.state = up::default_state_dir();
  bool json = false;
  app.add_option("--state", options.state, "Folder of the store")->capture_default_str();
  app.add_option("--config", options.config, "cloud.toml, where it is not in the state folder");
  app.add_flag("--provider", options.provider, "Ask the payment provider too");
  app.add_flag("--json", json, "One JSON object on the last line");
  if (auto over = command::parse(app, argc, argv)) return *over;
  const Result<payments::AuditReport> report = audit(options);
  if (!report) return failed("trayline audit", report.error(), kNotLooked);
  std::fputs((json ? to_json(*report).dump() + "\n" : to_text(*report)).c_str(), stdout);
  return report->ok() ? 0 : 1;
}

command::Outcome main_of_settlement(int argc, char** argv) {
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
  if (auto over = command::parse(app, argc, argv)) return *over;
  if (!wanted.csv.empty() && !wanted.html.empty() && same_file(wanted.csv, wanted.html)) {
    return failed("trayline settlement",
                  {Code::invalid_argument, "--csv and --html name the same file, " + wanted.csv},
                  command::kUsage);
  }
  const auto lines = settle(wanted);
  if (!lines) return failed("trayline settlement", lines.error());
  for (const auto& [path, content] :
       {std::pair{wanted.csv, payments::to_csv(wanted.day, *lines)},
        std::pair{wanted.html, payments::to_html(wanted.day, *lines)}}) {
    if (path.empty()) continue;
    if (Result<void> written = write_file(path, content); !written) {
      return failed("trayline settlement", written.error());
    }
  }
  const std::string text = wanted.json ? payments::to_json(wanted.day, *lines).dump() + "\n"
                                       : payments::to_text(wanted.day, *lines);
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace trayline::audit
