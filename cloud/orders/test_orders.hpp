// A store's snapshot with one order whose hold stands, and what its decisions send. For the tests
// of this module.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "cloud/orders/decide.hpp"
#include "cloud/orders/token.hpp"
#include "lib/base/random.hpp"
#include "lib/wire/catalogue.hpp"
#include "lib/wire/evidence.hpp"
#include "lib/wire/monitors.hpp"
#include "lib/wire/push.hpp"

namespace trayline::orders {

using namespace std::chrono_literals;
using wire::catalogue::Quote;
using wire::evidence::Acknowledge;

struct OneOrder {
  OneOrder() {
    settings.stations[{CoreId("c"), StationId("s")}] = {SiteId("main"), ScreenId("front")};
    settings.stations[{CoreId("c"), StationId("far")}] = {SiteId("other"), ScreenId("back")};
    settings.token_key = "key";
    Order order;
    order.id = OrderId("o1");
    order.code = "0011223344556677";
    order.user = UserId("ann");
    order.site = SiteId("main");
    order.state = State::authorised;
    order.total = Money{1200, *Currency::parse("EUR")};
    order.hold_minor = 1200;
    order.placed = now - 1min;
    order.lines = {{Sku("soup"), "Soup", 1, 500}, {Sku("roll"), "Roll", 2, 350}};
    put(order);
  }
  void put(const Order& order) {
    snapshot.orders.insert_or_assign(order.id, order);
    snapshot.by_code[order.code] = order.id;
  }
  Order& order() { return snapshot.orders.at(OrderId("o1")); }
  std::string code() { return sign_token({order().code, now + 1h}, "key"); }
  wire::orders::TraySeen tray(std::vector<std::pair<std::string, int>> items,
                              bool with_code = true) {
    wire::Prediction p;
    p.id = PredictionId(uuid7(now, random));
    p.core = CoreId("c");
    p.station = StationId("s");
    p.visit = VisitId("visit-1");
    p.number = ++number;
    p.verdict = wire::Verdict::confident;
    for (const auto& [sku, count] : items) {
      p.items.push_back({Sku(sku), count, 0.95, 3.0, std::nullopt, 0, {}});
    }
    if (with_code) p.codes = {code()};
    return {p, "hash-" + p.id.value};
  }
  wire::orders::TraySeen right_tray() {
    return tray({{"soup", 1}, {"roll", 2}});
  }  // Decides and applies, as the host does.
  Decision see(const wire::orders::TraySeen& seen) {
    Decision d = decide_tray(snapshot, settings, seen, now);
    if (d.placed) put(*d.placed);
    if (d.changed) put(*d.changed);
    if (d.visit) snapshot.visits[d.visit->first] = d.visit->second;
    if (d.kept) {
      const wire::Prediction& p = d.kept->prediction;
      snapshot.predictions[{p.core, p.id}] = {d.kept->hash, d.kept->order};
    }
    return d;
  }
  Decision hear(const wire::orders::HoldResult& result) {
    Decision d = decide_hold(snapshot, settings, result, now);
    if (d.changed) put(*d.changed);
    return d;
  }
  template <class M, class In = wire::payments::In>
  static std::vector<M> sent(const Decision& d) {
    std::vector<M> found;
    for (const host::Message& m : d.out.messages) {
      const In* in = std::any_cast<In>(&m.body);
      if (in != nullptr && std::holds_alternative<M>(*in)) found.push_back(std::get<M>(*in));
    }
    return found;
  }
  static auto captures(const Decision& d) { return sent<wire::payments::Capture>(d); }
  static auto acks(const Decision& d) { return sent<Acknowledge, wire::evidence::In>(d); }
  static auto raises(const Decision& d) { return sent<wire::payments::Raise>(d); }
  static auto holds(const Decision& d) { return sent<wire::payments::Hold>(d); }
  static auto voids(const Decision& d) { return sent<wire::payments::Void>(d); }
  static auto quotes(const Decision& d) { return sent<Quote, wire::catalogue::In>(d); }
  // What goes back to the stock, by SKU.
  static std::map<std::string, std::int64_t> back(const Decision& d) {
    std::map<std::string, std::int64_t> sum;
    for (const auto& m : sent<wire::catalogue::AdjustStock, wire::catalogue::In>(d)) {
      for (const wire::SkuCount& item : m.back) sum[item.sku.value] += item.count;
    }
    std::erase_if(sum, [](const auto& entry) { return entry.second == 0; });
    return sum;
  }
  static std::string refused(const Decision& d) {
    if (d.out.replies.size() != 1) return "no answer";
    const auto& problem = d.out.replies[0].answer.problem;
    return problem ? problem->type : "";
  }
  static std::string shown(const Decision& d) {
    const auto all = sent<wire::monitors::Show, wire::monitors::In>(d);
    return all.empty() ? "" : all.back().state.status;
  }

  Time now = from_ms(1'700'000'000'000);
  SeededRandom random{1};
  Settings settings;
  Snapshot snapshot;
  std::int64_t number = 0;
};

}  // namespace trayline::orders
