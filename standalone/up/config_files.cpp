#include "standalone/up/config_files.hpp"

#include <set>

#include "lib/base/check.hpp"
#include "lib/config/config.hpp"
#include "sim/tray/product.hpp"

namespace trayline::up {
namespace {

// Of the demo menu in its order; an item beyond the list costs the last price.
constexpr std::int64_t kPrices[] = {450, 520, 90, 80, 290, 310, 360, 240, 190, 480};

std::string local(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

Json screens_of(const cloud::CoreEntry& core) {
  std::set<std::string> names;
  for (const cloud::StationEntry& station : core.station) names.insert(station.screen.value);
  Json::Array list;
  for (const std::string& name : names) list.push_back(name);
  return list;
}

}  // namespace

std::string demo_store_text() {
  cloud::StoreFile store;
  const Result<Currency> euro = Currency::parse("EUR");
  check(euro.has_value(), "the euro is a currency");
  store.site.id = SiteId("main");
  store.site.name = "Trayline demo";
  store.site.currency = *euro;
  std::size_t i = 0;
  for (const tray::Product& product : tray::demo_menu()) {
    store.item.push_back({Sku(product.sku), product.name, kPrices[i], 0});
    if (i + 1 < std::size(kPrices)) ++i;
  }
  store.core.push_back({CoreId("store-1"), {{StationId("counter-1"), ScreenId("front")}}});
  return "# The demo store. Prices are in cents.\n" + config::print_config(store);
}

std::string cloud_text(const Wiring& wiring) {
  cloud::Settings out;
  out.env = kEnv;
  out.data_dir = wiring.state_dir + "/cloud";
  out.store_file = wiring.store_file;
  out.listen.port = wiring.ports.cloud;
  out.listen.public_url = local(wiring.ports.cloud);
  out.broker.port = wiring.ports.cloud_hosts;
  out.broker.ca = wiring.certificates.cloud.ca;
  out.broker.cert = wiring.certificates.cloud.cert;
  out.broker.key = wiring.certificates.cloud.key;
  out.accounts.staff = {std::string(kStaffMember)};
  out.payments.url = local(wiring.ports.stripe);
  out.payments.script_url = local(wiring.ports.stripe) + "/v3/";
  out.payments.secret_key_file = wiring.secrets.secret_key;
  out.payments.publishable_key_file = wiring.secrets.publishable_key;
  out.payments.webhook_secret_files = {wiring.secrets.webhook};
  out.push.endpoint_url = wiring.push_url;
  return "# Written by `trayline up` at every start.\n" + config::print_config(out);
}

const cloud::CoreEntry& core_of(const cloud::StoreFile& store) {
  const auto found =
      std::find_if(store.core.begin(), store.core.end(),
                   [](const cloud::CoreEntry& core) { return !core.station.empty(); });
  check(found != store.core.end(), "a checked store has a station");
  return *found;
}

std::string edge_text(const Wiring& wiring, const cloud::StoreFile& store) {
  const cloud::CoreEntry& core = core_of(store);
  agent::Settings out;
  out.env = kEnv;
  out.core = core.id.value;
  out.state_dir = wiring.state_dir + "/edge";
  out.ca = wiring.certificates.core.ca;
  out.cert = wiring.certificates.core.cert;
  out.key = wiring.certificates.core.key;
  out.health_port = wiring.ports.health;
  out.broker.port = wiring.ports.devices;
  const Json camera = Json::object({{"source", wiring.source},
                                    {"station", wiring.station_file},
                                    {"gallery", wiring.gallery_file},
                                    {"station_id", core.station.front().id.value},
                                    {"menu_version", cloud::menu_of(store).version}});
  const Json screen = Json::object(
      {{"screens", screens_of(core)}, {"address", "127.0.0.1"}, {"port", wiring.ports.screen}});
  out.function = {{"camera", {wiring.programs + "/trayline-camera"}, camera},
                  {"screen", {wiring.programs + "/trayline-screen"}, screen}};
  return "# Written by `trayline up` at every start.\n" + config::print_config(out);
}

}  // namespace trayline::up
