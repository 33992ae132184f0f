// What customers can ask of orders, and which topic brings trays.
#include <algorithm>

#include "cloud/orders/rows.hpp"
#include "cloud/orders/service.hpp"
#include "cloud/orders/sql.hpp"
#include "cloud/orders/view.hpp"
#include "lib/base/digest.hpp"
#include "lib/wire/catalogue.hpp"

namespace trayline::orders {
namespace {

using host::Asked;
using host::OrProblem;
using host::Problem;

// Bounds on a request for an order.
constexpr std::size_t kLinesMax = 40;
constexpr std::int64_t kQuantityMax = 100;
constexpr std::int64_t kPageMax = 100;

tl::unexpected<Problem> refuse(Code code, std::string type, std::string detail,
                               std::vector<JsonProblem> errors = {}) {
  return tl::unexpected<Problem>(
      Problem{code, std::move(type), std::move(detail), std::move(errors)});
}

struct NewLine {
  Sku sku;
  std::int64_t quantity = 1;
  static void describe(auto& member, auto& self) {
    member("sku", self.sku);
    member("quantity", self.quantity);
  }
};
struct NewOrderBody {
  SiteId site;
  std::vector<NewLine> lines;
  std::optional<std::string> currency;
  static void describe(auto& member, auto& self) {
    member("site", self.site);
    member("lines", self.lines);
    member("currency", self.currency);
  }
};

OrProblem<host::Message> place(const Asked& asked, store::Session&) {
  NewOrderBody body;
  std::vector<JsonProblem> errors;
  if (read_json(asked.body, body, errors)) {
    if (body.lines.empty() || body.lines.size() > kLinesMax) {
      errors.push_back({"/lines", "expected 1 to 40 lines"});
    }
    for (std::size_t i = 0; i < body.lines.size() && errors.size() < kLinesMax; ++i) {
      const std::string at = "/lines/" + std::to_string(i);
      if (!is_name(body.lines[i].sku.value)) errors.push_back({at + "/sku", "is no SKU"});
      if (body.lines[i].quantity < 1 || body.lines[i].quantity > kQuantityMax) {
        errors.push_back({at + "/quantity", "expected 1 to 100"});
      }
    }
  }
  if (!errors.empty()) {
    return refuse(Code::invalid_argument, "invalid_order", "The order cannot be read.", errors);
  }
  wire::catalogue::Quote quote;
  quote.order = OrderId(uuid7(asked.now, asked.random));
  std::array<std::uint8_t, 8> code{};
  asked.random.fill(code);
  quote.code = to_hex(code);
  quote.user = asked.caller.user;
  quote.site = body.site;
  quote.currency = body.currency;
  for (const NewLine& line : body.lines) quote.lines.push_back({line.sku, line.quantity});
  return host::to<wire::catalogue::In>(wire::catalogue::kService, std::move(quote));
}

// Another user's order is as good as none.
OrProblem<Order> own_order(const Asked& asked, store::Session& reader) {
  Result<Order> order = read_order(reader, OrderId(asked.param("id")));
  if (!order && order.error().code != Code::not_found) {
    return refuse(Code::unavailable, "store_unavailable", "Try again.");
  }
  if (!order || (order->user != asked.caller.user && !asked.caller.in_group("staff"))) {
    return refuse(Code::not_found, "order_not_found", "There is no such order.");
  }
  return std::move(*order);
}

OrProblem<host::Message> cancel(const Asked& asked, store::Session&) {
  std::string why = asked.body.text_at("reason");
  const bool control = std::any_of(why.begin(), why.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (why.size() > 200 || control) {
    return refuse(Code::invalid_argument, "invalid_reason", "The reason cannot be kept.",
                  {{"/reason", "at most 200 bytes without control characters"}});
  }
  return host::to<wire::orders::In>(
      wire::orders::kService,
      wire::orders::Cancel{OrderId(asked.param("id")), asked.caller.user, std::move(why)});
}

// The cursor is the place after the last order given: "<placed_ms>.<id>" in base64url.
struct Cursor {
  std::int64_t before_ms = std::numeric_limits<std::int64_t>::max();
  std::string before_id;
};

std::optional<Cursor> read_cursor(const std::string& text) {
  const Result<Bytes> bytes = from_base64url(text);
  if (!bytes) return std::nullopt;
  const std::string plain(as_text(*bytes));
  const std::size_t dot = plain.find('.');
  if (dot == std::string::npos || dot == 0 || dot > 15) return std::nullopt;
  Cursor cursor{0, plain.substr(dot + 1)};
  if (!is_uuid7(cursor.before_id)) return std::nullopt;
  for (const char c : plain.substr(0, dot)) {
    if (c < '0' || c > '9') return std::nullopt;
    cursor.before_ms = cursor.before_ms * 10 + (c - '0');
  }
  return cursor;
}

std::optional<std::int64_t> read_limit(const std::string& text) {
  std::int64_t limit = 0;
  if (text.empty() || text.size() > 3) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    limit = limit * 10 + (c - '0');
  }
  if (limit < 1 || limit > kPageMax) return std::nullopt;
  return limit;
}

OrProblem<host::Answer> list(const Asked& asked, const Settings& settings, store::Session& reader) {
  Cursor from;
  std::int64_t limit = 20;
  if (const auto given = asked.http.query.find("limit"); given != asked.http.query.end()) {
    const auto read = read_limit(given->second);
    if (!read) return refuse(Code::invalid_argument, "invalid_limit", "limit is 1 to 100.");
    limit = *read;
  }
  if (const auto given = asked.http.query.find("cursor"); given != asked.http.query.end()) {
    const auto read = read_cursor(given->second);
    if (!read) return refuse(Code::invalid_argument, "invalid_cursor", "This cursor is not ours.");
    from = *read;
  }
  const store::Args args{{"user_id", asked.caller.user.value},
                         {"before_ms", from.before_ms},
                         {"before_id", from.before_id},
                         {"most", limit + 1}};
  const Result<store::Answer> rows = reader.run(sql::read_orders_page, args);
  if (!rows) return refuse(Code::unavailable, "store_unavailable", "Try again.");
  std::vector<Order> orders;
  for (const store::Row& row : *rows) orders.push_back(order_from(row));
  const bool more = std::ssize(orders) > limit;
  if (more) orders.pop_back();
  std::vector<Order*> all;
  for (Order& order : orders) all.push_back(&order);
  if (!load_lines(reader, all)) return refuse(Code::unavailable, "store_unavailable", "Try again.");
  Json::Array data;
  for (const Order& order : orders) data.push_back(view_of(order, settings));
  Json::Object page;
  page.set("data", std::move(data));
  page.set("has_more", more);
  if (more) {
    const std::string next =
        std::to_string(to_ms(orders.back().placed)) + "." + orders.back().id.value;
    page.set("next_cursor", to_base64url(as_bytes(next)));
  }
  host::Answer answer;
  answer.body = Json(std::move(page));
  return answer;
}

Json order_request_schema() {
  const auto text = Json::object({{"type", "string"}});
  const auto line = Json::object(
      {{"type", "object"},
       {"required", Json::Array{"sku", "quantity"}},
       {"properties", Json::object({{"sku", text},
                                    {"quantity", Json::object({{"type", "integer"},
                                                               {"minimum", 1},
                                                               {"maximum", kQuantityMax}})}})}});
  return Json::object(
      {{"type", "object"},
       {"required", Json::Array{"site", "lines"}},
       {"properties",
        Json::object({{"site", text},
                      {"currency", text},
                      {"lines", Json::object({{"type", "array"},
                                              {"minItems", 1},
                                              {"maxItems", static_cast<std::int64_t>(kLinesMax)},
                                              {"items", line}})}})}});
}

host::LiveEvent event_of(const Order& order, const Settings& settings) {
  const bool over = is_terminal(order.state) || order.state == State::paid;
  return {std::to_string(order.version), "order", view_of(order, settings), over};
}

Result<host::Message> decode_prediction(const std::string& env, const wire::UpTopic& topic,
                                        const std::string& payload) {
  check(topic.resource.env == env, "a message of another environment reached a decoder");
  Result<wire::Prediction> p = from_json_text<wire::Prediction>(payload);
  if (!p) return fail(p.error());
  if (const std::string why = wire::problem_of(*p); !why.empty()) {
    return fail(Code::invalid_argument, why);
  }
  if (p->core != topic.resource.core) {
    return fail(Code::permission_denied, "core is not the one that the topic names");
  }
  const std::string hash = sha256_hex(payload);
  return host::to<wire::orders::In>(wire::orders::kService,
                                    wire::orders::TraySeen{std::move(*p), hash});
}

// Where an id can be read the refusal names it, and the payload's hash in any case.
std::vector<bus::Message> refuse_prediction(const wire::UpTopic& topic, const std::string& payload,
                                            const Error& error) {
  wire::Ack ack;
  ack.payload_sha256 = sha256_hex(payload);
  if (const Result<Json> json = parse_json(payload); json) {
    if (const std::string id = json->text_at("id"); is_uuid7(id)) ack.prediction = PredictionId(id);
  }
  ack.result = wire::AckResult::refused;
  ack.reason = error.detail;
  return {{wire::down_topic(topic.resource, "agent", "acks"), to_json_text(ack)}};
}

}  // namespace

std::vector<host::Route> routes(std::shared_ptr<const Settings> settings) {
  const host::Query get = [settings](const Asked& asked,
                                     store::Session& reader) -> OrProblem<host::Answer> {
    OrProblem<Order> order = own_order(asked, reader);
    if (!order) return tl::unexpected<Problem>(order.error());
    host::Answer answer;
    answer.body = view_of(*order, *settings);
    answer.etag = etag_of(*order);
    return answer;
  };
  const host::Query page = [settings](const Asked& asked, store::Session& reader) {
    return list(asked, *settings, reader);
  };
  host::Live live;
  live.key = [](const Asked& asked) { return "order:" + asked.param("id"); };
  live.read = [settings](const Asked& asked, store::Session& reader) -> OrProblem<host::LiveEvent> {
    OrProblem<Order> order = own_order(asked, reader);
    if (!order) return tl::unexpected<Problem>(order.error());
    return event_of(*order, *settings);
  };
  const Json list_schema = Json::object({{"type", "object"}});
  using host::Access;
  return {
      {"POST",
       "/v1/orders",
       Access::user,
       true,
       host::Command(place),
       {"Places an order and asks for the hold",
        order_request_schema(),
        view_schema(),
        201,
        {409, 422, 429}}},
      {"GET",
       "/v1/orders",
       Access::user,
       false,
       page,
       {"Lists your orders, newest first", Json(), list_schema, 200, {}}},
      {"GET",
       "/v1/orders/{id}",
       Access::user,
       false,
       get,
       {"One order", Json(), view_schema(), 200, {404}}},
      {"POST",
       "/v1/orders/{id}/cancel",
       Access::user,
       true,
       host::Command(cancel),
       {"Cancels an order that is not being paid yet",
        Json::object({{"type", "object"}}),
        view_schema(),
        200,
        {404, 409, 422}}},
      {"GET",
       "/v1/orders/{id}/events",
       Access::user,
       false,
       live,
       {"The order's state as it changes (server-sent events)", Json(), view_schema(), 200, {404}}},
  };
}

std::vector<host::Topic> topics(const std::string& env) {
  const auto decode = [env](const wire::UpTopic& topic, const std::string& payload) {
    return decode_prediction(env, topic, payload);
  };
  return {{"camera/predictions", decode, refuse_prediction}};
}

}  // namespace trayline::orders
