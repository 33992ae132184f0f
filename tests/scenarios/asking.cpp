#include "tests/scenarios/asking.hpp"

#include "cloud/catalogue/service.hpp"
#include "cloud/monitors/service.hpp"
#include "cloud/payments/service.hpp"
#include "cloud/push/service.hpp"
#include "lib/base/check.hpp"

namespace trayline::scenarios {

Asking::Asking() : reader(*world.db->reader()) {
  const auto add = [this](std::vector<host::Route> more) {
    for (host::Route& route : more) routes.push_back(std::move(route));
  };
  add(orders::routes(world.settings));
  add(catalogue::routes());
  add(monitors::routes());
  add(push::routes());
  add(payments::routes({}, world.clock,
                       [](const host::Message&, const auto&) { return Result<void>(); }));
}

host::Answer Asking::ask(const std::string& method, const std::string& pattern,
                         const Request& request) {
  const auto route = std::find_if(routes.begin(), routes.end(), [&](const host::Route& r) {
    return r.method == method && r.pattern == pattern;
  });
  check(route != routes.end(), "no route " + method + " " + pattern);
  http::Request http;
  http.params = request.params;
  http.query = request.query;
  if (!request.if_match.empty()) http.headers.emplace_back("If-Match", request.if_match);
  const host::Caller caller{UserId(request.user), "", request.groups};
  const Json body = request.body.empty() ? Json() : *parse_json(request.body);
  const host::Asked asked{http, caller, body, world.clock.now(), world.random};
  host::Answer answer;
  if (const auto* query = std::get_if<host::Query>(&route->handle)) {
    auto got = (*query)(asked, *reader);
    if (got) return *got;
    answer.problem = got.error();
    return answer;
  }
  auto message = std::get<host::Command>(route->handle)(asked, *reader);
  if (!message) {
    answer.problem = message.error();
    return answer;
  }
  std::optional<host::Answer> answered;
  const Result<void> taken =
      world.host().ask(std::move(*message), [&](host::Answer a) { answered = std::move(a); });
  check(taken.has_value(), "the host refused a request");
  world.run_now();
  check(answered.has_value(), "a request was not answered");
  return *answered;
}

orders::Order Asking::order(const OrderId& id) { return *orders::read_order(*reader, id); }

std::string Asking::tag(const OrderId& id) {
  return "\"" + std::to_string(order(id).version) + "\"";
}

std::string Asking::state(const OrderId& id) { return std::string(enum_name(order(id).state)); }

std::int64_t Asking::charged_minor(const OrderId& id) const {
  std::int64_t sum = 0;
  for (const payments::MemoryProvider::Charge& charge : world.provider.charges()) {
    if (charge.order == id) sum += charge.minor;
  }
  return sum;
}

std::string type_of(const host::Answer& answer) {
  return answer.problem ? answer.problem->type : "";
}

Request of(const OrderId& order, const std::string& user) {
  return {.user = user, .params = {{"id", order.value}}};
}

Request by_staff(const OrderId& order, const std::string& body) {
  return {.user = "chef", .params = {{"id", order.value}}, .body = body, .groups = {"staff"}};
}

}  // namespace trayline::scenarios
