// What people do with their orders: the table, and each of its lines.
#include "standalone/simulate/people.hpp"

#include <algorithm>

#include "cloud/orders/token.hpp"

namespace trayline::simulate {
namespace {

constexpr double kCutAtTray = 0.02;  // of trays, for each time that the power is cut by chance

}  // namespace

const std::vector<People::Plan>& People::plans() {
  static const std::vector<Plan> all{
      {"right", 22, &People::right},
      {"at once", 8, &People::at_once},
      {"mended", 10, &People::mended},
      {"spoiled", 8, &People::spoiled},
      {"wrong only", 5, &People::wrong_only},
      {"unsure", 6, &People::unsure},
      {"unsure, then clear", 5, &People::unsure_then_clear},
      {"with another's code", 4, &People::with_other_code},
      {"without a code", 3, &People::without_code},
      {"never comes", 4, &People::never_comes},
      {"cancelled", 4, &People::cancelled},
      {"cancelled at the tray", 8, &People::cancelled_at_the_tray},
      {"lapsed", 6, &People::lapsed},
      {"on two trays", 4, &People::twice},
      {"two orders on one tray", 7, &People::two_orders_one_tray},
      {"paid back", 8, &People::paid_back},
      {"cancelled by staff", 4, &People::cancelled_by_staff},
      {"edited", 10, &People::edited},
      {"settled", 12, &People::settled},
      {"reviewed", 6, &People::reviewed},
      {"another card", 6, &People::another_card, false},
      {"at the counter", 8, &People::at_the_counter, false},
      {"walks up", 10, &People::walks_up, false},
      {"with one's own code", 5, &People::with_own_code},
  };
  return all;
}

void People::arrive() {
  // Declines come with the charge; challenges when a card is saved and at each payment; some holds
  // do not grow, and some refunds take their time or fail after they have succeeded.
  const std::vector<std::string> cards{"pm_card_visa",
                                       "pm_card_mastercard",
                                       "pm_card_amex",
                                       "pm_card_threeDSecure2Required",
                                       "pm_card_chargeCustomerFail",
                                       "pm_card_authenticationRequiredOnSetup",
                                       "pm_card_refundFail",
                                       "pm_card_pendingRefund"};
  for (const std::string& card : cards) {
    const UserId user("user-" + std::to_string(customers_.size()));
    customers_.push_back({user, card, card == "pm_card_threeDSecure2Required"});
    save_card(customers_.back(), "first");
  }
  const auto& menu = parts_.settings.menu.items;
  if (parts_.engine.chance(0.7)) count(parts_.engine.pick(menu).sku, parts_.engine.between(1, 9));
}

void People::plan(int orders, Millis over) {
  int weights = 0;
  for (const Plan& plan : plans()) weights += plan.weight;
  for (int i = 0; i < orders; ++i) {
    const Customer& customer = parts_.engine.pick(customers_);
    auto wish = std::make_shared<Wish>();
    wish->attempt = "wish-" + std::to_string(i);
    wish->user = customer.user;
    wish->challenged = customer.challenged;
    const auto& menu = parts_.settings.menu.items;
    for (std::int64_t kinds = parts_.engine.between(1, 3); kinds > 0; --kinds) {
      wish->items[parts_.engine.pick(menu).sku] += parts_.engine.between(1, 2);
    }
    wishes_.push_back(wish);
    std::int64_t at = parts_.engine.between(0, weights - 1);
    const auto plan = std::find_if(plans().begin(), plans().end(), [&](const Plan& p) {
      at -= p.weight;
      return at < 0;
    });
    parts_.engine.after(parts_.engine.between(Millis(0), over), [this, wish, plan = *plan] {
      parts_.engine.note("wish", {wish->attempt, wish->user.value, plan.name});
      if (plan.orders) order(wish);
      (this->*plan.act)(wish);
    });
  }
}

Tray People::tray_of(const WishPtr& wish, Sight sight) const {
  return {wish->items, {{wish->order, wish->code}}, sight};
}

Tray People::with_code_of(const UserId& user, Tray tray) const {
  // A phone takes the time from the network.
  const Time expires = parts_.engine.now() + parts_.settings.orders->customer_code_life;
  tray.codes.clear();
  tray.customers = {
      {user, orders::sign_customer({user, expires}, parts_.settings.orders->token_key)}};
  return tray;
}

Tray People::wrong(Tray tray) {
  if (tray.items.size() > 1 && parts_.engine.chance(0.5)) {
    tray.items.erase(tray.items.begin());
  } else {
    tray.items[parts_.engine.pick(parts_.settings.menu.items).sku] += 1;
  }
  return tray;
}

void People::stand(Tray first, Looks then, const There& there, int patience) {
  std::vector<std::pair<Core*, std::size_t>> free;
  for (const auto& core : parts_.cores) {
    for (std::size_t station = 0; station < 2; ++station) {
      if (!core->occupied(station)) free.emplace_back(core.get(), station);
    }
  }
  if (free.empty()) {
    if (patience == 0) return;
    return parts_.engine.after(
        kMinute, [this, first, then, there, patience] { stand(first, then, there, patience - 1); });
  }
  const auto [core, station] = parts_.engine.pick(free);
  core->put_tray(station, std::move(first));
  if (there) there(*core, station);
  if (parts_.engine.chance(kCutAtTray * parts_.swarm.core_crashes)) {
    parts_.engine.after(parts_.engine.between(Millis(0), Millis(2'000)),
                        [core = core] { core->cut_power(); });
  }
  Millis last{0};
  for (auto& [after, tray] : then) {
    parts_.engine.after(
        after, [core = core, station = station, tray] { core->change_tray(station, tray); });
    last = std::max(last, after);
  }
  parts_.engine.after(last + parts_.engine.between(Millis(20'000), 4 * kMinute),
                      [core = core, station = station] { core->remove_tray(station); });
}

void People::right(const WishPtr& wish) {
  const Millis wait = parts_.engine.chance(0.1) ? parts_.engine.between(60 * kMinute, 300 * kMinute)
                                                : parts_.engine.between(kMinute, 60 * kMinute);
  later(wish, wait, [this, wish] {
    Looks touched;
    for (std::int64_t n = parts_.engine.between(0, 2); n > 0; --n) {
      touched.emplace_back(parts_.engine.between(Millis(300), kMinute), tray_of(wish));
    }
    stand(tray_of(wish), std::move(touched));
  });
}

// The tray stands there before the hold does.
void People::at_once(const WishPtr& wish) {
  const auto put = [this, wish] {
    Looks then;
    if (parts_.engine.chance(0.3)) {
      then.emplace_back(parts_.engine.between(Millis(50), Millis(3'000)), wrong(tray_of(wish)));
    }
    stand(tray_of(wish), std::move(then));
  };
  later(wish, parts_.engine.between(Millis(30), Millis(1'500)), put);
}

void People::mended(const WishPtr& wish) {
  later(wish, parts_.engine.between(kMinute, 30 * kMinute), [this, wish] {
    stand(wrong(tray_of(wish)), {{parts_.engine.between(Millis(200), 2 * kMinute), tray_of(wish)}});
  });
}

// Right, and changed again within moments: what was seen last counts until the money is asked for.
void People::spoiled(const WishPtr& wish) {
  later(wish, parts_.engine.between(kMinute, 30 * kMinute), [this, wish] {
    const bool first_wrong = parts_.engine.chance(0.5);
    const Tray good = tray_of(wish);
    const Tray bad = wrong(good);
    Looks then;
    Millis at{0};
    for (int i = 0; i < 3; ++i) {
      at += parts_.engine.between(Millis(10), Millis(3'000));
      then.emplace_back(at, (i % 2 == 0) == first_wrong ? good : bad);
    }
    stand(first_wrong ? bad : good, std::move(then));
  });
}

void People::wrong_only(const WishPtr& wish) {
  later(wish, parts_.engine.between(kMinute, 30 * kMinute), [this, wish] {
    stand(wrong(tray_of(wish)), {});
    if (!parts_.engine.chance(0.5)) return;
    later(wish, 10 * kMinute, [this, wish] { stand(tray_of(wish), {}); });
  });
}

void People::unsure(const WishPtr& wish) {
  later(wish, parts_.engine.between(kMinute, 30 * kMinute), [this, wish] {
    const std::vector<Sight> all{Sight::blurred, Sight::unknown_item, Sight::count_in_doubt};
    stand(tray_of(wish, parts_.engine.pick(all)), {});
  });
}

void People::unsure_then_clear(const WishPtr& wish) {
  later(wish, parts_.engine.between(Millis(500), 30 * kMinute), [this, wish] {
    stand(tray_of(wish, Sight::blurred),
          {{parts_.engine.between(Millis(500), kMinute), tray_of(wish)}});
  });
}

// Two codes in one picture count as none; one of somebody else's is somebody else's tray.
void People::with_other_code(const WishPtr& wish) {
  later(wish, parts_.engine.between(kMinute, 30 * kMinute), [this, wish] {
    const WishPtr& other = parts_.engine.pick(wishes_);
    if (other->order.empty()) return;
    if (parts_.engine.chance(0.3)) return forged(other);
    Tray tray = tray_of(wish);
    if (parts_.engine.chance(0.5)) tray.codes.clear();
    tray.codes.emplace_back(other->order, other->code);
    stand(tray, {});
  });
}

// A code that somebody made up for another's order, over the right things.
void People::forged(const WishPtr& wish) {
  Tray tray = tray_of(wish);
  std::string text = wish->code;
  if (text.empty()) return;
  text.back() = text.back() == 'A' ? 'B' : 'A';
  tray.codes = {{OrderId("nobody's"), text}};
  stand(std::move(tray), {});
}

void People::without_code(const WishPtr& wish) {
  later(wish, parts_.engine.between(kMinute, 30 * kMinute), [this, wish] {
    Tray tray = tray_of(wish);
    tray.codes.clear();
    const bool shows_it = parts_.engine.chance(0.5);
    Looks then;
    if (shows_it) then.emplace_back(parts_.engine.between(Millis(500), kMinute), tray_of(wish));
    stand(tray, std::move(then));
  });
}

void People::never_comes(const WishPtr& wish) {
  later(wish, parts_.engine.between(kMinute, 20 * kMinute), [this, wish] {
    const std::string intent = parts_.bank.intent_of(wish->order, "requires_capture");
    if (!intent.empty()) parts_.bank.forge(intent);
  });
}

void People::cancelled(const WishPtr& wish) {
  later(wish, parts_.engine.between(Millis(10), 20 * kMinute), [this, wish] {
    if (parts_.engine.chance(0.5)) return cancel(wish);
    const Json view = read(wish->order, wish->user);
    parts_.engine.after(parts_.engine.between(Millis(0), Millis(2'000)),
                        [this, wish, view] { ask_cancel(wish, view); });
  });
}

void People::cancelled_at_the_tray(const WishPtr& wish) {
  const Millis tray = parts_.engine.between(Millis(3'000), 5 * kMinute);
  const Millis wish_to_cancel = tray + parts_.engine.between(Millis(-300), Millis(900));
  later(wish, tray, [this, wish] { stand(tray_of(wish), {}); });
  later(wish, wish_to_cancel, [this, wish] { cancel(wish); });
}

void People::lapsed(const WishPtr& wish) {
  const Millis tray = parts_.engine.between(2 * kMinute, 30 * kMinute);
  const bool close = parts_.engine.chance(0.5);
  later(wish, close ? tray + parts_.engine.between(Millis(-500), Millis(300)) : tray - kMinute,
        [this, wish] {
          const std::string intent = parts_.bank.intent_of(wish->order, "requires_capture");
          if (!intent.empty()) parts_.bank.lapse(intent);
        });
  later(wish, tray, [this, wish] { stand(tray_of(wish), {}); });
}

// In parts, some of them at the same moment and some greater than what is left.
void People::paid_back(const WishPtr& wish) {
  const Millis wait = parts_.engine.between(kMinute, 30 * kMinute);
  later(wish, wait, [this, wish] { stand(tray_of(wish), {}); });
  for (std::int64_t part = parts_.engine.between(1, 3); part > 0; --part) {
    std::optional<std::int64_t> amount;
    if (parts_.engine.chance(0.7)) amount = parts_.engine.between(50, 900);
    const Millis after =
        parts_.engine.chance(0.5) ? kMinute : parts_.engine.between(10, 60) * kMinute;
    later(wish, wait + after,
          [this, wish, part, amount] { ask_refund(wish, "part-" + std::to_string(part), amount); });
  }
}

void People::cancelled_by_staff(const WishPtr& wish) {
  const Millis wait = parts_.engine.between(kMinute, 20 * kMinute);
  later(wish, wait, [this, wish] { stand(tray_of(wish), {}); });
  later(wish, wait + parts_.engine.between(Millis(-300), Millis(2'000)),
        [this, wish] { cancel(wish, true); });
}

// The same code and the same things on two stations.
void People::twice(const WishPtr& wish) {
  const Millis wait = parts_.engine.between(kMinute, 30 * kMinute);
  later(wish, wait, [this, wish] { stand(tray_of(wish), {}); });
  later(wish, wait + parts_.engine.between(Millis(0), Millis(2'000)),
        [this, wish] { stand(tray_of(wish), {}); });
}

// Codes of two orders over the same things, one after the other, also before there is a hold; or
// both at once, which is nobody's.
void People::two_orders_one_tray(const WishPtr& wish) {
  auto second = std::make_shared<Wish>(*wish);
  second->attempt += "-again";
  order(second);
  const bool early = parts_.engine.chance(0.4);
  const Millis wait = early ? parts_.engine.between(Millis(30), Millis(1'500))
                            : parts_.engine.between(kMinute, 20 * kMinute);
  later(wish, wait, [this, wish, second] {
    if (second->order.empty()) return;
    // A code that is out of date does not count, and a wrong clock may think that of one of them.
    if (parts_.engine.chance(0.4) && parts_.swarm.cloud_clock_jumps == 0) {
      const OrderId nobodys("nobody's");
      return stand({wish->items, {{nobodys, wish->code}, {nobodys, second->code}}}, {});
    }
    stand(tray_of(wish), {{parts_.engine.between(Millis(20), Millis(3'000)), tray_of(second)}});
  });
}

}  // namespace trayline::simulate
