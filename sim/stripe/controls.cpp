// /_sim: what tests ask of the simulator itself.
#include <algorithm>
#include <charconv>

#include "sim/stripe/context.hpp"
#include "sim/stripe/simulator_state.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr std::int64_t ten_years_s = 10LL * 366 * 86'400;

Result<std::int64_t> page_limit(const std::string& text) {
  std::int64_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error == std::errc() && end == text.data() + text.size() && limit >= 0) return limit;
  return fail(Code::invalid_argument, "limit is a number from 0 (totals alone)");
}

http::Response bad_request(const Error& error) {
  const Json detail = Json::object({{"type", "invalid_request_error"}, {"message", error.detail}});
  return json_response(400, Json::object({{"error", detail}}));
}

Result<Json> answer_of(Reply reply) {
  if (reply.status == 200) return std::move(reply.body);
  return fail(Code::invalid_argument, reply.body.at("error")->text_at("message"));
}

// A member that nobody reads is a mistake in a test, which would pass without what it asked for.
Result<void> only(const Json& body, std::initializer_list<std::string_view> known) {
  if (body.as_object() == nullptr) return fail(Code::invalid_argument, "expected an object");
  std::string names;
  for (const std::string_view name : known)
    names += (names.empty() ? "" : ", ") + std::string(name);
  for (const auto& [name, value] : *body.as_object()) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return fail(Code::invalid_argument, name + ": is unknown; there is " + names);
  }
  return {};
}

bool is_bool(const Json* value) { return value != nullptr && value->as_bool() != nullptr; }

}  // namespace

void Simulator::State::control(const std::string& method, const std::string& path,
                               std::function<Result<Json>(const Json&)> action) {
  server.route(method, path,
               [action = std::move(action)](const http::Request& request,
                                            const http::ResponderPtr& responder) {
                 const auto body = parse_json(request.body.empty() ? "{}" : request.body);
                 const auto answer = body ? action(*body) : Result<Json>(fail(body.error()));
                 if (answer) return responder->answer(json_response(200, *answer));
                 responder->answer(bad_request(answer.error()));
               });
}

Result<Json> Simulator::State::books(const std::map<std::string, std::string>& query) const {
  LedgerPage page;
  for (const auto& [name, value] : query) {
    if (name == "limit") {
      const auto limit = page_limit(value);
      if (!limit) return fail(limit.error());
      page.limit = *limit;
    } else if (name == "starting_after") {
      page.after = value;
    } else if (name == "order") {
      page.order = value;
    } else {
      return fail(Code::invalid_argument, "expected limit, starting_after or order, not " + name);
    }
  }
  return ledger(account.state(), page);
}

Json Simulator::State::held_list() const {
  Json::Array list;
  for (const Held& one : held) {
    list.push_back(Json::object({{"path", one.path}, {"key", one.key}}));
  }
  return Json::object({{"count", held.size()}, {"held", Json(std::move(list))}});
}

Result<Json> Simulator::State::reset() {
  faults.clear();
  chaos.reset();
  happened.clear();
  release();
  webhooks.clear();
  webhooks.set_manners({});
  shift = Millis(0);
  account.reset();
  if (journal) {
    if (auto done = journal->clear(); !done) return fail(done.error());
  }
  if (auto done = set_up_webhook(); !done) return fail(done.error());
  return Json(Json::Object{});
}

Result<Json> Simulator::State::set_chaos(const Json& body) {
  auto parsed = parse_chaos(body);
  if (!parsed) return fail(parsed.error());
  chaos.emplace(std::move(*parsed));
  webhooks.set_manners({.deliveries = [this] {
    return chaos ? chaos->deliveries() : std::vector<Millis>{Millis(0)};
  }});
  return Json(Json::Object{});
}

Result<Json> Simulator::State::set_manners(const Json& body) {
  if (auto known = only(body, {"copies", "delay_ms", "reverse"}); !known)
    return fail(known.error());
  const Json* reverse = body.at("reverse");
  const WebhookManners manners{.copies = body.int_at("copies", 1),
                               .delay_ms = body.int_at("delay_ms"),
                               .reverse = is_bool(reverse) && *reverse->as_bool()};
  if (manners.copies < 1 || manners.copies > 100 || manners.delay_ms < 0) {
    return fail(Code::invalid_argument, "copies is 1 to 100, delay_ms is not negative");
  }
  webhooks.set_manners(manners);
  return Json(Json::Object{});
}

Result<Json> Simulator::State::move_dispute(const Json& body) {
  if (auto known = only(body, {"charge", "reason", "dispute", "won"}); !known)
    return fail(known.error());
  const Json* won = body.at("won");
  DisputeMove move{.charge = body.text_at("charge"),
                   .reason = body.text_at("reason"),
                   .dispute = body.text_at("dispute"),
                   .won = is_bool(won) && *won->as_bool()};
  if (move.charge.empty() == move.dispute.empty() || (!move.dispute.empty() && !is_bool(won))) {
    return fail(Code::invalid_argument,
                "expected charge and perhaps reason, or dispute and won (true or false)");
  }
  if (move.reason.empty()) move.reason = "fraudulent";
  return answer_of(account.dispute(move, now(), random));
}

Result<Json> Simulator::State::move_clock(const Json& body) {
  if (auto known = only(body, {"advance_s"}); !known) return fail(known.error());
  const std::int64_t seconds = body.int_at("advance_s");
  if (seconds < 1 || seconds > ten_years_s) {
    return fail(Code::invalid_argument, "advance_s is 1 to ten years");
  }
  shift += std::chrono::seconds(seconds);
  account.apply({Change{Table::settings, "clock", Json::object({{"shift_ms", shift.count()}})}});
  account.lapse(now(), random);
  return Json::object({{"now", unix_seconds(now())}});
}

void Simulator::State::fault_routes() {
  const auto add = [this](const Json& body) -> Result<Json> {
    auto fault = parse_fault(body);
    if (!fault) return fail(fault.error());
    if (auto added = faults.add(std::move(*fault)); !added) return fail(added.error());
    return Json(Json::Object{});
  };
  control("POST", "/_sim/hold", add);  // hold is the fault that is meant when none is named
  control("POST", "/_sim/fault", add);
  control("GET", "/_sim/fault", [this](const Json&) {
    Json::Object counts;
    for (const auto& [kind, count] : happened) counts.set(kind, count);
    return Json::object({{"happened", Json(std::move(counts))}});
  });
  control("DELETE", "/_sim/fault", [this](const Json&) {
    faults.clear();
    return Json(Json::Object{});
  });
  control("POST", "/_sim/chaos", [this](const Json& body) { return set_chaos(body); });
  control("DELETE", "/_sim/chaos", [this](const Json&) {
    chaos.reset();
    webhooks.set_manners({});
    return Json(Json::Object{});
  });
  control("GET", "/_sim/held", [this](const Json&) { return held_list(); });
  control("POST", "/_sim/release", [this](const Json&) {
    return Json::object({{"released", release()}});
  });
  control("GET", "/_sim/webhooks", [this](const Json&) {
    return Json::object({{"waiting", webhooks.waiting()}});
  });
  control("POST", "/_sim/webhooks", [this](const Json& body) { return set_manners(body); });
}

void Simulator::State::account_routes() {
  server.route("GET", "/_sim/charges",
               [this](const http::Request& request, const http::ResponderPtr& responder) {
                 const auto page = books(request.query);
                 responder->answer(page ? json_response(200, *page) : bad_request(page.error()));
               });
  control("POST", "/_sim/challenge", [this](const Json& body) -> Result<Json> {
    if (auto known = only(body, {"intent", "pass"}); !known) return fail(known.error());
    const Json* pass = body.at("pass");
    if (!is_bool(pass)) {
      return fail(Code::invalid_argument, "expected intent and pass (true or false)");
    }
    return answer_of(account.challenge(body.text_at("intent"), *pass->as_bool(), now(), random));
  });
  control("POST", "/_sim/dispute", [this](const Json& body) { return move_dispute(body); });
  control("POST", "/_sim/clock", [this](const Json& body) { return move_clock(body); });
  control("POST", "/_sim/reset", [this](const Json&) { return reset(); });
  control("GET", "/_sim/problems", [this](const Json&) -> Result<Json> {
    if (checks) return checks->report();
    return fail(Code::invalid_argument, "nothing is checked: start with --description FILE");
  });
}

void Simulator::State::control_routes() {
  fault_routes();
  account_routes();
}

}  // namespace trayline::stripe_sim
