// Accounts as the host sees it: load, decide, save.
#pragma once
#include "cloud/accounts/decide.hpp"
#include "lib/host/service.hpp"
#include "lib/wire/accounts.hpp"

namespace trayline::accounts {

class Service final : public host::LoadDecideSave<wire::accounts::In, Snapshot, Decision> {
 public:
  explicit Service(Settings settings) : settings_(std::move(settings)) {}
  std::string_view name() const override { return wire::accounts::kService; }
  const store::Migrations& migrations() const override;

 private:
  Result<Snapshot> load(store::Session& session, const Batch& batch, Time now) override;
  Decision decide(const Snapshot& snapshot, const host::Incoming<wire::accounts::In>& message,
                  Time now) const override;
  void apply(Snapshot& snapshot, const Decision& decision) const override;
  Result<void> save(store::Session& session, const std::vector<Decision>& decisions,
                    Time now) override;

  Settings settings_;
};

}  // namespace trayline::accounts
