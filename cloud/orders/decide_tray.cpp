// A tray was seen: which order is it, does it fit, what follows (docs/spec/orders.md [orders-3]).
#include <algorithm>

#include "cloud/orders/basket.hpp"
#include "cloud/orders/change.hpp"
#include "cloud/orders/decide.hpp"
#include "cloud/orders/token.hpp"
#include "lib/wire/evidence.hpp"
#include "lib/wire/monitors.hpp"

namespace trayline::orders {
namespace {

using wire::Prediction;

// The answer goes through evidence, which adds where missing pictures go.
void acknowledge(Decision& d, const Prediction& p, wire::AckResult result, std::string reason,
                 const OrderId& order) {
  wire::Ack ack;
  ack.prediction = p.id;
  ack.result = result;
  ack.reason = std::move(reason);
  if (!order.empty()) ack.order = order;
  std::vector<std::string> hashes;
  if (result == wire::AckResult::accepted) {
    for (const std::string& hash : {p.image, p.reference}) {
      if (!hash.empty()) hashes.push_back(hash);
    }
  }
  d.out.messages.push_back(host::to<wire::evidence::In>(
      wire::evidence::kService, wire::evidence::Acknowledge{p.core, std::move(ack), hashes}));
}

Decision refuse(const Prediction& p, const std::string& reason) {
  Decision d;
  acknowledge(d, p, wire::AckResult::refused, reason, OrderId());
  d.out.dead_letters.push_back({std::string(wire::orders::kService), reason, to_json_text(p)});
  return d;
}

Decision repeat(const Prediction& p, const Known& known, const std::string& hash) {
  if (known.hash != hash) return refuse(p, "conflict: this id was used for another prediction");
  Decision d;
  acknowledge(d, p, wire::AckResult::accepted, "", known.order);
  return d;
}

const Order* find(const Snapshot& snapshot, const OrderId& id) {
  const auto found = snapshot.orders.find(id);
  return found == snapshot.orders.end() ? nullptr : &found->second;
}

// The order whose code lies in the picture; of several readable codes none counts.
const Order* by_code(const Snapshot& snapshot, const Settings& settings, const Prediction& p,
                     Time now) {
  const Order* found = nullptr;
  for (const std::string& text : p.codes) {
    const std::optional<OrderToken> token = read_token(text, settings.token_key);
    if (!token || token->expires <= now) continue;
    const auto id = snapshot.by_code.find(token->code);
    const Order* order = id == snapshot.by_code.end() ? nullptr : find(snapshot, id->second);
    if (order == nullptr || order == found) continue;
    if (found != nullptr) return nullptr;
    found = order;
  }
  return found;
}

bool has_order_code(const Settings& settings, const Prediction& p) {
  return std::any_of(p.codes.begin(), p.codes.end(), [&](const std::string& text) {
    return read_token(text, settings.token_key).has_value();
  });
}

// Whose code lies in the picture; of two customers' codes none counts.
UserId customer_of(const Settings& settings, const Prediction& p, Time now) {
  UserId found;
  for (const std::string& text : p.codes) {
    const std::optional<CustomerToken> token = read_customer(text, settings.token_key);
    if (!token || token->expires <= now || token->user == found) continue;
    if (!found.empty()) return {};
    found = token->user;
  }
  return found;
}

// The customer's order that the tray is meant for: the visit's, else the only open one, else the
// only one that it matches. unclear: they have several, and it is not said which, or more than are
// looked at.
struct Theirs {
  const Order* order = nullptr;
  bool unclear = false;
};
Theirs by_customer(const Snapshot& snapshot, const Settings& settings, const Prediction& p,
                   const SiteId& site, const UserId& customer) {
  std::vector<const Order*> open;
  std::vector<const Order*> fitting;
  for (const auto& [id, order] : snapshot.orders) {
    const bool over = is_settled(order.state) || is_terminal(order.state);
    if (over || order.user != customer || order.site != site) continue;
    if (order.visit == p.visit && order.core == p.core) return {&order, false};
    open.push_back(&order);
    if (verify::verify(p, counts_of(order), settings.verify).kind == verify::Kind::match) {
      fitting.push_back(&order);
    }
  }
  const auto all = snapshot.open_of.find({customer, site});
  if (all != snapshot.open_of.end() && all->second > settings.customer_open_max) {
    return {nullptr, true};
  }
  if (open.size() == 1) return {open.front(), false};
  if (fitting.size() == 1) return {fitting.front(), false};
  return {nullptr, !open.empty()};
}

// Where the site allows it and no code lies in the picture: the only open order of the site that
// this tray could be, if it is that surely and its money is held. Any other that it could be, also
// one whose hold is still being made, leaves the choice to a person.
const Order* by_content(const Snapshot& snapshot, const Settings& settings, const Prediction& p,
                        const SiteId& site, Time now) {
  if (!settings.match_without_code.contains(site) || !snapshot.open_complete) return nullptr;
  if (!p.codes.empty() || p.verdict != wire::Verdict::confident || p.items.empty()) return nullptr;
  const Order* found = nullptr;
  for (const auto& [id, order] : snapshot.orders) {
    const bool over = is_settled(order.state) || is_terminal(order.state);
    if (over || order.state == State::basket || order.site != site ||
        now - order.placed > settings.match_window)
      continue;
    if (verify::verify(p, counts_of(order), settings.verify).kind == verify::Kind::mismatch)
      continue;
    if (found != nullptr) return nullptr;
    found = &order;
  }
  const bool ready =
      found != nullptr && (found->state == State::authorised || found->state == State::mismatch) &&
      verify::verify(p, counts_of(*found), settings.verify).kind == verify::Kind::match;
  return ready ? found : nullptr;
}

// A tray that belongs to nobody that we know: a person decides.
void show_nobody(Decision& d, const Prediction& p, const Station& station) {
  wire::ScreenState state;
  state.screen = station.screen;
  state.status = "review";
  state.station = p.station;
  for (const wire::SeenItem& item : p.items) {
    state.lines.push_back({item.sku, item.sku.value, item.count, wire::LineState::unclear});
  }
  d.out.messages.push_back(host::to<wire::monitors::In>(
      wire::monitors::kService,
      wire::monitors::Show{p.core, std::move(state), false, p.boot_id, p.monotonic_ms}));
}

TrayWord word_of(verify::Kind kind) {
  switch (kind) {
    case verify::Kind::match:
      return TrayWord::match;
    case verify::Kind::mismatch:
      return TrayWord::mismatch;
    case verify::Kind::unsure:
      return TrayWord::unsure;
  }
  return TrayWord::unsure;
}

Event event_of(TrayWord word) {
  if (word == TrayWord::match) return Event::tray_match;
  return word == TrayWord::mismatch ? Event::tray_mismatch : Event::tray_unsure;
}

// What the tray is taken for.
struct Choice {
  const Order* order = nullptr;
  UserId customer = {};  // whose code lies in the picture
  bool walk_up = false;  // it may become a basket, or is one
};

Choice choose(const Snapshot& snapshot, const Settings& settings, const Prediction& p,
              const Order* before, Time now) {
  const SiteId& site = settings.stations.at({p.core, p.station}).site;
  Choice choice{by_code(snapshot, settings, p, now)};
  const bool named = has_order_code(settings, p);
  bool unclear = false;
  if (!named) choice.customer = customer_of(settings, p, now);
  if (!choice.customer.empty()) {
    const Theirs theirs = by_customer(snapshot, settings, p, site, choice.customer);
    choice.order = theirs.order;
    unclear = theirs.unclear;
  }
  // Another customer's code takes the tray from the order that it was.
  const bool other =
      !choice.customer.empty() && before != nullptr && before->state != State::basket;
  if (choice.order == nullptr && !other && !unclear) choice.order = before;
  if (choice.order == nullptr && !unclear) {
    choice.order = by_content(snapshot, settings, p, site, now);
  }
  const bool free =
      choice.order == nullptr ||
      (choice.order == before && (is_terminal(before->state) || before->state == State::basket));
  choice.walk_up = settings.walk_up.contains(site) && free && !named && !unclear;
  return choice;
}

}  // namespace

void put_tray(Decision& d, const Settings& settings, const Order& before, const Reading& reading,
              Time now) {
  const Prediction& p = reading.tray;
  Change change(d, settings, before, now, reading.who);
  Order& order = change.order;
  // Lines that wait for a greater hold are what the tray shall be.
  const auto wanted = order.pending ? counts_of(order.pending->lines) : counts_of(order);
  const verify::Verification v = verify::verify(p, wanted, settings.verify);
  if (order.pending) order.pending->moved = true;
  order.tray = p.visit_uncertain ? TrayWord::unsure : word_of(v.kind);
  order.difference = {v.missing, v.extra};
  order.core = p.core;
  order.station = p.station;
  order.visit = p.visit;
  order.prediction = p.id;
  if (change.step(event_of(order.tray), p.id.value) && order.state == State::verified) {
    change.ask_capture();
  }
  change.show_state(&p);
  change.finish();
}

bool stands_there(const Snapshot& snapshot, const Order& order) {
  const auto visit = snapshot.visits.find({order.core, order.station, order.visit});
  return visit != snapshot.visits.end() && visit->second.order == order.id;
}

Decision decide_tray(const Snapshot& snapshot, const Settings& settings,
                     const wire::orders::TraySeen& seen, Time now) {
  const Prediction& p = seen.prediction;
  if (const auto known = snapshot.predictions.find({p.core, p.id});
      known != snapshot.predictions.end()) {
    return repeat(p, known->second, seen.hash);
  }
  const auto station = settings.stations.find({p.core, p.station});
  if (station == settings.stations.end()) return refuse(p, "unknown_station");

  const auto visit = snapshot.visits.find({p.core, p.station, p.visit});
  const bool visited = visit != snapshot.visits.end();
  const Order* before = visited ? find(snapshot, visit->second.order) : nullptr;

  Decision d;
  d.kept = Kept{p, seen.hash, before ? before->id : OrderId(), "superseded"};
  const bool late = visited && p.number <= visit->second.number;
  if (late || (before != nullptr && is_settled(before->state))) {
    acknowledge(d, p, wire::AckResult::accepted, "", d.kept->order);
    return d;
  }

  const SiteId& site = station->second.site;
  const Choice choice = choose(snapshot, settings, p, before, now);
  const Order* order = choice.order;
  const bool basket = order != nullptr && order->state == State::basket;
  // A settled order's code on another tray pays for nothing: a person looks.
  const bool usable = order != nullptr && order->site == site && !is_settled(order->state) &&
                      !is_terminal(order->state) && !basket;
  OrderId owner = usable ? order->id : OrderId();
  d.kept->order = order ? order->id : OrderId();
  if (usable) {
    put_tray(d, settings, *order, {p, {wire::orders::Role::device, p.core.value}}, now);
  } else if (choice.walk_up && is_sure(p, settings)) {
    const WalkUp walk_up{p, basket ? order : nullptr, site, choice.customer};
    owner = see_basket(d, snapshot, settings, walk_up, now);
    d.kept->order = owner;
  } else {
    if (basket && order == before) drop_basket(d, settings, *order, now);
    show_nobody(d, p, station->second);
  }
  d.kept->fate = owner.empty() ? "closed" : "open";
  d.visit = {{p.core, p.station, p.visit}, Visit{owner, p.number}};
  acknowledge(d, p, wire::AckResult::accepted, "", d.kept->order);
  return d;
}

}  // namespace trayline::orders
