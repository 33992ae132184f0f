// What staff can read of screens, and which topic brings their reports.
#include "cloud/monitors/service.hpp"
#include "cloud/monitors/sql.hpp"
#include "lib/base/check.hpp"

namespace trayline::monitors {
namespace {

using host::Asked;
using host::OrProblem;
using host::Problem;

OrProblem<host::Answer> screen(const Asked& asked, store::Session& reader) {
  const std::string& core = asked.param("core");
  const std::string& name = asked.param("screen");
  const Problem unknown{Code::not_found, "screen_not_found", "There is no such screen.", {}};
  if (!is_core_id(core) || !is_name(name)) return tl::unexpected<Problem>(unknown);
  const auto rows = reader.run(sql::read_screen, {{"core", core}, {"screen", name}});
  if (!rows) {
    return tl::unexpected<Problem>(
        Problem{Code::unavailable, "store_unavailable", "Try again.", {}});
  }
  if (rows->empty()) return tl::unexpected<Problem>(unknown);
  const store::Row& row = rows->front();
  const Result<Json> state = parse_json(row.text("state"));
  check(state.has_value(), "monitors: a state that cannot be read");
  const auto painted = row.optional_integer("painted");
  const Time shown = from_ms(row.integer("shown_ms"));
  host::Answer answer;
  answer.body = Json::object({{"core", core},
                              {"screen", name},
                              {"version", row.integer("version")},
                              {"painted", painted ? Json(*painted) : Json()},
                              {"pages", row.integer("pages")},
                              {"since", to_rfc3339(from_ms(row.integer("since_ms")))},
                              {"reported_at", shown == Time() ? Json() : Json(to_rfc3339(shown))},
                              {"state", *state}});
  return answer;
}

Json screen_schema() {
  const Json text = Json::object({{"type", "string"}});
  const Json number = Json::object({{"type", "integer"}});
  const Json time = Json::object({{"type", "string"}, {"format", "date-time"}});
  const auto or_null = [](const char* type) {
    return Json::object({{"type", Json::Array{type, "null"}}});
  };
  return Json::object(
      {{"type", "object"},
       {"properties", Json::object({{"core", text},
                                    {"screen", text},
                                    {"version", number},
                                    {"painted", or_null("integer")},
                                    {"pages", number},
                                    {"since", time},
                                    {"reported_at", or_null("string")},
                                    {"state", Json::object({{"type", "object"}})}})}});
}

Result<host::Message> decode_shown(const wire::UpTopic& topic, const std::string& payload) {
  Result<wire::Shown> shown = from_json_text<wire::Shown>(payload);
  if (!shown) return fail(shown.error());
  if (shown->core != topic.resource.core) {
    return fail(Code::permission_denied, "core is not the one that the topic names");
  }
  if (!is_name(shown->screen.value)) {
    return fail(Code::invalid_argument, "/screen: is no name of a screen");
  }
  if (shown->painted && (*shown->painted < 0 || *shown->painted > kPaintedMax)) {
    return fail(Code::invalid_argument, "/painted: is no version");
  }
  if (shown->pages < 0 || shown->pages > kPagesMax) {
    return fail(Code::invalid_argument, "/pages: expected 0 to " + std::to_string(kPagesMax));
  }
  return host::to<wire::monitors::In>(wire::monitors::kService, std::move(*shown));
}

}  // namespace

std::vector<host::Route> routes() {
  return {
      {"GET",
       "/v1/screens/{core}/{screen}",
       host::Access::staff,
       false,
       host::Query(screen),
       {"What a screen shall show and what it painted", Json(), screen_schema(), 200, {403, 404}}}};
}

std::vector<host::Topic> topics() {
  // A screen does not wait for an answer: a bad report is only kept for a person.
  const auto refuse = [](const wire::UpTopic&, const std::string&, const Error&) {
    return std::vector<bus::Message>();
  };
  return {{"screen/shown", decode_shown, refuse}};
}

}  // namespace trayline::monitors
