// What staff can read of screens, and which topic brings their reports.
#include "cloud/monitors/service.hpp"
#include "cloud/monitors/sql.hpp"
#include "lib/base/check.hpp"
#include "lib/host/schema.hpp"

namespace trayline::monitors {
namespace {

using host::Asked;
using host::OrProblem;
using host::Problem;

tl::unexpected<Problem> no_store() {
  return tl::unexpected<Problem>(Problem{Code::unavailable, "store_unavailable", "Try again.", {}});
}

Json view_of(const store::Row& row) {
  Result<Json> state = parse_json(row.text("state"));
  check(state.has_value(), "monitors: a state that cannot be read");
  const auto painted = row.optional_integer("painted");
  const Time shown = from_ms(row.integer("shown_ms"));
  return Json::object({{"core", row.text("core")},
                       {"screen", row.text("screen")},
                       {"version", row.integer("version")},
                       {"painted", painted ? Json(*painted) : Json()},
                       {"pages", row.integer("pages")},
                       {"since", to_rfc3339(from_ms(row.integer("since_ms")))},
                       {"reported_at", shown == Time() ? Json() : Json(to_rfc3339(shown))},
                       {"state", std::move(*state)}});
}

OrProblem<host::Answer> screen(const Asked& asked, store::Session& reader) {
  const std::string& core = asked.param("core");
  const std::string& name = asked.param("screen");
  const Problem unknown{Code::not_found, "screen_not_found", "There is no such screen.", {}};
  if (!is_core_id(core) || !is_name(name)) return tl::unexpected<Problem>(unknown);
  const auto rows = reader.run(sql::read_screen, {{"core", core}, {"screen", name}});
  if (!rows) return no_store();
  if (rows->empty()) return tl::unexpected<Problem>(unknown);
  host::Answer answer;
  answer.body = view_of(rows->front());
  return answer;
}

OrProblem<host::Answer> screens(const Asked&, store::Session& reader) {
  const auto rows = reader.run(sql::list_screens, {{"most", kScreensListed}});
  if (!rows) return no_store();
  Json::Array all;
  for (const store::Row& row : *rows) all.push_back(view_of(row));
  host::Answer answer;
  answer.body = Json::object({{"data", std::move(all)}});
  return answer;
}

OrProblem<host::Answer> painted(const Asked& asked, store::Session& reader) {
  const auto rows =
      reader.run(sql::read_painted, {{"order", asked.param("id")}, {"most", kPaintedListed}});
  if (!rows) return no_store();
  Json::Array all;
  for (const store::Row& row : *rows) {
    all.push_back(Json::object({{"core", row.text("core")},
                                {"screen", row.text("screen")},
                                {"version", row.integer("version")},
                                {"status", row.text("status")},
                                {"painted_at", to_rfc3339(from_ms(row.integer("painted_ms")))}}));
  }
  host::Answer answer;
  answer.body = Json::object({{"data", std::move(all)}});
  return answer;
}

Json state_schema() {
  using namespace host::schema;
  const Json line = object("ScreenLine",
                           {{"sku", text()},
                            {"name", text()},
                            {"quantity", integer()},
                            {"state", one_of<wire::LineState>()}},
                           {{"price_minor", integer()}});
  return object(
      "ScreenState",
      {{"screen", text()}, {"version", integer()}, {"since_ms", integer()}, {"status", text()}},
      {{"order", or_null("string")},
       {"number", text()},
       {"station", or_null("string")},
       {"lines", array_of(line)},
       {"total", money()},
       {"link", text()},
       {"code", text()},
       {"until_ms", integer()}});
}

Json screen_schema() {
  using namespace host::schema;
  return object("Screen", {{"core", text()},
                           {"screen", text()},
                           {"version", integer()},
                           {"painted", or_null("integer")},
                           {"pages", integer()},
                           {"since", moment()},
                           {"reported_at", or_null("string")},
                           {"state", state_schema()}});
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
  using host::Access;
  using namespace host::schema;
  const Json seen = object("PaintedState", {{"core", text()},
                                            {"screen", text()},
                                            {"version", integer()},
                                            {"status", text()},
                                            {"painted_at", moment()}});
  return {
      {"GET",
       "/v1/screens",
       Access::staff,
       false,
       host::Query(screens),
       {"All screens: what they shall show and what they painted",
        Json(),
        object("", {{"data", array_of(screen_schema())}}),
        200,
        {403}}},
      {"GET",
       "/v1/screens/{core}/{screen}",
       Access::staff,
       false,
       host::Query(screen),
       {"What a screen shall show and what it painted", Json(), screen_schema(), 200, {403, 404}}},
      {"GET",
       "/v1/orders/{id}/shown",
       Access::staff,
       false,
       host::Query(painted),
       {"What screens painted of an order, and when",
        Json(),
        object("", {{"data", array_of(seen)}}),
        200,
        {403}}}};
}

std::vector<host::Topic> topics() {
  // A screen does not wait for an answer: a bad report is only kept for a person.
  const auto refuse = [](const wire::UpTopic&, const std::string&, const Error&) {
    return std::vector<bus::Message>();
  };
  return {{"screen/shown", decode_shown, refuse}};
}

}  // namespace trayline::monitors
