// What people do about an order beyond a tray: edit it, decide about it, pay it another way, and
// trays that come before their order.
#include "standalone/simulate/people.hpp"

namespace trayline::simulate {
namespace {

std::map<Sku, std::int64_t> items_of(const Json& view) {
  std::map<Sku, std::int64_t> items;
  const Json* lines = view.at("lines");
  if (lines == nullptr || lines->as_array() == nullptr) return items;
  for (const Json& line : *lines->as_array()) {
    items[Sku(line.text_at("sku"))] += line.int_at("quantity");
  }
  return items;
}

}  // namespace

// Two fingers on one version, or one after the other; then the tray of what the order is by then.
void People::edited(const WishPtr& wish) {
  const auto edit = [this, wish](const Json& view) {
    for (std::int64_t n = parts_.engine.between(1, 2); n > 0; --n) {
      ask_edit(wish, view, wrong({wish->items, {}}).items);
    }
  };
  when(wish, {"authorised", "declined"}, edit);
  if (parts_.engine.chance(0.3)) when(wish, {"authorised", "declined", "placed"}, edit);
  later(wish, parts_.engine.between(kMinute / 2, 20 * kMinute), [this, wish] {
    const Json view = read(wish->order, wish->user);
    auto meant = std::make_shared<Wish>(*wish);
    if (!view.is_null()) meant->items = items_of(view);
    stand(tray_of(meant), {});
  });
}

// Another tray than ordered; its customer or staff takes it as it is, which may cost more, less or
// nothing else, and sometimes something moves meanwhile.
void People::settled(const WishPtr& wish) {
  later(wish, parts_.engine.between(kMinute, 30 * kMinute), [this, wish] {
    const Tray bad = wrong(tray_of(wish));
    Looks then;
    if (parts_.engine.chance(0.3)) {
      then.emplace_back(parts_.engine.between(Millis(1'000), kMinute), wrong(bad));
    }
    stand(bad, std::move(then));
  });
  const bool staff = parts_.engine.chance(0.4);
  when(wish, {"mismatch"}, [this, wish, staff](const Json& view) {
    const bool as_it_is = staff && parts_.engine.chance(0.3);
    ask_settle(wish, view, staff ? UserId(kStaff) : wish->user,
               Json::object({{"accept", as_it_is ? "order" : "tray"}}));
  });
  if (parts_.engine.chance(0.3)) {
    when(wish, {"paid"}, [this, wish](const Json&) { ask_refund(wish, "back", std::nullopt); });
  }
}

// The camera was not sure: a person says what it is.
void People::reviewed(const WishPtr& wish) {
  unsure(wish);
  when(wish, {"review"}, [this, wish](const Json& view) {
    if (parts_.engine.chance(0.5)) {
      return ask_settle(wish, view, UserId(kStaff), Json::object({{"accept", "order"}}));
    }
    ask_settle(wish, view, UserId(kStaff), lines_of(wrong({wish->items, {}}).items));
  });
}

// Somebody new, whose first card is no good; the second is, or the counter.
void People::another_card(const WishPtr& wish) {
  wish->user = UserId("late-" + std::to_string(++late_));
  wish->challenged = false;
  save_card({wish->user, "pm_card_chargeCustomerFail"}, "first");
  parts_.engine.after(2 * kMinute, [this, wish] { order(wish); });
  const bool card = parts_.engine.chance(0.7);
  const auto again = [this, wish, card](const Json&) {
    if (card) save_card({wish->user, "pm_card_visa"}, "second");
    if (parts_.engine.chance(0.4)) {
      parts_.engine.after(parts_.engine.between(Millis(200), 3 * kMinute), [this, wish] {
        const std::string old = parts_.bank.intent_of(wish->order, "requires_payment_method");
        if (!old.empty()) parts_.bank.confirm_again(old, "pm_card_visa");
      });
    }
    parts_.engine.after(parts_.engine.between(Millis(500), 2 * kMinute), [this, wish, card] {
      ask_retry(wish, card ? "card" : "counter", "-again");
    });
  };
  when(wish, {"declined"}, again);
  if (!card)
    when(
        wish, {"capturing"}, [this, wish](const Json&) { pay_cashier(wish); }, 200);
  later(wish, parts_.engine.between(2 * kMinute, 20 * kMinute),
        [this, wish] { stand(tray_of(wish), {}); });
  if (card) when(wish, {"declined"}, [this, wish](const Json&) { ask_retry(wish, "card", "-2"); });
}

// Checked, then paid to a cashier; or nobody comes.
void People::at_the_counter(const WishPtr& wish) {
  wish->counter = true;
  order(wish);
  later(wish, parts_.engine.between(kMinute, 20 * kMinute), [this, wish] {
    if (parts_.engine.chance(0.7)) return stand(tray_of(wish), {});
    stand(wrong(tray_of(wish)), {{parts_.engine.between(Millis(500), kMinute), tray_of(wish)}});
  });
  if (parts_.engine.chance(0.2)) return;
  when(
      wish, {"capturing"}, [this, wish](const Json&) { pay_cashier(wish); }, 200);
  if (!parts_.engine.chance(0.4)) return;
  when(
      wish, {"paid"},
      [this, wish](const Json&) {
        ask_refund(wish, "back", parts_.engine.between(50, 900));
        ask_refund(wish, "rest", std::nullopt);
      },
      200);
}

// The tray first. Whoever is first to take it pays for it.
void People::walks_up(const WishPtr& wish) {
  Tray tray{wish->items, {}};
  Looks then;
  if (parts_.engine.chance(0.3)) {
    then.emplace_back(parts_.engine.between(Millis(500), kMinute), wrong(tray));
  }
  if (parts_.engine.chance(0.3)) {
    tray = with_code_of(wish->user, std::move(tray));
    return stand(std::move(tray), std::move(then));
  }
  then.emplace_back(2 * kMinute, then.empty() ? tray : then.back().second);
  const auto basket = std::make_shared<Wish>(*wish);
  stand(std::move(tray), std::move(then), [this, basket](Core& core, std::size_t station) {
    watch_screen(core, station, basket, 30);
  });
}

void People::watch_screen(Core& core, std::size_t station, const WishPtr& basket, int times) {
  if (times == 0) return;
  parts_.engine.after(
      parts_.engine.between(Millis(500), Millis(6'000)), [this, &core, station, basket, times] {
        if (!core.occupied(station)) return;
        const wire::ScreenState* shown = core.shows(station);
        const bool waits = shown != nullptr && shown->status == "checking" && shown->order;
        if (!waits) return watch_screen(core, station, basket, times - 1);
        basket->order = *shown->order;
        ask_bind(basket, basket->user);
        if (parts_.engine.chance(0.4)) ask_bind(basket, parts_.engine.pick(customers_).user);
        if (parts_.engine.chance(0.5)) watch_screen(core, station, basket, times - 1);
      });
}

void People::with_own_code(const WishPtr& wish) {
  later(wish, parts_.engine.between(kMinute, 30 * kMinute), [this, wish] {
    const Tray tray = with_code_of(wish->user, tray_of(wish));
    stand(parts_.engine.chance(0.5) ? tray : wrong(tray),
          {{parts_.engine.between(Millis(500), kMinute), tray}});
  });
}

}  // namespace trayline::simulate
