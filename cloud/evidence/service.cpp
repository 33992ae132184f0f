#include "cloud/evidence/service.hpp"

#include "cloud/evidence/sql.hpp"
#include "lib/base/check.hpp"

namespace trayline::evidence {
namespace {

using wire::evidence::Acknowledge;
using wire::evidence::In;
using wire::evidence::Stored;

class EvidenceService final : public host::LoadDecideSave<In, Snapshot, Decision> {
 public:
  explicit EvidenceService(std::shared_ptr<const Settings> settings)
      : settings_(std::move(settings)) {
    check(!settings_->upload_key.empty(), "evidence: no key to sign addresses with");
  }

  std::string_view name() const override { return wire::evidence::kService; }
  const store::Migrations& migrations() const override { return sql::migrations; }

 protected:
  Result<Snapshot> load(store::Session& session, const Batch& batch, Time now) override;
  Decision decide(const Snapshot& snapshot, const host::Incoming<In>& in, Time now) const override {
    if (const auto* acknowledge = std::get_if<Acknowledge>(in.body)) {
      return decide_acknowledge(snapshot, *settings_, *acknowledge, now);
    }
    return decide_stored(snapshot, std::get<Stored>(*in.body), in.request);
  }
  void apply(Snapshot& snapshot, const Decision& decision) const override {
    if (decision.stored) snapshot.insert(decision.stored->hash);
  }
  Result<void> save(store::Session& session, const std::vector<Decision>& decisions,
                    Time now) override;

 private:
  std::shared_ptr<const Settings> settings_;
};

Result<Snapshot> EvidenceService::load(store::Session& session, const Batch& batch, Time) {
  std::set<std::string> hashes;
  for (const auto& in : batch) {
    if (const auto* acknowledge = std::get_if<Acknowledge>(in.body)) {
      for (const std::string& hash : acknowledge->hashes) {
        if (is_hash(hash)) hashes.insert(hash);
      }
    } else {
      hashes.insert(std::get<Stored>(*in.body).hash);
    }
  }
  Snapshot snapshot;
  if (hashes.empty()) return snapshot;
  store::Rows rows(1);
  for (const std::string& hash : hashes) rows.add(hash);
  const Result<store::Answer> found = session.run(sql::load_objects, rows);
  if (!found) return fail(found.error());
  for (const store::Row& row : *found) snapshot.insert(row.text("hash"));
  return snapshot;
}

Result<void> EvidenceService::save(store::Session& session, const std::vector<Decision>& decisions,
                                   Time now) {
  store::Rows rows(2);
  for (const Decision& d : decisions) {
    if (d.stored) rows.add(d.stored->hash, d.stored->bytes);
  }
  return session.write(sql::insert_objects, rows, {{"now", to_ms(now)}});
}

}  // namespace

std::unique_ptr<host::Service> make_service(std::shared_ptr<const Settings> settings) {
  return std::make_unique<EvidenceService>(std::move(settings));
}

}  // namespace trayline::evidence
