#include "cloud/push/service.hpp"

#include <map>

#include "cloud/push/sql.hpp"

namespace trayline::push {
namespace {

using wire::push::Delivered;
using wire::push::In;
using wire::push::Notify;
using Snapshot = std::set<Key>;

class PushService final : public host::LoadDecideSave<In, Snapshot, Decision> {
 public:
  std::string_view name() const override { return wire::push::kService; }
  const store::Migrations& migrations() const override { return sql::migrations; }

 protected:
  Result<Snapshot> load(store::Session& session, const Batch& batch, Time now) override;
  Decision decide(const Snapshot& snapshot, const host::Incoming<In>& in, Time) const override {
    if (const auto* notify = std::get_if<Notify>(in.body)) return decide_notify(snapshot, *notify);
    return decide_delivered(std::get<Delivered>(*in.body));
  }
  void apply(Snapshot& snapshot, const Decision& decision) const override {
    if (decision.news) snapshot.insert({decision.news->order, decision.news->status});
  }
  Result<void> save(store::Session& session, const std::vector<Decision>& decisions,
                    Time now) override;
};

Result<Snapshot> PushService::load(store::Session& session, const Batch& batch, Time) {
  store::Rows rows(2);
  for (const auto& in : batch) {
    if (const auto* n = std::get_if<Notify>(in.body)) rows.add(n->order.value, n->status);
  }
  Snapshot known;
  if (rows.empty()) return known;
  const Result<store::Answer> found = session.run(sql::load_messages, rows);
  if (!found) return fail(found.error());
  for (const store::Row& row : *found) {
    known.insert({OrderId(row.text("order_id")), row.text("status")});
  }
  return known;
}

Result<void> PushService::save(store::Session& session, const std::vector<Decision>& decisions,
                               Time now) {
  store::Rows news(5);
  std::map<Key, std::int64_t> delivered;
  for (const Decision& d : decisions) {
    if (d.news) {
      news.add(d.news->order.value, d.news->status, d.news->user.value, d.news->title,
               d.news->text);
    }
    if (d.delivered)
      delivered[{d.delivered->order, d.delivered->status}] = d.delivered->http_status;
  }
  const store::Args args{{"now", to_ms(now)}};
  store::Rows done(3);
  for (const auto& [key, status] : delivered) done.add(key.first.value, key.second, status);
  if (auto r = session.write(sql::insert_messages, news, args); !r) return r;
  return session.write(sql::finish_messages, done, args);
}

}  // namespace

std::unique_ptr<host::Service> make_service() { return std::make_unique<PushService>(); }

}  // namespace trayline::push
