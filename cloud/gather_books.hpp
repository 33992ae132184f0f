// All books of one store, from payments and from orders, for an audit.
#pragma once
#include "cloud/payments/audit.hpp"

namespace trayline::cloud {

// Without the provider's. Errors as payments::load_books.
Result<payments::Books> gather_books(store::Session& session);

}  // namespace trayline::cloud
