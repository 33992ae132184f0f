#include "cloud/service_settings.hpp"

#include "cloud/webhooks/signature.hpp"
#include "lib/auth/secret_file.hpp"
#include "lib/base/encoding.hpp"

namespace trayline::cloud {

Result<std::string> secret(const std::string& path) {
  Result<std::string> text = auth::read_secret_file(path);
  while (text && !text->empty() && (text->back() == '\n' || text->back() == ' ')) text->pop_back();
  return text;
}

Result<std::string> own_key(const std::string& path, Random& random) {
  Result<std::string> present = secret(path);
  if (present || present.error().code != Code::not_found) return present;
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  const std::string text = to_hex(bytes);
  if (Result<void> written = auth::write_secret_file(path, text); !written) {
    return fail(written.error());
  }
  return text;
}

std::shared_ptr<const orders::Settings> settings_of_orders(const Settings& settings,
                                                           const StoreFile& store, std::string key,
                                                           const std::string& public_url) {
  auto out = std::make_shared<orders::Settings>();
  for (const CoreEntry& core : store.core) {
    for (const StationEntry& station : core.station) {
      out->stations[{core.id, station.id}] = {store.site.id, station.screen};
    }
  }
  if (store.site.match_without_code) out->match_without_code.insert(store.site.id);
  if (store.site.walk_up) out->walk_up.insert(store.site.id);
  out->tax[store.site.id] = {store.site.tax_rounding, store.site.tax_half};
  out->basket_ttl = settings.orders.basket_ttl.value;
  out->customer_code_life = settings.orders.code_life.value;
  out->env = settings.env;
  out->token_key = std::move(key);
  out->basket_address = public_url + "/app/#/basket/";
  out->order_ttl = settings.orders.ttl.value;
  out->match_window = settings.orders.match_window.value;
  out->customer_open_max = settings.orders.customer_open_max;
  return out;
}

Result<std::shared_ptr<const webhooks::Settings>> settings_of_webhooks(
    const WebhooksSettings& settings) {
  auto out = std::make_shared<webhooks::Settings>();
  for (const WebhookEndpoint& given : settings.endpoint) {
    webhooks::Endpoint endpoint{given.id, given.url, given.ca, {}};
    endpoint.events.insert(given.events.begin(), given.events.end());
    for (const std::string& file : given.secret_files) {
      const Result<std::string> text = secret(file);
      if (!text) return fail(text.error());
      Result<Bytes> key = webhooks::read_secret(*text);
      if (!key) return fail(key.error().code, file + ": " + key.error().detail);
      endpoint.keys.push_back(std::move(*key));
    }
    out->endpoints.push_back(std::move(endpoint));
  }
  return out;
}

}  // namespace trayline::cloud
