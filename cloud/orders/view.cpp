#include "cloud/orders/view.hpp"

#include "cloud/orders/token.hpp"

namespace trayline::orders {

Json view_of(const Order& order, const Settings& settings) {
  Json::Object view;
  view.set("id", order.id.value);
  view.set("number", order.number);
  view.set("site", order.site.value);
  view.set("state", std::string(enum_name(order.state)));
  view.set("version", order.version);
  view.set("total", to_json(order.total));
  view.set("lines", to_json(order.lines));
  view.set("placed_at", to_rfc3339(order.placed));
  view.set("updated_at", to_rfc3339(order.updated));
  if (!is_terminal(order.state) && !is_settled(order.state)) {
    const Time expires = order.placed + settings.order_ttl;
    view.set("code", sign_token({order.code, expires}, settings.token_key));
  }
  if (order.state == State::mismatch) view.set("difference", to_json(order.difference));
  if (!order.reason.empty()) view.set("reason", order.reason);
  return Json(std::move(view));
}

Json view_schema() {
  const Json text = Json::object({{"type", "string"}});
  const Json number = Json::object({{"type", "integer"}});
  Json::Array states;
  for (const auto& [state, name] : enum_names(State{})) states.push_back(Json(name));
  const Json money =
      Json::object({{"type", "object"},
                    {"required", Json::Array{"amount_minor", "currency"}},
                    {"properties", Json::object({{"amount_minor", number}, {"currency", text}})}});
  const Json line = Json::object(
      {{"type", "object"},
       {"properties",
        Json::object(
            {{"sku", text}, {"name", text}, {"quantity", number}, {"price_minor", number}})}});
  return Json::object(
      {{"type", "object"},
       {"required", Json::Array{"id", "number", "site", "state", "version", "total", "lines"}},
       {"properties",
        Json::object({{"id", text},
                      {"number", text},
                      {"site", text},
                      {"state", Json::object({{"type", "string"}, {"enum", std::move(states)}})},
                      {"version", number},
                      {"total", money},
                      {"lines", Json::object({{"type", "array"}, {"items", line}})},
                      {"placed_at", Json::object({{"type", "string"}, {"format", "date-time"}})},
                      {"updated_at", Json::object({{"type", "string"}, {"format", "date-time"}})},
                      {"code", text},
                      {"difference", Json::object({{"type", "object"}})},
                      {"reason", text}})}});
}

std::string etag_of(const Order& order) { return std::to_string(order.version); }

}  // namespace trayline::orders
