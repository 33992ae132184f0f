// Paying at the counter, as a provider behind the same port: a promise takes the place of a hold,
// and a capture waits until a cashier says that the money is there; refunds are cash. Its book is
// rows of the store, so that it outlives the process and is one for all hosts.
#pragma once
#include <memory>

#include "cloud/payments/provider.hpp"
#include "lib/store/store.hpp"

namespace trayline::payments {

// Each call is one transaction of the store's writer: called by the tick's thread alone, and
// answered inside the call. Store and clock must outlive it.
std::unique_ptr<Provider> make_counter_provider(store::Store& store, const Clock& clock);

}  // namespace trayline::payments
