#include "sim/stripe/wire_check.hpp"

namespace trayline::stripe_sim {

void WireCheck::add(const Call& call, std::vector<std::string> problems) {
  for (std::string& problem : problems) {
    ++problem_count_;
    if (problems_.size() == problems_max) continue;
    problems_.push_back(call.method + " " + call.path + ": " + std::move(problem));
  }
}

void WireCheck::look(const Call& call, const Reply& reply) {
  const auto path = description_.path_of(call.method, call.path);
  if (path && (reply.status == 200 || reply.status == 402)) {
    ++requests_;
    add(call, description_.check_request(call.method, *path, call.params));
  }
  ++replies_;
  add(call, description_.check_reply(call.method, path.value_or(""), reply.status, reply.body));
}

Json WireCheck::report() const {
  Json::Array problems;
  for (const std::string& problem : problems_) problems.push_back(Json(problem));
  return Json::object({{"requests", requests_},
                       {"replies", replies_},
                       {"problem_count", problem_count_},
                       {"problems", Json(std::move(problems))}});
}

}  // namespace trayline::stripe_sim
