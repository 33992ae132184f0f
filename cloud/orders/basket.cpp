#include "cloud/orders/basket.hpp"

#include <algorithm>

#include "cloud/orders/answering.hpp"
#include "cloud/orders/change.hpp"
#include "cloud/orders/decide.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/random.hpp"
#include "lib/wire/catalogue.hpp"

namespace trayline::orders {
namespace {

using wire::orders::Purpose;
using wire::orders::Role;

// Decisions draw no random numbers: a basket's names follow from its first prediction and the key.
class FromDigest final : public Random {
 public:
  FromDigest(std::string_view key, const std::string& text)
      : bytes_(hmac_sha256(as_bytes(key), as_bytes(text))) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = bytes_[at_++ % bytes_.size()];
  }

 private:
  Sha256 bytes_;
  std::size_t at_ = 0;
};

std::vector<wire::SkuCount> items_of(const wire::Prediction& tray) {
  std::vector<wire::SkuCount> items;
  for (const wire::SeenItem& item : tray.items) items.push_back({item.sku, item.count});
  return items;
}

void ask_price(Decision& d, const Order& basket, const wire::Prediction& tray) {
  wire::catalogue::Quote quote;
  quote.order = basket.id;
  quote.site = basket.site;
  quote.lines = items_of(tray);
  quote.revision = wire::catalogue::Revision{
      Purpose::basket, {Role::device, tray.core.value}, basket.version, tray.id.value, {}};
  d.out.messages.push_back(
      host::to<wire::catalogue::In>(wire::catalogue::kService, std::move(quote)));
}

void take_tray(Order& basket, const WalkUp& seen) {
  basket.core = seen.tray.core;
  basket.station = seen.tray.station;
  basket.visit = seen.tray.visit;
  basket.prediction = seen.tray.id;
  basket.tray = TrayWord::match;  // it is what the tray is
  basket.user = seen.customer;
}

// It is the customer's now, and becomes an order like any other.
void take_basket(Decision& d, const Settings& settings, Change& change, Time now) {
  if (!change.step(Event::bind, "")) return;
  change.order.placed = now;
  change.expire_at(now + settings.order_ttl);
  std::vector<wire::SkuCount> taken = counts_of(change.order);
  for (wire::SkuCount& item : taken) item.count = -item.count;
  d.out.messages.push_back(adjust_stock(change.order.site, std::move(taken)));
  change.ask_hold(false);
}

}  // namespace

bool is_sure(const wire::Prediction& tray, const Settings& settings) {
  if (tray.items.empty() || tray.visit_uncertain || tray.verdict != wire::Verdict::confident) {
    return false;
  }
  const bool unknown =
      std::any_of(tray.items.begin(), tray.items.end(),
                  [](const wire::SeenItem& item) { return item.sku.value == wire::kUnknownSku; });
  return !unknown &&
         verify::verify(tray, items_of(tray), settings.verify).kind == verify::Kind::match;
}

OrderId see_basket(Decision& d, const Snapshot& snapshot, const Settings& settings,
                   const WalkUp& seen, Time now) {
  const Who camera{Role::device, seen.tray.core.value};
  if (seen.basket != nullptr) {
    Change change(d, settings, *seen.basket, now, camera);
    take_tray(change.order, seen);
    change.drop_lines();  // they are of what stood there before
    change.show_state(&seen.tray);
    change.finish();
    ask_price(d, *d.changed, seen.tray);
    return d.changed->id;
  }
  FromDigest random(settings.token_key, "basket\n" + seen.tray.core.value + "\n" +
                                            seen.tray.visit.value + "\n" + seen.tray.id.value);
  const auto last = snapshot.numbers.find(seen.site);
  const std::int64_t number = (last == snapshot.numbers.end() ? 0 : last->second) + 1;
  Order basket;
  basket.id = OrderId(uuid7(now, random));
  std::array<std::uint8_t, 8> code{};
  random.fill(code);
  basket.code = to_hex(code);
  basket.number = "A-" + std::to_string(number);
  basket.site = seen.site;
  basket.state = State::basket;
  basket.placed = now;
  basket.updated = now;
  take_tray(basket, seen);
  d.number = {seen.site, number};
  d.history.push_back(
      {basket.id, basket.version, basket.state, "basket", seen.tray.id.value, text_of(camera)});
  Change change(d, settings, std::move(basket), now, camera);
  change.expire_at(now + settings.basket_ttl);
  change.show_state(&seen.tray);
  ask_price(d, change.order, seen.tray);
  d.placed = std::move(change.order);
  return d.placed->id;
}

void drop_basket(Decision& d, const Settings& settings, const Order& basket, Time now) {
  Change change(d, settings, basket, now, {Role::device, basket.core.value});
  if (!change.step(Event::tray_unsure, "")) return;
  change.order.reason = "unsure";
  change.release("abandoned");
  change.finish();
}

Decision price_basket(const Snapshot& snapshot, const Settings& settings,
                      const wire::orders::Revise& revise, Time now) {
  Decision d;
  const auto found = snapshot.orders.find(revise.order);
  check(found != snapshot.orders.end(), "prices for a basket that is not there");
  const Order& before = found->second;
  if (before.state != State::basket || before.version != revise.version) return d;
  Change change(d, settings, before, now, revise.who);
  Order& order = change.order;
  if (!revise.refused.empty()) {  // a person looks at what was seen
    change.step(Event::basket_refused, revise.refused);
    order.reason = revise.refused;
    order.tray = TrayWord::unsure;
    order.difference.extra = counts_of(revise.lines);
    change.release("abandoned");
    change.show("review", true);
    change.finish();
    return d;
  }
  change.step(Event::basket_priced, "");
  order.total.currency = revise.total.currency;
  change.put_lines({revise.lines, revise.total.minor, tax_at(settings, order.site, revise.lines),
                    revise.menu_version, false, false});
  change.expire_at(now + settings.basket_ttl);
  if (!order.user.empty()) take_basket(d, settings, change, now);
  change.show_state();
  change.finish();
  return d;
}

Decision decide_bind(const Snapshot& snapshot, const Settings& settings,
                     const wire::orders::Bind& bind, std::uint64_t request, Time now) {
  Decision d;
  Answering answer(d, settings, request);
  const auto found = snapshot.orders.find(bind.order);
  const bool there = found != snapshot.orders.end();
  if (there && found->second.user == bind.user) {  // theirs already: the same answer again
    answer.show(found->second);
    return d;
  }
  if (!there || !found->second.user.empty()) {
    answer.refuse(Code::not_found, "basket_not_found", "There is no such basket.");
    return d;
  }
  const Order& before = found->second;
  if (before.state != State::basket || before.lines.empty()) {
    answer.refuse(Code::conflict, "basket_closed", "The tray waits no more. Set it down again.");
    return d;
  }
  Change change(d, settings, before, now, {Role::customer, bind.user.value});
  change.order.user = bind.user;
  change.order.means = bind.means;
  take_basket(d, settings, change, now);
  change.update_screen();
  change.finish();
  answer.show(*d.changed);
  return d;
}

}  // namespace trayline::orders
