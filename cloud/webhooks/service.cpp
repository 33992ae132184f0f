#include "cloud/webhooks/service.hpp"

#include "cloud/webhooks/sql.hpp"
#include "lib/base/log.hpp"

namespace trayline::webhooks {
namespace {

using wire::webhooks::Begin;
using wire::webhooks::Event;
using wire::webhooks::In;
using wire::webhooks::Resend;
using wire::webhooks::Retry;
using wire::webhooks::Tried;

class WebhooksService final : public host::LoadDecideSave<In, Snapshot, Decision> {
 public:
  WebhooksService(std::shared_ptr<const Settings> settings, Metrics& metrics)
      : settings_(std::move(settings)) {
    for (const Endpoint& endpoint : settings_->endpoints) {
      given_up_[endpoint.id] =
          metrics.counter("trayline_webhooks_given_up_total", "deliveries that were given up",
                          {{"endpoint", endpoint.id}});
    }
  }
  std::string_view name() const override { return wire::webhooks::kService; }
  const store::Migrations& migrations() const override { return sql::migrations; }

 protected:
  Result<Snapshot> load(store::Session& session, const Batch& batch, Time now) override;
  Decision decide(const Snapshot& snapshot, const host::Incoming<In>& in, Time now) const override {
    return webhooks::decide(snapshot, *settings_, in, now);
  }
  void apply(Snapshot& snapshot, const Decision& decision) const override {
    webhooks::apply(snapshot, decision);
  }
  Result<void> save(store::Session& session, const std::vector<Decision>& decisions,
                    Time now) override;

 private:
  void tell(const Delivery& delivery);
  Result<void> write(store::Session& session, const std::map<std::string, Delivery>& last,
                     Time now);
  Result<void> clean(store::Session& session, bool begin, bool purge, Time now);

  std::shared_ptr<const Settings> settings_;
  std::map<std::string, Counter> given_up_;
};

// What a batch names: events, deliveries, and the endpoints whose turn it may be.
struct Named {
  std::set<std::string> events;
  std::set<std::string> deliveries;
  std::set<std::string> endpoints;
};

Named names_of(const std::vector<host::Incoming<In>>& batch, const Settings& settings) {
  Named named;
  for (const auto& in : batch) {
    if (const auto* event = std::get_if<Event>(in.body)) {
      for (const Endpoint& endpoint : settings.endpoints) {
        if (!endpoint.wants(event->type)) continue;
        named.events.insert(event->id);
        named.endpoints.insert(endpoint.id);
      }
    }
    if (const auto* tried = std::get_if<Tried>(in.body)) named.deliveries.insert(tried->delivery);
    if (const auto* retry = std::get_if<Retry>(in.body)) named.deliveries.insert(retry->delivery);
    if (const auto* again = std::get_if<Resend>(in.body)) named.deliveries.insert(again->delivery);
    if (std::holds_alternative<Begin>(*in.body)) {
      for (const Endpoint& endpoint : settings.endpoints) named.endpoints.insert(endpoint.id);
    }
  }
  return named;
}

store::Rows rows_of(const std::set<std::string>& texts) {
  store::Rows rows(1);
  for (const std::string& text : texts) rows.add(text);
  return rows;
}

Result<Snapshot> WebhooksService::load(store::Session& session, const Batch& batch, Time now) {
  Snapshot snapshot;
  Named named = names_of(batch, *settings_);
  if (!named.events.empty()) {
    const Result<store::Answer> known = session.run(sql::load_events, rows_of(named.events));
    if (!known) return fail(known.error());
    for (const store::Row& row : *known) snapshot.events.insert(row.text("id"));
  }
  const auto keep = [&](const store::Answer& rows) {
    for (const store::Row& row : rows) {
      Delivery delivery = delivery_from(row);
      named.endpoints.insert(delivery.endpoint);
      snapshot.deliveries.insert_or_assign(delivery.id, std::move(delivery));
    }
  };
  if (!named.deliveries.empty()) {
    const Result<store::Answer> rows = session.run(sql::load_deliveries, rows_of(named.deliveries));
    if (!rows) return fail(rows.error());
    keep(*rows);
  }
  if (named.endpoints.empty()) return snapshot;
  const store::Rows endpoints = rows_of(named.endpoints);
  const Result<store::Answer> due =
      session.run(sql::load_due, endpoints, {{"now", to_ms(now)}, {"most", kUnderWayMax}});
  if (!due) return fail(due.error());
  keep(*due);
  const Result<store::Answer> counted = session.run(sql::count_sending, endpoints);
  if (!counted) return fail(counted.error());
  for (const store::Row& row : *counted) {
    snapshot.sending[row.text("endpoint")] = row.integer("sending");
  }
  return snapshot;
}

// A turn that is rolled back afterwards tells it twice.
void WebhooksService::tell(const Delivery& delivery) {
  if (delivery.state != State::failed) return;
  log(Level::error, "a webhook was given up",
      {{"delivery", delivery.id}, {"status", delivery.http_status}, {"why", delivery.error}});
  if (const auto counter = given_up_.find(delivery.endpoint); counter != given_up_.end()) {
    counter->second.add();
  }
}

Result<void> WebhooksService::write(store::Session& session,
                                    const std::map<std::string, Delivery>& last, Time now) {
  const store::Args args{{"now", to_ms(now)}};
  store::Rows fresh(6);
  store::Rows changed(10);
  for (const auto& [id, d] : last) {
    const std::string state(enum_name(d.state));
    if (d.version == 0) {
      fresh.add(id, d.event, d.endpoint, state, to_ms(d.due), to_ms(d.give_up));
    } else {
      changed.add(id, d.version, d.version + 1, state, d.tries, d.resends, to_ms(d.due),
                  to_ms(d.give_up), d.http_status, d.error);
    }
  }
  if (auto r = session.write(sql::insert_deliveries, fresh, args); !r) return r;
  return session.change(sql::update_deliveries, changed, args);
}

Result<void> WebhooksService::clean(store::Session& session, bool begin, bool purge, Time now) {
  if (begin) {
    store::Rows known(1);
    for (const Endpoint& endpoint : settings_->endpoints) known.add(endpoint.id);
    const Result<store::Answer> failed =
        session.run(sql::fail_orphans, known, {{"now", to_ms(now)}});
    if (!failed) return fail(failed.error());
    if (!failed->empty()) {
      log(Level::error, "webhooks were given up: their endpoints are not configured",
          {{"deliveries", failed->size()}});
    }
  }
  if (!purge) return {};
  const store::Args args{{"before", to_ms(now - kKept)}, {"most", kPurgeMost}};
  if (auto r = session.run(sql::purge_deliveries, args); !r) return fail(r.error());
  if (auto r = session.run(sql::purge_events, args); !r) return fail(r.error());
  return {};
}

Result<void> WebhooksService::save(store::Session& session, const std::vector<Decision>& decisions,
                                   Time now) {
  store::Rows events(3);
  std::map<std::string, Delivery> last;
  bool begin = false;
  bool purge = false;
  for (const Decision& d : decisions) {
    if (d.event) events.add(d.event->id, d.event->type, d.event->body);
    for (const auto& [id, delivery] : d.deliveries) last.insert_or_assign(id, delivery);
    begin = begin || d.begin;
    purge = purge || d.purge;
  }
  if (auto r = session.write(sql::insert_events, events, {{"now", to_ms(now)}}); !r) return r;
  if (auto r = write(session, last, now); !r) return r;
  if (auto r = clean(session, begin, purge, now); !r) return r;
  for (const auto& [id, delivery] : last) tell(delivery);
  return {};
}

}  // namespace

Delivery delivery_from(const store::Row& row) {
  Delivery d;
  d.id = row.text("id");
  d.event = row.text("event_id");
  d.endpoint = row.text("endpoint");
  d.type = row.text("type");
  d.body = row.text("body");
  const std::optional<State> state = enum_value<State>(row.text("state"));
  check(state.has_value(), "webhooks: a delivery in an unknown state");
  d.state = *state;
  d.tries = row.integer("tries");
  d.resends = row.integer("resends");
  d.due = from_ms(row.integer("due_ms"));
  d.give_up = from_ms(row.integer("give_up_ms"));
  d.http_status = row.integer("http_status");
  d.error = row.text("error");
  d.version = row.integer("version");
  d.created = from_ms(row.integer("created_ms"));
  d.updated = from_ms(row.integer("updated_ms"));
  return d;
}

std::unique_ptr<host::Service> make_service(std::shared_ptr<const Settings> settings,
                                            Metrics& metrics) {
  return std::make_unique<WebhooksService>(std::move(settings), metrics);
}

}  // namespace trayline::webhooks
