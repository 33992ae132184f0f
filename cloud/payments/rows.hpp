// Rows of payments' tables as values, and back. Inside of cloud/payments.
#pragma once
#include <vector>

#include "cloud/payments/payments.hpp"
#include "lib/store/store.hpp"

namespace trayline::payments {

// What decisions of these messages need, one statement per kind.
Result<Snapshot> load_snapshot(store::Session& session,
                               const std::vector<const wire::payments::In*>& batch, Time now);
// All rows of all decisions, one statement per kind. conflict: another host was first.
Result<void> save_decisions(store::Session& session, const std::vector<Decision>& decisions,
                            Time now);

}  // namespace trayline::payments
