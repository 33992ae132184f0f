#include "cloud/payments/books_state.hpp"

#include <algorithm>

#include "cloud/payments/sql.hpp"
#include "lib/base/log.hpp"
#include "lib/host/schema.hpp"

namespace trayline::payments {
namespace {

tl::unexpected<host::Problem> problem(std::string type, std::string words) {
  return tl::unexpected<host::Problem>(
      host::Problem{Code::unavailable, std::move(type), std::move(words), {}});
}

host::OrProblem<host::Answer> show(const host::Asked&, store::Session& reader) {
  const Result<BooksState> state = read_books_state(reader);
  if (!state) return problem("store_unavailable", "Try again.");
  host::Answer answer;
  answer.body = to_json(*state);
  return answer;
}

host::OrProblem<host::Message> resume(const host::Asked& asked, store::Session&) {
  log(Level::warning, "payments are to go on", {{"asked_by", asked.caller.user.value}});
  return host::to<wire::payments::In>(wire::payments::kService, wire::payments::Resume{});
}

}  // namespace

Result<BooksState> read_books_state(store::Session& session) {
  const auto rows = session.run(sql::read_state);
  if (!rows) return fail(rows.error());
  BooksState state;
  state.stopped = rows->at(0).text("stopped");
  state.since = from_ms(rows->at(0).integer("stopped_ms"));
  state.parked = rows->at(0).integer("parked");
  const auto last = session.run(sql::read_comparison);
  if (!last) return fail(last.error());
  if (last->empty()) return state;
  const store::Row& row = last->front();
  state.compared_at = from_ms(row.integer("at_ms"));
  state.compared = {row.integer("differences"), row.integer("difference_minor"),
                    row.integer("payments"), row.integer("transfers"), row.text("findings")};
  return state;
}

Json to_json(const BooksState& state) {
  Json::Object out;
  out.set("stopped", Json()).set("comparison", Json());
  out.set("parked_events", state.parked);
  if (!state.stopped.empty()) {
    out.set("stopped", Json::object({{"why", state.stopped}, {"since", to_rfc3339(state.since)}}));
  }
  if (state.compared) {
    out.set("comparison", Json::object({{"at", to_rfc3339(state.compared_at)},
                                        {"differences", state.compared->differences},
                                        {"difference_minor", state.compared->difference_minor},
                                        {"payments", state.compared->payments},
                                        {"transfers", state.compared->transfers},
                                        {"findings", state.compared->findings}}));
  }
  return Json(std::move(out));
}

BooksWatch::BooksWatch(Metrics& metrics)
    : stopped_(metrics.gauge("trayline_payments_stopped",
                             "1 while no money is moved because the books do not agree.")),
      parked_(metrics.gauge("trayline_payments_parked_events",
                            "Events of the provider about somebody who is not there.")),
      differences_(metrics.gauge("trayline_payments_differences",
                                 "Of the last comparison with the provider; goal 0.")),
      compared_(metrics.gauge("trayline_payments_compared_seconds",
                              "When the books were last compared, since 1970; 0: never.")) {}

void BooksWatch::look(store::Session& session) {
  const Result<BooksState> state = read_books_state(session);
  if (!state) return log(Level::error, "the books cannot be read", {{"why", state.error().detail}});
  if (state->stopped != why_) {
    log(state->stopped.empty() ? Level::info : Level::error,
        state->stopped.empty() ? "payments go on" : "payments are stopped: run trayline audit",
        {{"why", state->stopped}});
    why_ = state->stopped;
  }
  stopped_.set(state->stopped.empty() ? 0 : 1);
  parked_.set(state->parked);
  differences_.set(state->compared ? state->compared->differences : 0);
  compared_.set(state->compared ? to_ms(state->compared_at) / 1000 : 0);
}

void refuse_while_stopped(std::vector<host::Route>& routes,
                          const std::vector<std::string_view>& patterns) {
  for (host::Route& route : routes) {
    const bool named = std::find(patterns.begin(), patterns.end(), route.pattern) != patterns.end();
    auto* command = std::get_if<host::Command>(&route.handle);
    if (!named || command == nullptr) continue;
    route.handle = host::Command(
        [then = std::move(*command)](const host::Asked& asked,
                                     store::Session& reader) -> host::OrProblem<host::Message> {
          const auto rows = reader.run(sql::read_stop);
          if (rows && !rows->empty())
            return problem("payments_stopped", std::string(kStoppedWords));
          return then(asked, reader);
        });
  }
}

std::vector<host::Route> books_routes() {
  const Json object = host::schema::any_object();
  using host::Access;
  return {{"GET",
           "/v1/staff/payments",
           Access::staff,
           false,
           host::Query(show),
           {"How the books stand: stopped, waiting events, the last comparison",
            Json(),
            object,
            200,
            {}}},
          {"POST",
           "/v1/staff/payments/resume",
           Access::staff,
           false,
           host::Command(resume),
           {"Payments go on, after a person has looked at the books", Json(), object, 200, {}}}};
}

}  // namespace trayline::payments
