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
  view.set("tax_minor", order.tax_minor);
  view.set("payment", std::string(enum_name(order.means)));
  view.set("lines", to_json(order.lines));
  if (order.pending) {  // waits for a greater hold
    view.set("pending", Json::object({{"total_minor", order.pending->total_minor},
                                      {"lines", to_json(order.pending->lines)}}));
  }
  if (order.captured_minor > 0) {
    view.set("captured_minor", order.captured_minor);
    view.set("refunded_minor", order.refunded_minor);
  }
  view.set("placed_at", to_rfc3339(order.placed));
  view.set("updated_at", to_rfc3339(order.updated));
  const bool over = is_terminal(order.state) || is_settled(order.state);
  if (!over && order.state != State::basket) {
    const Time expires = order.placed + settings.order_ttl;
    view.set("code", sign_token({order.code, expires}, settings.token_key));
  }
  if (order.state == State::mismatch) view.set("difference", to_json(order.difference));
  if (!order.reason.empty()) view.set("reason", order.reason);
  return Json(std::move(view));
}

Json view_of(const Refund& refund, wire::orders::Role reader) {
  Json::Object view;
  view.set("id", refund.id.value);
  view.set("amount_minor", refund.amount_minor);
  view.set("tax_minor", refund.tax_minor);
  view.set("reason", refund.reason);
  view.set("state", std::string(enum_name(refund.state)));
  view.set("asked_at", to_rfc3339(refund.asked));
  if (!refund.why.empty()) view.set("why", refund.why);
  if (reader == wire::orders::Role::staff) view.set("who", refund.who);
  return Json(std::move(view));
}

namespace {

const Json& text() {
  static const Json schema = Json::object({{"type", "string"}});
  return schema;
}
const Json& number() {
  static const Json schema = Json::object({{"type", "integer"}});
  return schema;
}
Json moment() { return Json::object({{"type", "string"}, {"format", "date-time"}}); }

Json lines_schema() {
  const Json line = Json::object({{"type", "object"},
                                  {"properties", Json::object({{"sku", text()},
                                                               {"name", text()},
                                                               {"quantity", number()},
                                                               {"price_minor", number()},
                                                               {"tax_bp", number()}})}});
  return Json::object({{"type", "array"}, {"items", line}});
}

}  // namespace

Json view_schema() {
  Json::Array states;
  for (const auto& [state, name] : enum_names(State{})) states.push_back(Json(name));
  Json::Array means;
  for (const auto& [one, name] : enum_names(Means{})) means.push_back(Json(name));
  const Json money = Json::object(
      {{"type", "object"},
       {"required", Json::Array{"amount_minor", "currency"}},
       {"properties", Json::object({{"amount_minor", number()}, {"currency", text()}})}});
  const Json pending = Json::object(
      {{"type", "object"},
       {"properties", Json::object({{"total_minor", number()}, {"lines", lines_schema()}})}});
  return Json::object(
      {{"type", "object"},
       {"required", Json::Array{"id", "number", "site", "state", "version", "total", "lines"}},
       {"properties",
        Json::object({{"id", text()},
                      {"number", text()},
                      {"site", text()},
                      {"state", Json::object({{"type", "string"}, {"enum", std::move(states)}})},
                      {"version", number()},
                      {"total", money},
                      {"tax_minor", number()},
                      {"payment", Json::object({{"type", "string"}, {"enum", std::move(means)}})},
                      {"lines", lines_schema()},
                      {"pending", pending},
                      {"captured_minor", number()},
                      {"refunded_minor", number()},
                      {"placed_at", moment()},
                      {"updated_at", moment()},
                      {"code", text()},
                      {"difference", Json::object({{"type", "object"}})},
                      {"reason", text()}})}});
}

Json refund_schema() {
  return Json::object({{"type", "object"},
                       {"required", Json::Array{"id", "amount_minor", "tax_minor", "state"}},
                       {"properties", Json::object({{"id", text()},
                                                    {"amount_minor", number()},
                                                    {"tax_minor", number()},
                                                    {"reason", text()},
                                                    {"state", text()},
                                                    {"asked_at", moment()},
                                                    {"why", text()},
                                                    {"who", text()}})}});
}

Json step_schema() {
  return Json::object({{"type", "object"},
                       {"properties", Json::object({{"version", number()},
                                                    {"state", text()},
                                                    {"event", text()},
                                                    {"why", text()},
                                                    {"who", text()},
                                                    {"at", moment()}})}});
}

std::string etag_of(const Order& order) { return std::to_string(order.version); }

}  // namespace trayline::orders
