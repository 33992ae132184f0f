#include "cloud/orders/rows.hpp"

#include "cloud/orders/sql.hpp"
#include "lib/base/check.hpp"

namespace trayline::orders {
namespace {

template <class E>
E enum_from(const std::string& text) {
  const std::optional<E> value = enum_value<E>(text);
  check(value.has_value(), "orders: a row with an unknown word");
  return *value;
}

// Open orders are those that a tray or a customer can still change.
std::int64_t is_open(const Order& order) {
  return is_terminal(order.state) || order.state == State::paid ? 0 : 1;
}

std::string_view name(State state) { return enum_name(state); }

std::string pending_text(const Order& order) {
  return order.pending ? to_json_text(*order.pending) : std::string();
}

}  // namespace

Order order_from(const store::Row& row) {
  Order order;
  order.id = OrderId(row.text("id"));
  order.code = row.text("code");
  order.number = row.text("number");
  order.user = UserId(row.text("user_id"));
  order.site = SiteId(row.text("site"));
  order.state = enum_from<State>(row.text("state"));
  order.version = row.integer("version");
  const Result<Currency> currency = Currency::parse(row.text("currency"));
  check(currency.has_value(), "orders: a row without currency");
  order.total = {row.integer("total_minor"), *currency};
  order.hold_minor = row.integer("hold_minor");
  order.holds = row.integer("holds");
  order.menu_version = row.text("menu_version");
  order.core = CoreId(row.text("core"));
  order.station = StationId(row.text("station"));
  order.visit = VisitId(row.text("visit"));
  order.prediction = PredictionId(row.text("prediction"));
  order.tray = enum_from<TrayWord>(row.text("tray"));
  const Result<Difference> difference = from_json_text<Difference>(row.text("difference"));
  check(difference.has_value(), "orders: a difference that cannot be read");
  order.difference = *difference;
  order.reason = row.text("reason");
  order.placed = from_ms(row.integer("placed_ms"));
  order.updated = from_ms(row.integer("updated_ms"));
  order.tax_minor = row.integer("tax_minor");
  order.means = enum_from<Means>(row.text("means"));
  if (const std::string& text = row.text("pending"); !text.empty()) {
    const Result<Pending> pending = from_json_text<Pending>(text);
    check(pending.has_value(), "orders: pending lines that cannot be read");
    order.pending = *pending;
  }
  order.captured_minor = row.integer("captured_minor");
  order.refunded_minor = row.integer("refunded_minor");
  order.refund_asked_minor = row.integer("refund_asked_minor");
  order.refund_tax_minor = row.integer("refund_tax_minor");
  return order;
}

Result<void> load_lines(store::Session& session, std::vector<Order*> orders) {
  if (orders.empty()) return {};
  store::Rows ids(1);
  std::map<std::string, Order*> by_id;
  for (Order* order : orders) {
    ids.add(order->id.value);
    by_id[order->id.value] = order;
  }
  const Result<store::Answer> lines = session.run(sql::load_lines, ids);
  if (!lines) return fail(lines.error());
  for (const store::Row& row : *lines) {
    by_id.at(row.text("order_id"))
        ->lines.push_back({Sku(row.text("sku")), row.text("name"), row.integer("quantity"),
                           row.integer("price_minor"), row.integer("tax_bp")});
  }
  return {};
}

Refund refund_from(const store::Row& row) {
  return {RefundId(row.text("id")),
          OrderId(row.text("order_id")),
          row.integer("amount_minor"),
          row.integer("tax_minor"),
          row.text("reason"),
          row.text("who"),
          enum_from<RefundState>(row.text("state")),
          row.text("why"),
          from_ms(row.integer("asked_ms"))};
}

void add_insert(store::Rows& rows, const Order& o) {
  rows.add(o.id.value, o.code, o.number, o.user.value, o.site.value, name(o.state), o.version,
           o.total.currency.str(), o.total.minor, o.hold_minor, o.holds, o.menu_version,
           o.core.value, o.station.value, o.visit.value, o.prediction.value, enum_name(o.tray),
           to_json_text(o.difference), o.reason, to_ms(o.placed), to_ms(o.updated), is_open(o),
           o.tax_minor, enum_name(o.means), pending_text(o), o.captured_minor, o.refunded_minor,
           o.refund_asked_minor, o.refund_tax_minor);
}

void add_update(store::Rows& rows, const Order& o, std::int64_t was_version) {
  rows.add(o.id.value, was_version, name(o.state), o.version, o.user.value, o.total.currency.str(),
           o.total.minor, o.hold_minor, o.holds, o.menu_version, o.core.value, o.station.value,
           o.visit.value, o.prediction.value, enum_name(o.tray), to_json_text(o.difference),
           o.reason, to_ms(o.placed), to_ms(o.updated), is_open(o), o.tax_minor, enum_name(o.means),
           pending_text(o), o.captured_minor, o.refunded_minor, o.refund_asked_minor,
           o.refund_tax_minor);
}

void add_lines(store::Rows& rows, const Order& o) {
  std::int64_t position = 0;
  for (const Line& line : o.lines) {
    rows.add(o.id.value, position++, line.sku.value, line.name, line.quantity, line.price_minor,
             line.tax_bp);
  }
}

}  // namespace trayline::orders
