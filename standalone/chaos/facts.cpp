#include "standalone/chaos/facts.hpp"

#include <chrono>
#include <filesystem>
#include <thread>

#include "lib/http/client.hpp"
#include "lib/store/sqlite.hpp"
#include "standalone/chaos/database.hpp"

namespace trayline::chaos {
namespace {

// Read only, of tables that belong to others; what a campaign asks of them stands here.
constexpr const char* kPredictions = "SELECT id FROM orders_predictions";
constexpr const char* kMonitors =
    "SELECT core, screen, CAST(version AS text) AS version,"
    " COALESCE(CAST(painted AS text), '') AS painted FROM monitors_screens";
constexpr store::Statement kWaiting{"chaos.waiting", "SELECT key FROM agent_outbox", ""};
constexpr store::Statement kQuarantined{"chaos.quarantined", "SELECT key FROM agent_quarantine",
                                        ""};
constexpr std::size_t kLedgerBytesMax = 64u << 20;
constexpr int kRefusedMost = 30;                // times in a row
constexpr std::chrono::seconds kRefusedFor{1};  // as the API's Retry-After says

Result<void> add_column(store::Session& session, const store::Statement& statement,
                        const char* column, std::set<std::string>& out) {
  const Result<store::Answer> rows = session.run(statement);
  if (!rows) return fail(rows.error());
  for (const store::Row& row : *rows) out.insert(row.text(column));
  return {};
}

// A long list meets the API's limits: what is refused for now is asked for again.
Result<Json> get(const std::string& url, const http::Headers& headers) {
  http::ClientRequest request;
  request.url = url;
  request.headers = headers;
  Result<http::Response> response = http::fetch(request);
  for (int i = 0; i < kRefusedMost && response && response->status == 429; ++i) {
    std::this_thread::sleep_for(kRefusedFor);
    response = http::fetch(request);
  }
  if (!response) return fail(response.error());
  if (response->status == 404) return fail(Code::not_found, url);
  if (response->status != 200) {
    return fail(Code::unavailable, url + ": " + std::to_string(response->status));
  }
  JsonLimits limits;
  limits.bytes_max = kLedgerBytesMax;
  return parse_json(response->body, limits);
}

}  // namespace

Result<void> Archive::collect(Facts& facts, const std::vector<std::string>& tokens) const {
  if (auto done = collect_orders(facts, tokens); !done) return done;
  if (auto done = collect_charges(facts); !done) return done;
  if (auto done = collect_predictions(facts); !done) return done;
  return collect_monitors(facts);
}

// By pages: order by order the customers would reach the API's limits.
Result<void> Archive::collect_orders(Facts& facts, const std::vector<std::string>& tokens) const {
  for (const std::string& token : tokens) {
    std::string cursor;
    do {
      const std::string query = cursor.empty() ? "" : "&cursor=" + cursor;
      const Result<Json> page = get(stage_.cloud_url(0) + "/v1/orders?limit=100" + query,
                                    {{"Authorization", "Bearer " + token}});
      if (!page) return fail(page.error());
      for (const Json& order : *page->at("data")->as_array()) {
        const Json* total = order.at("total");
        facts.orders[order.text_at("id")] = {order.text_at("state"),
                                             total == nullptr ? 0 : total->int_at("amount_minor")};
      }
      cursor = page->text_at("next_cursor");
    } while (!cursor.empty());
  }
  return {};
}

Result<void> Archive::collect_charges(Facts& facts) const {
  const Result<Json> ledger = get(stage_.stripe_url() + "/_sim/charges", {});
  if (!ledger) return fail(ledger.error());
  const Json* charges = ledger->at("charges");
  if (charges == nullptr || charges->as_array() == nullptr) {
    return fail(Code::unavailable, "the simulator's ledger has no charges");
  }
  for (const Json& charge : *charges->as_array()) {
    ChargeFact& fact = facts.charges[charge.text_at("order")];
    ++fact.times;
    fact.minor += charge.int_at("captured") - charge.int_at("refunded");
  }
  return {};
}

Result<void> Archive::collect_predictions(Facts& facts) const {
  const Result<Table> answered = ask_cloud(stage_, kPredictions, {"id"});
  if (!answered) return fail(answered.error());
  for (const auto& row : *answered) facts.answered.insert(row[0]);
  for (const Core& core : stage_.cores) {
    const auto outbox = store::open_sqlite_reader(core.outbox);
    if (!outbox) return fail(outbox.error());
    if (auto done = add_column(**outbox, kWaiting, "key", facts.waiting); !done) return done;
    if (auto done = add_column(**outbox, kQuarantined, "key", facts.quarantined); !done) {
      return done;
    }
  }
  return {};
}

Result<void> Archive::collect_monitors(Facts& facts) const {
  const Result<Table> rows = ask_cloud(stage_, kMonitors, {"core", "screen", "version", "painted"});
  if (!rows) return fail(rows.error());
  facts.monitors.clear();
  for (const auto& row : *rows) {
    ScreenFact& fact = facts.monitors[row[0] + "/" + row[1]];
    fact.version = std::stoll(row[2]);
    if (!row[3].empty()) fact.painted = std::stoll(row[3]);
  }
  return {};
}

}  // namespace trayline::chaos
