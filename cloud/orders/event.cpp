#include "cloud/orders/event.hpp"

#include "lib/wire/webhooks.hpp"

namespace trayline::orders {
namespace {

bool only_passes(State state) {
  return state == State::basket || state == State::verified || state == State::capturing;
}

}  // namespace

void tell_of(const Order& order, host::Output& out) {
  if (only_passes(order.state) || order.user.empty()) return;  // a basket is nobody's
  wire::webhooks::Event event;
  event.id = "evt_" + order.id.value + "_" + std::to_string(order.version);
  event.type = "order." + std::string(enum_name(order.state));
  Json::Object data;
  data.set("id", order.id.value);
  data.set("version", order.version);
  data.set("state", std::string(enum_name(order.state)));
  data.set("number", order.number);
  data.set("user", order.user.value);
  data.set("site", order.site.value);
  data.set("total", to_json(order.total));
  data.set("lines", to_json(order.lines));
  data.set("placed_at", to_rfc3339(order.placed));
  data.set("updated_at", to_rfc3339(order.updated));
  if (order.state == State::mismatch) data.set("difference", to_json(order.difference));
  if (!order.reason.empty()) data.set("reason", order.reason);
  event.data = Json(std::move(data));
  out.messages.push_back(host::to<wire::webhooks::In>(wire::webhooks::kService, std::move(event)));
}

}  // namespace trayline::orders
