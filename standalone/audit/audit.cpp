#include "standalone/audit/audit.hpp"

#include "cloud/gather_books.hpp"
#include "cloud/open_store.hpp"
#include "standalone/places/places.hpp"

namespace trayline::audit {
Result<cloud::Settings> settings_of(const Options& options) {
  std::string config = options.config;
  if (config.empty()) {
    Result<std::string> found = places::find_cloud_config(options.state);
    if (!found) return fail(found.error());
    config = std::move(*found);
  }
  return cloud::load_settings(config);
}

Result<payments::AuditReport> audit(const Options& options) {
  const Result<cloud::Settings> settings = settings_of(options);
  if (!settings) return fail(settings.error());
  const auto session = cloud::open_reader(*settings);
  if (!session) return fail(session.error());
  if (auto ours = cloud::must_be_ours(**session, cloud::store_name(*settings)); !ours)
    return fail(ours.error());
  payments::AuditReport report;
  // The cloud may move between two statements: what differs is looked at again.
  for (int looks = 0; looks < payments::kCompareLooks; ++looks) {
    Result<payments::Books> books = cloud::gather_books(**session);
    if (!books) return fail(books.error());
    if (options.provider) {
      auto theirs = ask_provider(settings->payments);
      if (!theirs) return fail(theirs.error());
      books->provider = std::move(*theirs);
    }
    report = payments::audit(*books);
    if (report.ok()) break;
  }
  return report;
}

std::string to_text(const payments::AuditReport& report) {
  std::string text = std::to_string(report.payments) + " payments, " +
                     std::to_string(report.transfers) + " transfers\n";
  for (const auto& [account, minor] : report.balances) {
    text += "  " + account + ": " + std::to_string(minor) + "\n";
  }
  for (const payments::Finding& finding : report.findings) {
    text += "differs: " + finding.kind + " " + finding.about + ": " + finding.words + "\n";
  }
  if (report.ok()) text += "all books agree\n";
  return text;
}

Json to_json(const payments::AuditReport& report) {
  Json::Array findings;
  for (const payments::Finding& finding : report.findings) {
    findings.push_back(Json::object({{"kind", finding.kind},
                                     {"about", finding.about},
                                     {"words", finding.words},
                                     {"difference_minor", finding.difference_minor}}));
  }
  Json::Object balances;
  for (const auto& [account, minor] : report.balances) balances.set(account, minor);
  return Json::object({{"ok", report.ok()},
                       {"difference_minor", report.difference_minor},
                       {"payments", report.payments},
                       {"transfers", report.transfers},
                       {"balances", Json(std::move(balances))},
                       {"findings", std::move(findings)}});
}

}  // namespace trayline::audit
