// The provider's side of the books, from its lists: page after page.
#pragma once
#include <functional>
#include <vector>

#include "cloud/payments/audit.hpp"
#include "cloud/payments/stripe/client.hpp"

namespace trayline::payments {

// The intents with an order of ours that were made since then (0: all), and what was paid back of
// them. Called by the client's thread, which done is called by too; client must outlive it.
using Listed = std::function<void(Result<std::vector<ProviderBook>>)>;
void list_provider(stripe::Client& client, std::int64_t from_s, Listed done);

}  // namespace trayline::payments
