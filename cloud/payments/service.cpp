#include "cloud/payments/service.hpp"

#include "cloud/payments/rows.hpp"
#include "cloud/payments/sql.hpp"
#include "lib/host/watched.hpp"
#include "lib/zone/zone.hpp"

namespace trayline::payments {
namespace {

using wire::payments::In;

class PaymentsService final : public host::LoadDecideSave<In, Snapshot, Decision>,
                              public host::Watched {
 public:
  explicit PaymentsService(Watching watching)
      : watching_(std::move(watching)), zone_(zone::Zone::find(watching_.time_zone)) {}

  std::string_view name() const override { return wire::payments::kService; }
  const store::Migrations& migrations() const override { return sql::migrations; }
  // Whoever watches stops payments.
  void broke(std::string_view why) override {
    if (watching_.broken) watching_.broken(std::string(why));
  }

 protected:
  Result<Snapshot> load(store::Session& session, const Batch& batch, Time now) override {
    std::vector<const In*> messages;
    bool asked = false;
    for (const auto& in : batch) {
      messages.push_back(in.body);
      asked = asked || std::holds_alternative<wire::payments::Begin>(*in.body) ||
              std::holds_alternative<wire::payments::CompareBooks>(*in.body);
    }
    Result<Snapshot> snapshot = load_snapshot(session, messages, now);
    if (snapshot && asked) snapshot->next_compare = next_compare(now);
    return snapshot;
  }
  Decision decide(const Snapshot& snapshot, const host::Incoming<In>& in, Time now) const override {
    return decide_payment(snapshot, *in.body, in.request, now);
  }
  void apply(Snapshot& snapshot, const Decision& decision) const override {
    apply_decision(snapshot, decision);
  }
  Result<void> save(store::Session& session, const std::vector<Decision>& decisions,
                    Time now) override {
    return save_decisions(session, decisions, now);
  }

 private:
  // Without a tz database every day at this time.
  Time next_compare(Time now) const {
    constexpr std::chrono::hours kDay{24};
    return zone_ ? zone_->next(now, std::chrono::hours(watching_.compare_hour)) : now + kDay;
  }

  const Watching watching_;
  const std::optional<zone::Zone> zone_;
};

}  // namespace

void apply_decision(Snapshot& snapshot, const Decision& d) {
  for (const std::optional<Payment>* payment : {&d.placed, &d.changed}) {
    if (*payment) snapshot.payments.insert_or_assign((*payment)->order, **payment);
  }
  for (const Refund& refund : d.refunds) snapshot.refunds.insert_or_assign(refund.id, refund);
  if (d.customer) {
    snapshot.customers.insert_or_assign(d.customer->user, *d.customer);
    snapshot.by_customer[d.customer->customer] = d.customer->user;
  }
  if (d.card) snapshot.cards.insert_or_assign(d.card->method, *d.card);
  if (!d.card_gone.empty()) snapshot.cards.erase(d.card_gone);
  for (const Transfer& t : d.ledger) snapshot.entries.emplace(t.order, t.entry);
  if (!d.stop.empty()) snapshot.stopped = d.stop;
  if (d.resume) snapshot.stopped.clear();
  snapshot.still_parked += static_cast<std::int64_t>(d.park.size());
  std::erase_if(snapshot.parked, [&](const Parked& parked) {
    return std::find(d.unpark.begin(), d.unpark.end(), parked.id) != d.unpark.end();
  });
}

std::unique_ptr<host::Service> make_service(Watching watching) {
  return std::make_unique<PaymentsService>(std::move(watching));
}

}  // namespace trayline::payments
