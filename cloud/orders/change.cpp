#include "cloud/orders/change.hpp"

#include <algorithm>

#include "cloud/orders/event.hpp"
#include "lib/base/check.hpp"
#include "lib/wire/catalogue.hpp"
#include "lib/wire/monitors.hpp"
#include "lib/wire/payments.hpp"
#include "lib/wire/push.hpp"

namespace trayline::orders {
namespace {

struct News {
  std::string_view status;
  std::string_view title;
  std::string_view text;
};

constexpr News kNews[] = {
    {"authorised", "Order placed", "We hold the amount until your tray is checked."},
    {"action_required", "Please confirm", "Your bank asks you to confirm the payment."},
    {"declined", "Card declined", "Please use another card."},
    {"mismatch", "Please check your tray",
     "The tray is not what you ordered. Nothing was charged."},
    {"review", "One moment", "A colleague is looking at your tray. Nothing was charged."},
    {"paid", "Paid", "Thank you, enjoy your meal."},
    {"cancelled", "Cancelled", "The amount on hold is released."},
    {"expired", "Expired", "The order was not picked up. The amount on hold is released."},
    {"refunded", "Refunded", "The money is on its way back."},
    {"refund_failed", "Refund not possible", "Your bank sent the money back. We take care of it."},
};

constexpr std::string_view kSeePhone = "see_phone";
constexpr std::string_view kBasket = "basket";

}  // namespace

std::string expiry_timer(const OrderId& order) { return "orders-expire-" + order.value; }

std::string_view screen_status(const Order& order) {
  switch (order.state) {
    case State::basket:
      return order.lines.empty() ? "checking" : kBasket;
    case State::placed:
    case State::authorised:
    case State::verified:
    case State::capturing:
      return "checking";
    case State::paid:
      return "paid";
    case State::declined:
    case State::action_required:
      return kSeePhone;
    case State::mismatch:
      return "mismatch";
    case State::review:
      return "review";
    case State::cancelled:
    case State::expired:
    case State::refunded:
      return "cancelled";
  }
  return "review";
}

std::vector<wire::SkuCount> counts_of(const std::vector<Line>& lines) {
  std::vector<wire::SkuCount> counts;
  for (const Line& line : lines) counts.push_back({line.sku, line.quantity});
  return counts;
}
std::vector<wire::SkuCount> counts_of(const Order& order) { return counts_of(order.lines); }

std::string text_of(const Who& who) {
  const std::string role(enum_name(who.role));
  return who.id.empty() ? role : role + ":" + who.id;
}

host::Message adjust_stock(const SiteId& site, std::vector<wire::SkuCount> back) {
  return host::to<wire::catalogue::In>(wire::catalogue::kService,
                                       wire::catalogue::AdjustStock{site, std::move(back)});
}

std::vector<wire::SkuCount> without(const std::vector<wire::SkuCount>& all,
                                    const std::vector<wire::SkuCount>& less) {
  std::map<Sku, std::int64_t> counts;
  for (const wire::SkuCount& c : all) counts[c.sku] += c.count;
  for (const wire::SkuCount& c : less) counts[c.sku] -= c.count;
  std::vector<wire::SkuCount> rest;
  for (const auto& [sku, count] : counts) {
    if (count != 0) rest.push_back({sku, count});
  }
  return rest;
}

std::int64_t tax_at(const Settings& settings, const SiteId& site, const std::vector<Line>& lines) {
  const auto rule = settings.tax.find(site);
  const Result<std::int64_t> tax =
      tax_of(lines, rule == settings.tax.end() ? TaxRule() : rule->second);
  check(tax.has_value(), "lines of the catalogue whose tax cannot be counted");
  return *tax;
}

std::vector<wire::ScreenLine> screen_lines(const Order& order) {
  const bool certain = order.tray != TrayWord::unsure;
  std::map<Sku, std::int64_t> missing;
  for (const wire::SkuCount& c : order.difference.missing) missing[c.sku] += c.count;
  std::vector<wire::ScreenLine> lines;
  for (const wire::orders::Line& line : order.lines) {
    const std::int64_t gone = std::min(missing[line.sku], line.quantity);
    if (line.quantity > gone) {
      lines.push_back(
          {line.sku, line.name, line.quantity - gone, wire::LineState::seen, line.price_minor});
    }
    if (gone > 0) {
      const auto state = certain ? wire::LineState::missing : wire::LineState::unclear;
      lines.push_back({line.sku, line.name, gone, state, line.price_minor});
    }
    missing[line.sku] -= gone;
  }
  for (const wire::SkuCount& c : order.difference.extra) {
    const auto named = std::find_if(order.lines.begin(), order.lines.end(),
                                    [&](const auto& line) { return line.sku == c.sku; });
    const std::string name = named == order.lines.end() ? c.sku.value : named->name;
    const auto state = certain ? wire::LineState::extra : wire::LineState::unclear;
    lines.push_back({c.sku, name, c.count, state, std::nullopt});
  }
  return lines;
}

Change::Change(Decision& decision, const Settings& settings, Order before, Time now, Who who)
    : order(std::move(before)),
      decision_(decision),
      settings_(settings),
      now_(now),
      who_(text_of(who)),
      was_state_(order.state),
      was_version_(order.version) {}

bool Change::step(Event event, std::string_view why) {
  const std::optional<State> next = transition(order.state, event);
  if (!next) return false;
  const bool news = *next != order.state;
  order.state = *next;
  decision_.history.push_back(
      {order.id, 0, order.state, std::string(enum_name(event)), std::string(why), who_});
  if (!news || order.user.empty()) return true;  // a basket is nobody's yet
  // Who is told that the money comes back hears as well that it does not.
  const std::string_view status =
      event == Event::refund_failed ? enum_name(event) : enum_name(order.state);
  for (const News& n : kNews) {
    if (n.status != status) continue;
    decision_.out.messages.push_back(host::to<wire::push::In>(
        wire::push::kService,
        wire::push::Notify{order.user, order.id, std::string(status),
                           std::string(n.title) + " (" + order.number + ")", std::string(n.text)}));
  }
  return true;
}

void Change::ask_capture() {
  if (order.hold_minor < order.total.minor) {
    if (step(Event::hold_too_small, "")) order.reason = "hold_too_small";
    return;
  }
  if (!step(Event::capture_asked, "")) return;
  decision_.out.messages.push_back(host::to<wire::payments::In>(
      wire::payments::kService, wire::payments::Capture{order.id, order.total, order.tax_minor}));
}

void Change::ask_hold(bool off_session) {
  decision_.out.messages.push_back(host::to<wire::payments::In>(
      wire::payments::kService, wire::payments::Hold{order.id, order.user, order.site, order.total,
                                                     off_session, order.means}));
}

void Change::ask_void(std::string_view reason) {
  decision_.out.messages.push_back(host::to<wire::payments::In>(
      wire::payments::kService, wire::payments::Void{order.id, std::string(reason)}));
}

void Change::put_lines(const Pending& lines) {
  order.lines = lines.lines;
  order.total.minor = lines.total_minor;
  order.tax_minor = lines.tax_minor;
  order.menu_version = lines.menu_version;
  order.pending.reset();
  decision_.relined = true;
}

void Change::drop_lines() {
  order.lines.clear();
  order.total.minor = 0;
  order.tax_minor = 0;
  decision_.relined = true;
}

void Change::drop_pending() {
  if (!order.pending) return;
  decision_.out.messages.push_back(
      adjust_stock(order.site, without(counts_of(order.pending->lines), counts_of(order.lines))));
  order.pending.reset();
}

void Change::expire_at(Time due) {
  const wire::orders::In expire = wire::orders::Expire{order.id};
  decision_.out.timers.push_back({expiry_timer(order.id), std::string(wire::orders::kService), due,
                                  wire::variant_to_json(expire)});
}

void Change::show(std::string_view status, bool update, const wire::Prediction* seen) {
  const auto station = settings_.stations.find({order.core, order.station});
  if (station == settings_.stations.end()) return;
  wire::ScreenState state;
  state.screen = station->second.screen;
  state.status = std::string(status);
  state.order = order.id;
  state.number = order.number;
  state.station = order.station;
  if (status != kSeePhone) {  // what is wrong with somebody's card is nobody else's business
    state.lines = screen_lines(order);
    state.total = order.total;
  }
  if (status == kBasket && !settings_.basket_address.empty()) {
    state.link = settings_.basket_address + order.id.value;
    state.code = order.number;
    state.until_ms = to_ms(now_ + settings_.basket_ttl);
  }
  wire::monitors::Show show{order.core, std::move(state), update, {}, 0};
  if (seen != nullptr) {
    show.boot_id = seen->boot_id;
    show.monotonic_ms = seen->monotonic_ms;
  }
  decision_.out.messages.push_back(
      host::to<wire::monitors::In>(wire::monitors::kService, std::move(show)));
}

void Change::show_state(const wire::Prediction* seen) { show(screen_status(order), false, seen); }
void Change::update_screen() { show(screen_status(order), true); }

void Change::release(std::string_view reason) {
  decision_.out.cancel_timers.push_back(expiry_timer(order.id));
  if (was_state_ != State::basket) {  // which has taken neither
    ask_void(reason);
    drop_pending();
    decision_.out.messages.push_back(adjust_stock(order.site, counts_of(order)));
  }
}

void Change::finish() {
  order.version = was_version_ + 1;
  order.updated = now_;
  for (History& h : decision_.history) h.version = order.version;
  decision_.was_version = was_version_;
  decision_.out.wake.push_back("order:" + order.id.value);
  decision_.out.wake.emplace_back(kBoardKey);
  if (order.state != was_state_) tell_of(order, decision_.out);
  decision_.changed = std::move(order);
}

}  // namespace trayline::orders
