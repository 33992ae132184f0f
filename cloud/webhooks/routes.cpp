// What staff can see of deliveries, and sending one again.
#include <limits>

#include "cloud/webhooks/service.hpp"
#include "cloud/webhooks/sql.hpp"
#include "lib/base/log.hpp"
#include "lib/host/schema.hpp"

namespace trayline::webhooks {
namespace {

using host::Asked;
using host::OrProblem;
using host::Problem;

constexpr std::int64_t kPageMax = 100;
constexpr std::int64_t kPageUsual = 20;
constexpr std::size_t kDeliveryIdMax = 160;

tl::unexpected<Problem> refuse(Code code, std::string type, std::string detail) {
  return tl::unexpected<Problem>(Problem{code, std::move(type), std::move(detail), {}});
}

std::optional<std::int64_t> read_number(std::string_view text, std::size_t digits_max) {
  std::int64_t number = 0;
  if (text.empty() || text.size() > digits_max) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

bool is_delivery_id(std::string_view text) {
  return !text.empty() && text.size() <= kDeliveryIdMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

// The place after the last delivery given: "<created_ms>.<id>" in base64url.
struct Cursor {
  std::int64_t before_ms = std::numeric_limits<std::int64_t>::max();
  std::string before_id;
};

std::optional<Cursor> read_cursor(const std::string& text) {
  const Result<Bytes> bytes = from_base64url(text);
  if (!bytes) return std::nullopt;
  const std::string_view plain = as_text(*bytes);
  const std::size_t dot = plain.find('.');
  if (dot == std::string_view::npos || !is_delivery_id(plain.substr(dot + 1))) return std::nullopt;
  const std::optional<std::int64_t> before = read_number(plain.substr(0, dot), 15);
  if (!before) return std::nullopt;
  return Cursor{*before, std::string(plain.substr(dot + 1))};
}

OrProblem<host::Answer> list(const Asked& asked, store::Session& reader) {
  const auto given = [&](const char* name) -> std::optional<std::string> {
    const auto found = asked.http.query.find(name);
    if (found == asked.http.query.end()) return std::nullopt;
    return found->second;
  };
  const std::string state = given("state").value_or("");
  if (!state.empty() && !enum_value<State>(state)) {
    return refuse(Code::invalid_argument, "invalid_state",
                  "state is waiting, sending, delivered or failed.");
  }
  const auto limit = read_number(given("limit").value_or(std::to_string(kPageUsual)), 3);
  if (!limit || *limit < 1 || *limit > kPageMax) {
    return refuse(Code::invalid_argument, "invalid_limit", "limit is 1 to 100.");
  }
  std::optional<Cursor> from = Cursor();
  if (const auto cursor = given("cursor")) from = read_cursor(*cursor);
  if (!from) return refuse(Code::invalid_argument, "invalid_cursor", "This cursor is not ours.");
  const store::Args args{{"state", state},
                         {"before_ms", from->before_ms},
                         {"before_id", from->before_id},
                         {"most", *limit + 1}};
  Result<store::Answer> rows = reader.run(sql::read_deliveries_page, args);
  if (!rows) return refuse(Code::unavailable, "store_unavailable", "Try again.");
  const bool more = std::ssize(*rows) > *limit;
  if (more) rows->pop_back();
  Json::Array data;
  for (const store::Row& row : *rows) data.push_back(view_of(delivery_from(row)));
  Json::Object page;
  page.set("data", std::move(data));
  page.set("has_more", more);
  if (more) {
    const store::Row& last = rows->back();
    const std::string next = std::to_string(last.integer("created_ms")) + "." + last.text("id");
    page.set("next_cursor", to_base64url(as_bytes(next)));
  }
  host::Answer answer;
  answer.body = Json(std::move(page));
  return answer;
}

OrProblem<host::Message> resend(const Asked& asked, store::Session&) {
  const std::string& id = asked.param("id");
  if (!is_delivery_id(id)) {
    return refuse(Code::not_found, "delivery_not_found", "There is no such delivery.");
  }
  log(Level::info, "a webhook is to be sent again",
      {{"delivery", id}, {"user", asked.caller.user.value}});
  return host::to<wire::webhooks::In>(wire::webhooks::kService, wire::webhooks::Resend{id});
}

Json delivery_schema() {
  using namespace host::schema;
  return object("WebhookDelivery", {{"id", text()},
                                    {"event", text()},
                                    {"type", text()},
                                    {"endpoint", text()},
                                    {"state", one_of<State>()},
                                    {"tries", integer()},
                                    {"resends", integer()},
                                    {"http_status", or_null("integer")},
                                    {"error", text()},
                                    {"next_try_at", or_null("string")},
                                    {"created_at", text()},
                                    {"updated_at", text()}});
}

}  // namespace

std::vector<host::Route> routes() {
  using host::Access;
  return {{"GET",
           "/v1/staff/webhooks/deliveries",
           Access::staff,
           false,
           host::Query(list),
           {"Lists deliveries of webhooks, newest first",
            Json(),
            host::schema::page_of(delivery_schema()),
            200,
            {403},
            {{"state", "waiting, sending, delivered or failed."},
             {"limit", "How many at most, 1 to 100."},
             {"cursor", "next_cursor of the page before."}}}},
          {"POST",
           "/v1/staff/webhooks/deliveries/{id}/resend",
           Access::staff,
           false,
           host::Command(resend),
           {"Sends a webhook again", Json(), delivery_schema(), 202, {403, 404, 409}}}};
}

}  // namespace trayline::webhooks
