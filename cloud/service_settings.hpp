// What services are told of cloud.toml and store.toml, and the secrets beside them.
#pragma once
#include <memory>
#include <string>

#include "cloud/orders/settings.hpp"
#include "cloud/settings.hpp"
#include "cloud/store_file.hpp"
#include "cloud/webhooks/service.hpp"
#include "lib/base/random.hpp"
#include "lib/base/result.hpp"

namespace trayline::cloud {

// Trailing white space of a file is not part of its secret.
Result<std::string> secret(const std::string& path);
// A key of our own: made at the first start, 32 random bytes as hex.
Result<std::string> own_key(const std::string& path, Random& random);
// key signs the codes of orders; public_url: of this cloud, as phones reach it.
std::shared_ptr<const orders::Settings> settings_of_orders(const Settings& settings,
                                                           const StoreFile& store, std::string key,
                                                           const std::string& public_url);
Result<std::shared_ptr<const webhooks::Settings>> settings_of_webhooks(
    const WebhooksSettings& settings);

}  // namespace trayline::cloud
