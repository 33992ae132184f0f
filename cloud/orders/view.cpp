#include "cloud/orders/view.hpp"

#include "cloud/orders/token.hpp"
#include "lib/host/schema.hpp"

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

using namespace host::schema;

Json lines_schema() {
  return array_of(object("OrderLine", {{"sku", text()},
                                       {"name", text()},
                                       {"quantity", integer()},
                                       {"price_minor", integer()},
                                       {"tax_bp", integer()}}));
}

Json difference_schema() {
  const Json counts = array_of(object("SkuCount", {{"sku", text()}, {"count", integer()}}));
  return object("Difference", {{"missing", counts}, {"extra", counts}});
}

}  // namespace

Json view_schema() {
  const Json pending = object("", {{"total_minor", integer()}, {"lines", lines_schema()}});
  return object("Order",
                {{"id", text()},
                 {"number", text()},
                 {"site", text()},
                 {"state", one_of<State>()},
                 {"version", integer()},
                 {"total", money()},
                 {"tax_minor", integer()},
                 {"payment", one_of<Means>()},
                 {"lines", lines_schema()},
                 {"placed_at", moment()},
                 {"updated_at", moment()}},
                {{"pending", pending},
                 {"captured_minor", integer()},
                 {"refunded_minor", integer()},
                 {"code", text()},
                 {"difference", difference_schema()},
                 {"reason", text()}});
}

Json refund_schema() {
  return object("Refund",
                {{"id", text()},
                 {"amount_minor", integer()},
                 {"tax_minor", integer()},
                 {"reason", text()},
                 {"state", text()},
                 {"asked_at", moment()}},
                {{"why", text()}, {"who", text()}});
}

Json step_schema() {
  return object("OrderStep", {{"version", integer()},
                              {"state", text()},
                              {"event", text()},
                              {"why", text()},
                              {"who", text()},
                              {"at", moment()}});
}

std::string etag_of(const Order& order) { return std::to_string(order.version); }

}  // namespace trayline::orders
