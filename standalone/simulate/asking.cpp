// How people ask: until they are answered, always under the same key.
#include "standalone/simulate/asking.hpp"

#include "cloud/orders/requests.hpp"
#include "lib/base/encoding.hpp"
#include "lib/wire/catalogue.hpp"

namespace trayline::simulate {
namespace {

constexpr Millis kPatience{15'000};  // of an app for one answer

bool is_final(const host::Answer& answer) {
  if (!answer.problem) return answer.status != 202;
  const Code code = answer.problem->code;
  return code != Code::unavailable && code != Code::exhausted &&
         answer.problem->type != "in_flight";
}

// What is made without a look at the store.
template <class Make>
auto plain(Make make) {
  return [make](CloudHost&) -> host::OrProblem<host::Message> { return make(); };
}

host::Caller caller(const UserId& user, bool staff) {
  return {user, user.value, staff ? std::vector<std::string>{"staff"} : std::vector<std::string>()};
}

http::Request http_of(const OrderId& order, std::int64_t version) {
  http::Request http;
  http.params = {{"id", order.value}};
  if (version > 0) http.headers = {{"If-Match", "\"" + std::to_string(version) + "\""}};
  return http;
}

}  // namespace

Json Asking::lines_of(const std::map<Sku, std::int64_t>& items) {
  Json::Array lines;
  for (const auto& [sku, n] : items) {
    lines.push_back(Json::object({{"sku", sku.value}, {"quantity", n}}));
  }
  return Json::object({{"lines", std::move(lines)}});
}

void Asking::ask(Make make, Answered answered) {
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
  const auto hear = [=](const host::Answer& answer) {
    if (lost || *heard) return;
    if (!is_final(answer)) return again(Millis(2'000));
    *heard = true;
    answered(answer);
  };
  CloudHost& host = *engine.pick(up);
  host::OrProblem<host::Message> message = make(host);
  if (!message) {
    host::Answer refused;
    refused.problem = message.error();
    return hear(refused);
  }
  const Result<void> asked = host.ask(std::move(*message), hear);
  if (!asked) again(Millis(2'000));
}

void Asking::request(Request request, Answered answered) {
  const auto make = [this, request](CloudHost& host) -> host::OrProblem<host::Message> {
    const http::Request http = http_of(request.order, request.version);
    const host::Caller who = caller(request.user, request.user.value == kStaff);
    const host::Asked asked{http, who, request.body, host.clock().now(), parts_.engine.random};
    host::OrProblem<host::Message> message = request.route(asked, *host.reader());
    if (message && !request.key.empty()) {
      message->idempotency =
          host::Idempotency{request.user.value, request.key, "the same " + request.order.value};
    }
    return message;
  };
  const auto heard = [this, request, answered](const host::Answer& answer) {
    const std::string outcome = answer.problem ? answer.problem->type : "done";
    parts_.engine.note("answer", {request.order.value, request.user.value, outcome});
    if (!answer.problem && request.version > 0) {
      parts_.rules.changed(request.order, request.version, answer.body.int_at("version"));
    }
    answered(answer);
  };
  ask(make, heard);
}

Json Asking::read(const OrderId& order, const UserId& user) {
  for (const auto& host : parts_.hosts) {
    if (!host->up()) continue;
    const http::Request http = http_of(order, 0);
    const host::Caller who = caller(user, user.value == kStaff);
    const Json none;
    const host::Asked asked{http, who, none, host->clock().now(), parts_.engine.random};
    const auto found = orders::one_order(parts_.settings.orders)(asked, *host->reader());
    return found ? found->body : Json();
  }
  return {};
}

void Asking::when(const WishPtr& wish, std::set<std::string> states, Found found, int times) {
  if (times == 0) return;
  parts_.engine.after(parts_.engine.between(Millis(1'000), Millis(20'000)),
                      [this, wish, states = std::move(states), found = std::move(found), times] {
                        const Json view = read(wish->order, UserId(kStaff));
                        if (states.contains(view.text_at("state"))) return found(view);
                        when(wish, states, found, times - 1);
                      });
}

void Asking::later(const WishPtr& wish, Millis delay, std::function<void()> task, int patience) {
  parts_.engine.after(delay, [this, wish, task = std::move(task), patience] {
    if (!wish->order.empty()) return task();
    if (patience > 0) later(wish, kMinute, task, patience - 1);
  });
}

void Asking::save_card(const Customer& customer, const std::string& attempt) {
  ask(plain([user = customer.user, attempt] {
        return host::to<wire::payments::In>(wire::payments::kService,
                                            wire::payments::SetUpCard{user, attempt});
      }),
      [this, customer](const host::Answer& answer) {
        parts_.bank.save_card(answer.body.text_at("setup_intent"),
                              answer.body.text_at("client_secret"), customer.card);
      });
}

void Asking::count(const Sku& sku, std::int64_t left) {
  parts_.engine.note("counted", {sku.value, std::to_string(left)});
  parts_.rules.counted(sku, left);
  ask(plain([this, sku, left] {
        return host::to<wire::catalogue::In>(
            wire::catalogue::kService,
            wire::catalogue::SetStock{
                parts_.settings.site, sku, left, {wire::orders::Role::staff, kStaff}, "counted"});
      }),
      [](const host::Answer&) {});
}

void Asking::order(const WishPtr& wish) {
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
    if (wish->counter) quote.means = wire::payments::Means::counter;
    for (const auto& [sku, count] : wish->items) quote.lines.push_back({sku, count});
    host::Message message =
        host::to<wire::catalogue::In>(wire::catalogue::kService, std::move(quote));
    message.idempotency = host::Idempotency{wish->user.value, wish->attempt, "the same"};
    return message;
  };
  const auto answered = [this, wish](const host::Answer& answer) {
    if (answer.problem && answer.problem->type == "out_of_stock") {
      return parts_.rules.sold_out(wish->attempt, wish->items);
    }
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
  ask(plain(make), answered);
  // An impatient finger.
  if (parts_.engine.chance(0.2)) {
    parts_.engine.after(parts_.engine.between(Millis(0), Millis(3'000)),
                        [this, make, answered] { ask(plain(make), answered); });
  }
}

void Asking::confirm_at_bank(const WishPtr& wish, int times) {
  if (times == 0) return;
  parts_.engine.after(parts_.engine.between(Millis(5'000), Millis(240'000)), [this, wish, times] {
    const std::string intent = parts_.bank.intent_of(wish->order, "requires_action");
    if (!intent.empty()) return parts_.bank.challenge(intent, parts_.engine.chance(0.8));
    confirm_at_bank(wish, times - 1);
  });
}

Asking::Answered Asking::cancel_answered(const WishPtr& wish) {
  return [this, wish](const host::Answer& answer) {
    if (!answer.problem) parts_.rules.cancelled(wish->order, answer.body.text_at("state"));
  };
}

void Asking::cancel(const WishPtr& wish, bool staff) {
  parts_.engine.note(staff ? "staff cancels" : "cancel", {wish->order.value});
  ask(plain([wish, staff] {
        wire::orders::Cancel cancel{wish->order, wish->user, "changed"};
        cancel.staff = staff;
        return host::to<wire::orders::In>(wire::orders::kService, std::move(cancel));
      }),
      cancel_answered(wish));
}

void Asking::ask_refund(const WishPtr& wish, const std::string& part,
                        std::optional<std::int64_t> amount) {
  parts_.engine.note("refund", {wish->order.value, part, amount ? std::to_string(*amount) : "all"});
  const auto make = [this, wish, part, amount] {
    wire::orders::AskRefund refund;
    refund.order = wish->order;
    refund.refund = RefundId(uuid7(parts_.engine.now(), parts_.engine.random));
    refund.amount_minor = amount;
    refund.reason = "requested_by_customer";
    refund.who = {wire::orders::Role::staff, kStaff};
    host::Message message = host::to<wire::orders::In>(wire::orders::kService, std::move(refund));
    message.idempotency = host::Idempotency{kStaff, wish->attempt + part, "the same"};
    return message;
  };
  const auto answered = [this, wish, part](const host::Answer& answer) {
    if (!answer.problem) {
      parts_.rules.refund_taken(wish->attempt + part, answer.body.text_at("id"));
    }
  };
  ask(plain(make), answered);
  if (parts_.engine.chance(0.3)) ask(plain(make), answered);
}

void Asking::ask_cancel(const WishPtr& wish, const Json& view) {
  request({orders::cancel, wish->order, wish->user, Json(Json::Object{}), view.int_at("version"),
           wish->attempt + "-cancel"},
          cancel_answered(wish));
}

void Asking::ask_edit(const WishPtr& wish, const Json& view, std::map<Sku, std::int64_t> items) {
  request({orders::edit, wish->order, wish->user, lines_of(items), view.int_at("version")},
          [](const host::Answer&) {});
}

void Asking::ask_settle(const WishPtr& wish, const Json& view, const UserId& who, Json body) {
  const std::int64_t version = view.int_at("version");
  parts_.rules.takes_what_stands_there();
  if (who.value == kStaff) parts_.rules.staff_decides(wish->order);
  request({orders::settle, wish->order, who, std::move(body), version,
           wish->attempt + "-settle-" + std::to_string(version)},
          [](const host::Answer&) {});
}

void Asking::ask_retry(const WishPtr& wish, const std::string& means, const std::string& attempt) {
  request({orders::retry, wish->order, wish->user, Json::object({{"payment", means}}), 0,
           wish->attempt + attempt},
          [](const host::Answer&) {});
}

void Asking::ask_bind(const WishPtr& basket, const UserId& user) {
  const OrderId order = basket->order;  // its answer may come when another basket stands there
  parts_.rules.binds(order, user);
  request({orders::bind, order, user, Json(Json::Object{}), 0,
           basket->attempt + user.value + order.value},
          [this, basket, order, user](const host::Answer& answer) {
            if (answer.problem) return;
            parts_.rules.bound(order, user);
            if (basket->order == order) basket->user = user;
          });
}

void Asking::pay_cashier(const WishPtr& wish) {
  parts_.engine.note("a cashier is paid", {wish->order.value});
  ask(plain([wish] {
        host::Message paid = host::to<wire::payments::In>(
            wire::payments::kService, wire::payments::CounterPaid{wish->order, kStaff});
        paid.idempotency = host::Idempotency{kStaff, wish->order.value + "-paid", "the same"};
        return paid;
      }),
      [](const host::Answer&) {});
}

}  // namespace trayline::simulate
