// How people ask: until they are answered, always under the same key.
#include <algorithm>

#include "lib/base/encoding.hpp"
#include "standalone/simulate/people.hpp"

namespace trayline::simulate {
namespace {

constexpr Millis kPatience{15'000};  // of an app for one answer

bool is_final(const host::Answer& answer) {
  if (!answer.problem) return answer.status != 202;
  const Code code = answer.problem->code;
  return code != Code::unavailable && code != Code::exhausted &&
         answer.problem->type != "in_flight";
}

}  // namespace

void People::ask(std::function<host::Message()> make, Answered answered) {
  Engine& engine = parts_.engine;
  const auto heard = std::make_shared<bool>(false);
  const auto again = [this, make, answered, heard](Millis after) {
    if (std::exchange(*heard, true)) return;
    parts_.engine.after(after, [this, make, answered] { ask(make, answered); });
  };
  engine.after(kPatience, [again] { again(Millis(0)); });
  std::vector<CloudHost*> up;
  for (const auto& host : parts_.hosts) {
    if (host->up()) up.push_back(host.get());
  }
  if (up.empty()) return;
  const bool lost = engine.chance(parts_.swarm.answer_lost);
  const Result<void> asked = engine.pick(up)->ask(make(), [=](const host::Answer& answer) {
    if (lost || *heard) return;
    if (!is_final(answer)) return again(Millis(2'000));
    *heard = true;
    answered(answer);
  });
  if (!asked) again(Millis(2'000));
}

void People::arrive(int customers) {
  // Declines come with the charge; challenges when a card is saved and at each payment.
  const std::vector<std::string> cards{"pm_card_visa",
                                       "pm_card_mastercard",
                                       "pm_card_visa",
                                       "pm_card_threeDSecure2Required",
                                       "pm_card_chargeCustomerFail",
                                       "pm_card_authenticationRequiredOnSetup"};
  for (int i = 0; i < customers; ++i) {
    Customer customer;
    customer.user = UserId("user-" + std::to_string(i));
    customer.card = cards[static_cast<std::size_t>(i) % cards.size()];
    customer.challenged = customer.card == "pm_card_threeDSecure2Required";
    customers_.push_back(customer);
    save_card(customer);
  }
}

void People::save_card(const Customer& customer) {
  ask(
      [user = customer.user] {
        return host::to<wire::payments::In>(wire::payments::kService,
                                            wire::payments::SetUpCard{user, "first"});
      },
      [this, customer](const host::Answer& answer) {
        parts_.bank.save_card(answer.body.text_at("setup_intent"),
                              answer.body.text_at("client_secret"), customer.card);
      });
}

void People::order(const WishPtr& wish) {
  parts_.rules.wished(wish->attempt, wish->items);
  const auto make = [this, wish] {
    // Each request gets an id of its own; the key says that it is the same wish.
    wire::catalogue::Quote quote;
    quote.order = OrderId(uuid7(parts_.engine.now(), parts_.engine.random));
    std::array<std::uint8_t, 8> code{};
    parts_.engine.random.fill(code);
    quote.code = to_hex(code);
    quote.user = wish->user;
    quote.site = parts_.settings.site;
    for (const auto& [sku, count] : wish->items) quote.lines.push_back({sku, count});
    host::Message message =
        host::to<wire::catalogue::In>(wire::catalogue::kService, std::move(quote));
    message.idempotency = host::Idempotency{wish->user.value, wish->attempt, "the same"};
    return message;
  };
  const auto answered = [this, wish](const host::Answer& answer) {
    if (answer.problem) {
      throw Violation("good orders are taken", wish->attempt + ": " + answer.problem->type);
    }
    const OrderId order(answer.body.text_at("id"));
    parts_.engine.note("placed", {wish->attempt, order.value});
    parts_.rules.placed(wish->attempt, order);
    if (!wish->order.empty()) return;
    wish->order = order;
    wish->code = answer.body.text_at("code");
    if (wish->challenged) confirm_at_bank(wish, 20);
  };
  ask(make, answered);
  // An impatient finger.
  if (parts_.engine.chance(0.2)) {
    parts_.engine.after(parts_.engine.between(Millis(0), Millis(3'000)),
                        [this, make, answered] { ask(make, answered); });
  }
}

void People::confirm_at_bank(const WishPtr& wish, int times) {
  if (times == 0) return;
  parts_.engine.after(parts_.engine.between(Millis(5'000), Millis(240'000)), [this, wish, times] {
    const std::string intent = parts_.bank.intent_of(wish->order, "requires_action");
    if (!intent.empty()) return parts_.bank.challenge(intent, parts_.engine.chance(0.8));
    confirm_at_bank(wish, times - 1);
  });
}

void People::cancel(const WishPtr& wish, bool staff) {
  parts_.engine.note(staff ? "staff cancels" : "cancel", {wish->order.value});
  ask(
      [wish, staff] {
        wire::orders::Cancel cancel{wish->order, wish->user, "changed"};
        cancel.staff = staff;
        return host::to<wire::orders::In>(wire::orders::kService, std::move(cancel));
      },
      [](const host::Answer&) {});
}

void People::ask_refund(const WishPtr& wish, const std::string& part,
                        std::optional<std::int64_t> amount) {
  parts_.engine.note("refund", {wish->order.value, part, amount ? std::to_string(*amount) : "all"});
  const auto make = [this, wish, part, amount] {
    wire::orders::AskRefund refund;
    refund.order = wish->order;
    refund.refund = RefundId(uuid7(parts_.engine.now(), parts_.engine.random));
    refund.amount_minor = amount;
    refund.reason = "requested_by_customer";
    refund.who = {wire::orders::Role::staff, "till"};
    host::Message message = host::to<wire::orders::In>(wire::orders::kService, std::move(refund));
    message.idempotency = host::Idempotency{"till", wish->attempt + part, "the same"};
    return message;
  };
  const auto answered = [this, wish, part](const host::Answer& answer) {
    if (!answer.problem) {
      parts_.rules.refund_taken(wish->attempt + part, answer.body.text_at("id"));
    }
  };
  ask(make, answered);
  if (parts_.engine.chance(0.3)) ask(make, answered);
}

}  // namespace trayline::simulate
