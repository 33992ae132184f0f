#include "cloud/orders/service.hpp"

#include "cloud/orders/decide.hpp"
#include "cloud/orders/rows.hpp"
#include "cloud/orders/sql.hpp"
#include "cloud/orders/token.hpp"
#include "lib/wire/topics.hpp"

namespace trayline::orders {
namespace {

using wire::orders::In;

// What a batch needs from the store.
struct Wanted {
  store::Rows orders{4};  // kind, a, b, c
  store::Rows visits{3};
  store::Rows predictions{2};
  store::Rows numbers{1};
  store::Rows refunds{1};
  std::set<SiteId> open_sites;
  std::set<std::pair<UserId, SiteId>> customers;  // whose open orders are counted
};

void want(Wanted& wanted, const Settings& settings, const In& in) {
  const auto order = [&](const OrderId& id) { wanted.orders.add("id", id.value, "", ""); };
  if (const auto* seen = std::get_if<wire::orders::TraySeen>(&in)) {
    const wire::Prediction& p = seen->prediction;
    const auto station = settings.stations.find({p.core, p.station});
    wanted.orders.add("visit", p.core.value, p.station.value, p.visit.value);
    for (const std::string& code : p.codes) {
      if (const auto token = read_token(code, settings.token_key)) {
        wanted.orders.add("code", token->code, "", "");
      }
      const auto customer = read_customer(code, settings.token_key);
      if (customer && station != settings.stations.end()) {
        wanted.orders.add("user", customer->user.value, station->second.site.value, "");
        wanted.customers.emplace(customer->user, station->second.site);
      }
    }
    wanted.visits.add(p.core.value, p.station.value, p.visit.value);
    wanted.predictions.add(p.core.value, p.id.value);
    if (station == settings.stations.end()) return;
    const SiteId& site = station->second.site;
    if (p.codes.empty() && settings.match_without_code.contains(site)) {
      wanted.open_sites.insert(site);
    }
    if (settings.walk_up.contains(site)) wanted.numbers.add(site.value);
  } else if (const auto* place = std::get_if<wire::orders::Place>(&in)) {
    order(place->order);
    wanted.numbers.add(place->site.value);
    wanted.customers.emplace(place->user, place->site);
  } else {
    std::visit(
        [&](const auto& m) {
          if constexpr (requires { m.refund; }) wanted.refunds.add(m.refund.value);
          if constexpr (requires { m.order; }) order(m.order);
        },
        in);
  }
}

class OrdersService final : public host::LoadDecideSave<In, Snapshot, Decision> {
 public:
  explicit OrdersService(std::shared_ptr<const Settings> settings)
      : settings_(std::move(settings)) {}

  std::string_view name() const override { return wire::orders::kService; }
  const store::Migrations& migrations() const override { return sql::migrations; }

 protected:
  Result<Snapshot> load(store::Session& session, const Batch& batch, Time now) override;
  Decision decide(const Snapshot& snapshot, const host::Incoming<In>& in, Time now) const override;
  void apply(Snapshot& snapshot, const Decision& decision) const override;
  Result<void> save(store::Session& session, const std::vector<Decision>& decisions,
                    Time now) override;

 private:
  Result<void> load_orders(store::Session& session, const Wanted& wanted, Snapshot& snapshot,
                           Time oldest) const;
  Result<void> count_open(store::Session& session, const Wanted& wanted, Snapshot& snapshot) const;
  Result<void> load_trays(store::Session& session, const Wanted& wanted, Snapshot& snapshot) const;
  void refuse(const host::Message& message, const host::Problem& problem,
              host::Output& out) const override;

  std::shared_ptr<const Settings> settings_;
};

Result<void> OrdersService::load_orders(store::Session& session, const Wanted& wanted,
                                        Snapshot& snapshot, Time oldest) const {
  std::vector<store::Answer> answers;
  if (!wanted.orders.empty()) {
    Result<store::Answer> rows =
        session.run(sql::load_orders, wanted.orders, {{"most", settings_->customer_open_max}});
    if (!rows) return fail(rows.error());
    answers.push_back(std::move(*rows));
  }
  if (!wanted.open_sites.empty()) {
    store::Rows sites(1);
    for (const SiteId& site : wanted.open_sites) sites.add(site.value);
    const store::Args args{{"since", to_ms(oldest)},
                           {"most", static_cast<std::int64_t>(settings_->open_orders_max)}};
    Result<store::Answer> rows = session.run(sql::load_open_orders, sites, args);
    if (!rows) return fail(rows.error());
    snapshot.open_complete = rows->size() < settings_->open_orders_max;
    answers.push_back(std::move(*rows));
  }
  for (const store::Answer& answer : answers) {
    for (const store::Row& row : answer) {
      Order order = order_from(row);
      snapshot.by_code[order.code] = order.id;
      snapshot.orders.emplace(order.id, std::move(order));
    }
  }
  std::vector<Order*> all;
  for (auto& [id, order] : snapshot.orders) all.push_back(&order);
  return load_lines(session, std::move(all));
}

Result<void> OrdersService::count_open(store::Session& session, const Wanted& wanted,
                                       Snapshot& snapshot) const {
  if (wanted.customers.empty()) return {};
  store::Rows customers(2);
  for (const auto& [user, site] : wanted.customers) customers.add(user.value, site.value);
  const Result<store::Answer> rows =
      session.run(sql::count_open, customers, {{"most", settings_->customer_open_max}});
  if (!rows) return fail(rows.error());
  for (const store::Row& row : *rows)
    snapshot.open_of[{UserId(row.text("user_id")), SiteId(row.text("site"))}] = row.integer("n");
  return {};
}

Result<void> OrdersService::load_trays(store::Session& session, const Wanted& wanted,
                                       Snapshot& snapshot) const {
  if (!wanted.visits.empty()) {
    const Result<store::Answer> rows = session.run(sql::load_visits, wanted.visits);
    if (!rows) return fail(rows.error());
    for (const store::Row& row : *rows) {
      const VisitKey key{CoreId(row.text("core")), StationId(row.text("station")),
                         VisitId(row.text("visit"))};
      snapshot.visits[key] = {OrderId(row.text("order_id")), row.integer("number")};
    }
  }
  if (!wanted.predictions.empty()) {
    const Result<store::Answer> rows = session.run(sql::load_predictions, wanted.predictions);
    if (!rows) return fail(rows.error());
    for (const store::Row& row : *rows) {
      const PredictionKey key{CoreId(row.text("core")), PredictionId(row.text("id"))};
      snapshot.predictions[key] = {row.text("hash"), OrderId(row.text("order_id"))};
    }
  }
  if (!wanted.numbers.empty()) {
    const Result<store::Answer> rows = session.run(sql::load_numbers, wanted.numbers);
    if (!rows) return fail(rows.error());
    for (const store::Row& row : *rows) {
      snapshot.numbers[SiteId(row.text("site"))] = row.integer("last");
    }
  }
  if (!wanted.refunds.empty()) {
    const Result<store::Answer> rows = session.run(sql::load_refunds, wanted.refunds);
    if (!rows) return fail(rows.error());
    for (const store::Row& row : *rows) {
      Refund refund = refund_from(row);
      snapshot.refunds[refund.id] = std::move(refund);
    }
  }
  return {};
}

Result<Snapshot> OrdersService::load(store::Session& session, const Batch& batch, Time now) {
  Wanted wanted;
  for (const auto& in : batch) want(wanted, *settings_, *in.body);
  // Visits that may be new, and the last numbers of sites.
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < wanted.visits.size(); ++i) {
    const auto part = [&](std::size_t column) {
      return std::get<std::string>(wanted.visits.at(i, column));
    };
    keys.push_back("orders.visit:" + part(0) + "/" + part(1) + "/" + part(2));
  }
  for (std::size_t i = 0; i < wanted.numbers.size(); ++i)
    keys.push_back("orders.number:" + std::get<std::string>(wanted.numbers.at(i, 0)));
  if (auto r = session.lock(std::move(keys)); !r) return fail(r.error());
  Snapshot snapshot;
  const Time oldest = now - settings_->match_window;
  if (auto r = load_orders(session, wanted, snapshot, oldest); !r) return fail(r.error());
  if (auto r = count_open(session, wanted, snapshot); !r) return fail(r.error());
  for (const auto& in : batch) {  // whose tray stands where an order's stood
    const auto* held = std::get_if<wire::orders::HoldResult>(in.body);
    const auto* revise = std::get_if<wire::orders::Revise>(in.body);
    const auto* named = std::get_if<wire::orders::NameItems>(in.body);
    if (held == nullptr && revise == nullptr && named == nullptr) continue;
    const auto order = snapshot.orders.find(held     ? held->order
                                            : revise ? revise->order
                                                     : named->order);
    if (order == snapshot.orders.end() || order->second.visit.empty()) continue;
    const Order& o = order->second;
    wanted.visits.add(o.core.value, o.station.value, o.visit.value);
  }
  if (auto r = load_trays(session, wanted, snapshot); !r) return fail(r.error());
  return snapshot;
}

// A tray that cannot be handled is refused, so that the edge keeps it for a person.
void OrdersService::refuse(const host::Message& message, const host::Problem& problem,
                           host::Output& out) const {
  host::Service::refuse(message, problem, out);
  const In* in = std::any_cast<In>(&message.body);
  const auto* seen = in ? std::get_if<wire::orders::TraySeen>(in) : nullptr;
  if (seen == nullptr) return;
  wire::Ack ack;
  ack.prediction = seen->prediction.id;
  ack.payload_sha256 = seen->hash;
  ack.result = wire::AckResult::refused;
  ack.reason = problem.detail;
  const wire::Resource resource{settings_->env, seen->prediction.core};
  out.publish.push_back({wire::down_topic(resource, "agent", "acks"), to_json_text(ack)});
}

// One function per kind of message; those that people ask for hear who waits.
Decision decide_one(const Snapshot& snapshot, const Settings& s, const host::Incoming<In>& in,
                    Time now) {
  using namespace wire::orders;
  struct Dispatch {
    const Snapshot& snapshot;
    const Settings& s;
    std::uint64_t request;
    Time now;
    Decision operator()(const Place& m) { return decide_place(snapshot, s, m, request, now); }
    Decision operator()(const Revise& m) { return decide_revise(snapshot, s, m, request, now); }
    Decision operator()(const Bind& m) { return decide_bind(snapshot, s, m, request, now); }
    Decision operator()(const Retry& m) { return decide_retry(snapshot, s, m, request, now); }
    Decision operator()(const NameItems& m) {
      return decide_name_items(snapshot, s, m, request, now);
    }
    Decision operator()(const Cancel& m) { return decide_cancel(snapshot, s, m, request, now); }
    Decision operator()(const AskRefund& m) {
      return decide_ask_refund(snapshot, s, m, request, now);
    }
    Decision operator()(const TraySeen& m) { return decide_tray(snapshot, s, m, now); }
    Decision operator()(const HoldResult& m) { return decide_hold(snapshot, s, m, now); }
    Decision operator()(const HoldEnding& m) { return decide_hold_ending(snapshot, s, m, now); }
    Decision operator()(const CaptureResult& m) { return decide_capture(snapshot, s, m, now); }
    Decision operator()(const RefundResult& m) { return decide_refunded(snapshot, s, m, now); }
    Decision operator()(const Expire& m) { return decide_expire(snapshot, s, m, now); }
  };
  return std::visit(Dispatch{snapshot, s, in.request, now}, *in.body);
}

Decision OrdersService::decide(const Snapshot& snapshot, const host::Incoming<In>& in,
                               Time now) const {
  return decide_one(snapshot, *settings_, in, now);
}

void OrdersService::apply(Snapshot& snapshot, const Decision& d) const {
  for (const std::optional<Order>* order : {&d.placed, &d.changed}) {
    if (!*order) continue;
    snapshot.by_code[(*order)->code] = (*order)->id;
    snapshot.orders.insert_or_assign((*order)->id, **order);
  }
  if (d.placed) ++snapshot.open_of[{d.placed->user, d.placed->site}];
  if (d.visit) snapshot.visits[d.visit->first] = d.visit->second;
  if (d.kept) {
    snapshot.predictions[{d.kept->prediction.core, d.kept->prediction.id}] = {d.kept->hash,
                                                                              d.kept->order};
  }
  if (d.number) snapshot.numbers[d.number->first] = d.number->second;
  if (d.refund) snapshot.refunds[d.refund->id] = *d.refund;
}

// Several decisions of one batch about one order become one row: the first one's version before,
// the last one's state after.
struct Changed {
  std::int64_t was_version = 0;
  const Order* after = nullptr;
};

Result<void> save_orders(store::Session& session, const std::vector<Decision>& decisions) {
  std::map<OrderId, const Order*> placed;
  std::map<OrderId, Changed> changed;
  std::set<OrderId> relined;
  for (const Decision& d : decisions) {
    if (d.placed) placed[d.placed->id] = &*d.placed;
    if (!d.changed) continue;
    if (d.relined && !placed.contains(d.changed->id)) relined.insert(d.changed->id);
    if (const auto fresh = placed.find(d.changed->id); fresh != placed.end()) {
      fresh->second = &*d.changed;
      continue;
    }
    const auto [it, first] = changed.try_emplace(d.changed->id, Changed{d.was_version, nullptr});
    it->second.after = &*d.changed;
  }
  if (!placed.empty()) {
    store::Rows orders(kInsertColumns);
    store::Rows lines(kLineColumns);
    for (const auto& [id, order] : placed) {
      add_insert(orders, *order);
      add_lines(lines, *order);
    }
    if (auto r = session.write(sql::insert_orders, orders); !r) return r;
    if (auto r = session.write(sql::insert_lines, lines); !r) return r;
  }
  if (changed.empty()) return {};
  store::Rows rows(kUpdateColumns);
  for (const auto& [id, change] : changed) add_update(rows, *change.after, change.was_version);
  if (auto r = session.change(sql::update_orders, rows); !r) return r;
  store::Rows ids(1);
  store::Rows lines(kLineColumns);
  for (const OrderId& id : relined) {
    ids.add(id.value);
    add_lines(lines, *changed.at(id).after);
  }
  if (auto r = session.write(sql::delete_lines, ids); !r) return r;
  return session.write(sql::insert_lines, lines);
}

Result<void> save_trays(store::Session& session, const std::vector<Decision>& decisions, Time now) {
  std::map<VisitKey, Visit> visits;
  store::Rows kept(8);
  for (const Decision& d : decisions) {
    if (d.visit) visits[d.visit->first] = d.visit->second;
    if (d.kept) {
      const wire::Prediction& p = d.kept->prediction;
      kept.add(p.core.value, p.id.value, d.kept->hash, p.station.value, p.visit.value,
               d.kept->order.value, d.kept->fate, to_json_text(p));
    }
  }
  store::Rows rows(5);
  for (const auto& [key, visit] : visits) {
    const auto& [core, station, id] = key;
    rows.add(core.value, station.value, id.value, visit.order.value, visit.number);
  }
  if (auto r = session.write(sql::put_visits, rows); !r) return r;
  return session.write(sql::insert_predictions, kept, {{"now", to_ms(now)}});
}

Result<void> OrdersService::save(store::Session& session, const std::vector<Decision>& decisions,
                                 Time now) {
  if (auto r = save_orders(session, decisions); !r) return r;
  if (auto r = save_trays(session, decisions, now); !r) return r;
  store::Rows history(7);
  std::map<SiteId, std::int64_t> numbers;
  std::map<RefundId, const Refund*> refunds;
  for (const Decision& d : decisions) {
    std::int64_t step = 0;
    for (const History& h : d.history) {
      history.add(h.order.value, h.version, step++, enum_name(h.state), h.event, h.why, h.who);
    }
    if (d.number) numbers[d.number->first] = d.number->second;
    if (d.refund) refunds[d.refund->id] = &*d.refund;
  }
  store::Rows asked(9);
  for (const auto& [id, r] : refunds) {
    asked.add(id.value, r->order.value, r->amount_minor, r->tax_minor, r->reason, r->who,
              enum_name(r->state), r->why, to_ms(r->asked));
  }
  store::Rows last(2);
  for (const auto& [site, number] : numbers) last.add(site.value, number);
  if (auto r = session.write(sql::put_refunds, asked); !r) return r;
  if (auto r = session.write(sql::insert_history, history, {{"now", to_ms(now)}}); !r) return r;
  return session.write(sql::put_numbers, last);
}

}  // namespace

std::unique_ptr<host::Service> make_service(std::shared_ptr<const Settings> settings) {
  return std::make_unique<OrdersService>(std::move(settings));
}

Result<Order> read_order(store::Session& session, const OrderId& id) {
  const Result<store::Answer> rows = session.run(sql::read_order, {{"id", id.value}});
  if (!rows) return fail(rows.error());
  if (rows->empty()) return fail(Code::not_found, "there is no order " + id.value);
  Order order = order_from(rows->front());
  if (auto r = load_lines(session, {&order}); !r) return fail(r.error());
  return order;
}

Result<wire::Prediction> read_prediction(store::Session& session, const OrderId& id) {
  const Result<store::Answer> rows = session.run(sql::read_prediction, {{"id", id.value}});
  if (!rows) return fail(rows.error());
  if (rows->empty()) return fail(Code::not_found, "no tray was seen for order " + id.value);
  return from_json_text<wire::Prediction>(rows->front().text("body"));
}

}  // namespace trayline::orders
