#include "cloud/payments/service.hpp"

#include "cloud/payments/rows.hpp"
#include "cloud/payments/sql.hpp"

namespace trayline::payments {
namespace {

using wire::payments::In;

class PaymentsService final : public host::LoadDecideSave<In, Snapshot, Decision> {
 public:
  std::string_view name() const override { return wire::payments::kService; }
  const store::Migrations& migrations() const override { return sql::migrations; }

 protected:
  Result<Snapshot> load(store::Session& session, const Batch& batch, Time now) override {
    std::vector<const In*> messages;
    for (const auto& in : batch) messages.push_back(in.body);
    return load_snapshot(session, messages, now);
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
  snapshot.still_parked += static_cast<std::int64_t>(d.park.size());
  std::erase_if(snapshot.parked, [&](const Parked& parked) {
    return std::find(d.unpark.begin(), d.unpark.end(), parked.id) != d.unpark.end();
  });
}

std::unique_ptr<host::Service> make_service() { return std::make_unique<PaymentsService>(); }

}  // namespace trayline::payments
