// What staff sees of an order's tray, and the names that they give to what the camera was unsure
// of.
#include <algorithm>

#include "cloud/orders/requests.hpp"
#include "cloud/orders/service.hpp"
#include "lib/host/schema.hpp"

namespace trayline::orders {
namespace {

using host::Answer;
using host::Asked;
using host::Message;
using wire::Prediction;

// As sure as a reading can be: a person looked.
constexpr double kCertain = 1;
constexpr double kCertainMargin = 100;

struct NamedItem {
  std::int64_t at = 0;  // index of the item in the tray
  Sku sku;
  static void describe(auto& member, auto& self) {
    member("at", self.at);
    member("sku", self.sku);
  }
};
struct NamesBody {
  PredictionId prediction;
  std::vector<NamedItem> items;
  static void describe(auto& member, auto& self) {
    member("prediction", self.prediction);
    member("items", self.items);
  }
};

OrProblem<Prediction> tray_of(store::Session& reader, const OrderId& order) {
  Result<Prediction> tray = read_prediction(reader, order);
  if (tray) return std::move(*tray);
  if (tray.error().code == Code::unavailable) {
    return refuse(Code::unavailable, "store_unavailable", "Try again.");
  }
  return refuse(Code::not_found, "tray_not_seen", "No tray was seen for this order yet.");
}

void check_names(const NamesBody& body, const Prediction& tray, std::vector<JsonProblem>& errors) {
  std::vector<bool> named(tray.items.size());
  if (body.items.size() > wire::kItemsMax) errors.push_back({"/items", "expected 40 at most"});
  for (std::size_t i = 0; i < body.items.size() && errors.empty(); ++i) {
    const NamedItem& item = body.items[i];
    const std::string at = "/items/" + std::to_string(i);
    const bool known = is_name(item.sku.value) && item.sku.value != wire::kUnknownSku;
    if (!known) errors.push_back({at + "/sku", "is no SKU"});
    if (item.at < 0 || item.at >= std::ssize(tray.items)) {
      errors.push_back({at + "/at", "expected the index of an item of the tray"});
    } else if (named[static_cast<std::size_t>(item.at)]) {
      errors.push_back({at + "/at", "this item has a name already"});
    } else {
      named[static_cast<std::size_t>(item.at)] = true;
    }
  }
  for (std::size_t i = 0; i < tray.items.size() && errors.empty(); ++i) {
    if (tray.items[i].sku.value != wire::kUnknownSku || named[i]) continue;
    errors.push_back({"/items", "item " + std::to_string(i) + " is unknown and needs a name too"});
  }
}

// The tray as the person reads it, who saw all of it: nothing is in doubt any more.
Prediction as_named(Prediction tray, const std::vector<NamedItem>& names) {
  for (const NamedItem& named : names) {
    tray.items[static_cast<std::size_t>(named.at)].sku = named.sku;
  }
  for (wire::SeenItem& item : tray.items) {
    item.score = kCertain;
    item.margin = kCertainMargin;
    item.runners_up.clear();
  }
  tray.alternatives.clear();
  tray.verdict = wire::Verdict::confident;
  tray.visit_uncertain = false;
  return tray;
}

Json view_of(const wire::SeenItem& item) {
  Json::Array others;
  for (const wire::RunnerUp& other : item.runners_up) {
    others.push_back(Json::object({{"sku", other.sku.value}, {"score", other.score}}));
  }
  return Json::object({{"sku", item.sku.value},
                       {"count", item.count},
                       {"score", item.score},
                       {"margin", item.margin},
                       {"box", item.box ? to_json(*item.box) : Json()},
                       {"runners_up", std::move(others)}});
}

}  // namespace

OrProblem<Answer> tray(const Asked& asked, store::Session& reader) {
  const OrProblem<Order> order = own_order(asked, reader);
  if (!order) return tl::unexpected<host::Problem>(order.error());
  const OrProblem<Prediction> seen = tray_of(reader, order->id);
  if (!seen) return tl::unexpected<host::Problem>(seen.error());
  Json::Array items;
  for (const wire::SeenItem& item : seen->items) items.push_back(view_of(item));
  Answer answer;
  answer.body = Json::object({{"prediction", seen->id.value},
                              {"core", seen->core.value},
                              {"station", seen->station.value},
                              {"verdict", enum_name(seen->verdict)},
                              {"image", seen->image},
                              {"reference", seen->reference},
                              {"model", seen->versions.model},
                              {"gallery", seen->versions.gallery},
                              {"menu_version", seen->versions.menu},
                              {"station_version", seen->versions.station},
                              {"items", std::move(items)}});
  return answer;
}

OrProblem<Message> name_items(const Asked& asked, store::Session& reader) {
  const OrProblem<std::int64_t> version = version_read(asked, true);
  if (!version) return tl::unexpected<host::Problem>(version.error());
  NamesBody body;
  std::vector<JsonProblem> errors;
  read_json(asked.body, body, errors);
  if (!errors.empty()) {
    return refuse(Code::invalid_argument, "invalid_names", "The names cannot be read.", errors);
  }
  const OrProblem<Order> order = own_order(asked, reader);
  if (!order) return tl::unexpected<host::Problem>(order.error());
  OrProblem<Prediction> seen = tray_of(reader, order->id);
  if (!seen) return tl::unexpected<host::Problem>(seen.error());
  if (seen->id != body.prediction) {
    return refuse(Code::conflict, "tray_unclear",
                  "Another tray was seen since. Look at the order again.");
  }
  check_names(body, *seen, errors);
  if (!errors.empty()) {
    return refuse(Code::invalid_argument, "invalid_names", "The names cannot be taken.", errors);
  }
  const std::int64_t expected = *version == 0 ? order->version : *version;
  return host::to<wire::orders::In>(
      wire::orders::kService, wire::orders::NameItems{order->id, who_asks(asked), expected,
                                                      as_named(std::move(*seen), body.items)});
}

using namespace host::schema;

Json name_items_schema() {
  const Json named = object("NamedItem", {{"at", integer()}, {"sku", text()}});
  return object("NameItems", {{"prediction", text()}, {"items", array_of(named)}});
}

Json tray_schema() {
  const Json number = Json::object({{"type", "number"}});
  Json box = object(
      "Box", {{"x", integer()}, {"y", integer()}, {"width", integer()}, {"height", integer()}});
  const Json maybe_box =
      Json::object({{"oneOf", Json::Array{std::move(box), Json::object({{"type", "null"}})}}});
  const Json other = object("RunnerUp", {{"sku", text()}, {"score", number}});
  const Json item = object("SeenItem", {{"sku", text()},
                                        {"count", integer()},
                                        {"score", number},
                                        {"margin", number},
                                        {"box", maybe_box},
                                        {"runners_up", array_of(other)}});
  return object("Tray", {{"prediction", text()},
                         {"core", text()},
                         {"station", text()},
                         {"verdict", one_of<wire::Verdict>()},
                         {"image", text()},
                         {"reference", text()},
                         {"model", text()},
                         {"gallery", text()},
                         {"menu_version", text()},
                         {"station_version", text()},
                         {"items", array_of(item)}});
}

}  // namespace trayline::orders
