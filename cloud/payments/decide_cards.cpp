// Customers and their cards at the provider, and how a payment stands. Secrets of the provider pass
// through to the waiting caller and are part of no row.
#include "cloud/payments/change.hpp"
#include "cloud/payments/view.hpp"
#include "lib/base/digest.hpp"

namespace trayline::payments {
namespace {

host::Answer problem(Code code, std::string type, std::string words) {
  host::Answer answer;
  answer.problem = host::Problem{code, std::move(type), std::move(words), {}};
  return answer;
}

void forget(const Snapshot& snapshot, Decision& d, const Card& card) {
  d.card_gone = card.method;
  const auto owner = snapshot.customers.find(card.user);
  if (owner == snapshot.customers.end() || owner->second.method != card.method) return;
  Customer left = owner->second;
  left.method.clear();
  for (const auto& [method, other] : snapshot.cards) {
    if (other.user == card.user && method != card.method) left.method = method;
  }
  d.customer = std::move(left);
}

}  // namespace

Decision decide_set_up_card(const Snapshot& snapshot, const wire::payments::SetUpCard& m,
                            std::uint64_t request) {
  Decision d;
  const auto known = snapshot.customers.find(m.user);
  host::Effect effect;
  effect.kind = "payments.set_up";
  effect.key = "tl-card-" + m.user.value + "-" + m.attempt;
  effect.request = request;
  effect.body =
      Json::object({{"user", m.user.value},
                    {"attempt", m.attempt},
                    {"customer", known == snapshot.customers.end() ? "" : known->second.customer}});
  d.out.effects.push_back(std::move(effect));
  return d;
}

Decision decide_customer(const Snapshot& snapshot, const wire::payments::CustomerReady& m,
                         std::uint64_t request) {
  Decision d;
  if (!m.refused.empty()) {
    d.out.replies.push_back(
        {request, problem(Code::conflict, "provider_refused",
                          "The payment provider does not take a card just now.")});
    return d;
  }
  if (!snapshot.customers.contains(m.user)) {
    d.customer = Customer{m.user, m.customer, ""};
    take_up(d, snapshot, m.customer);
  }
  host::Answer answer;
  answer.status = 201;
  answer.body = m.secrets;
  d.out.replies.push_back({request, std::move(answer)});
  return d;
}

// Two of the provider's events say it: one that the card may be used, one what it looks like.
Decision decide_card_saved(const Snapshot& snapshot, const wire::payments::CardSaved& m, Time now) {
  Decision d;
  const auto user = snapshot.by_customer.find(m.customer);
  if (user == snapshot.by_customer.end()) {
    park(d, snapshot, m, m.customer, now);
    return d;
  }
  const auto known = snapshot.cards.find(m.method);
  Card card =
      known == snapshot.cards.end() ? Card{m.method, user->second, "", "", 0, 0} : known->second;
  if (!m.last4.empty()) {
    card = {m.method, user->second, m.brand, m.last4, m.exp_month, m.exp_year};
  }
  d.card = std::move(card);
  // The newest card is the one to pay with. What only looks like one is attached, not set up.
  if (m.last4.empty()) d.customer = Customer{user->second, m.customer, m.method};
  d.out.wake.push_back("card:" + user->second.value);
  return d;
}

Decision decide_card_gone(const Snapshot& snapshot, const wire::payments::CardGone& m) {
  Decision d;
  const auto card = snapshot.cards.find(m.method);
  if (card == snapshot.cards.end()) return d;
  forget(snapshot, d, card->second);
  d.out.wake.push_back("card:" + card->second.user.value);
  return d;
}

Decision decide_card_wish(const Snapshot& snapshot, const wire::payments::CardWish& m,
                          std::uint64_t request) {
  Decision d;
  const auto card = snapshot.cards.find(m.method);
  const auto owner = snapshot.customers.find(m.user);
  const bool own = card != snapshot.cards.end() && card->second.user == m.user;
  if (!own || owner == snapshot.customers.end()) {
    d.out.replies.push_back(
        {request, problem(Code::not_found, "card_not_found", "There is no such card.")});
    return d;
  }
  if (m.forget) {
    forget(snapshot, d, card->second);
    host::Effect effect;
    effect.kind = "payments.detach";
    effect.key = "tl-card-" + m.method + "-detach-1";
    effect.body = Json::object({{"method", m.method}});
    d.out.effects.push_back(std::move(effect));
  } else {
    d.customer = Customer{m.user, owner->second.customer, m.method};
  }
  host::Answer answer;
  answer.body = Json::object({{"id", m.method}, {"default", !m.forget}, {"deleted", m.forget}});
  d.out.replies.push_back({request, std::move(answer)});
  d.out.wake.push_back("card:" + m.user.value);
  return d;
}

Decision decide_show(const Snapshot& snapshot, const wire::payments::ShowPayment& m,
                     std::uint64_t request) {
  Decision d;
  const auto known = snapshot.payments.find(m.order);
  const bool own = known != snapshot.payments.end() && (known->second.user == m.user || m.staff);
  if (!own) {
    d.out.replies.push_back(
        {request, problem(Code::not_found, "order_not_found", "There is no such order.")});
    return d;
  }
  const Payment& p = known->second;
  const std::string intent = waits_for_customer(p);
  // Only its customer confirms; staff see how it stands.
  if (intent.empty() || p.user != m.user) {
    host::Answer answer;
    answer.body = view_of(p, Json());
    d.out.replies.push_back({request, std::move(answer)});
    return d;
  }
  host::Effect effect;
  effect.kind = "payments.secret";
  effect.key = "tl-" + p.order.value + "-secret-" + m.wish;
  effect.request = request;
  effect.body = Json::object({{"order", p.order.value}, {"intent", intent}});
  d.out.effects.push_back(std::move(effect));
  return d;
}

Decision decide_secret(const Snapshot& snapshot, const wire::payments::SecretSeen& m,
                       std::uint64_t request) {
  Decision d;
  const auto known = snapshot.payments.find(m.order);
  if (known == snapshot.payments.end() || request == 0) return d;
  if (m.secrets.is_null()) {
    d.out.replies.push_back({request, problem(Code::unavailable, "provider_unavailable",
                                              "The payment provider does not answer just now.")});
    return d;
  }
  host::Answer answer;
  // Meanwhile another intent may be the one that waits.
  answer.body =
      view_of(known->second, waits_for_customer(known->second) == m.intent ? m.secrets : Json());
  d.out.replies.push_back({request, std::move(answer)});
  return d;
}

}  // namespace trayline::payments
