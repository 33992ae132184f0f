// Requests that change an order: read, checked for their shape, and passed on as messages.
#include "cloud/orders/requests.hpp"

#include <algorithm>

#include "cloud/orders/change.hpp"
#include "cloud/orders/service.hpp"
#include "lib/base/encoding.hpp"
#include "lib/base/random.hpp"
#include "lib/host/schema.hpp"
#include "lib/wire/catalogue.hpp"

namespace trayline::orders {

using host::Asked;
using host::Message;
using host::Problem;
using wire::orders::Purpose;
using wire::orders::Role;

namespace {

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
  Means payment = Means::card;
  static void describe(auto& member, auto& self) {
    member("site", self.site);
    member("lines", self.lines);
    member("currency", self.currency);
    member.defaulted("payment", self.payment);
  }
};
struct EditBody {
  std::vector<NewLine> lines;
  static void describe(auto& member, auto& self) { member("lines", self.lines); }
};
// accept: "tray" (as it was seen), "order" (as it is), or lines of staff's choice.
struct SettleBody {
  std::optional<std::string> accept;
  std::optional<std::vector<NewLine>> lines;
  std::string reason;
  static void describe(auto& member, auto& self) {
    member("accept", self.accept);
    member("lines", self.lines);
    member.defaulted("reason", self.reason);
  }
};
struct PaymentBody {
  Means payment = Means::card;
  static void describe(auto& member, auto& self) { member.defaulted("payment", self.payment); }
};
enum class RefundReason { requested_by_customer, duplicate, fraudulent };
constexpr auto enum_names(RefundReason) {
  using enum RefundReason;
  return std::array{std::pair{requested_by_customer, std::string_view("requested_by_customer")},
                    std::pair{duplicate, std::string_view("duplicate")},
                    std::pair{fraudulent, std::string_view("fraudulent")}};
}
struct RefundBody {
  std::optional<std::int64_t> amount_minor;
  RefundReason reason = RefundReason::requested_by_customer;
  static void describe(auto& member, auto& self) {
    member("amount_minor", self.amount_minor);
    member.defaulted("reason", self.reason);
  }
};

void check_lines(const std::vector<NewLine>& lines, bool may_be_none,
                 std::vector<JsonProblem>& errors) {
  if ((lines.empty() && !may_be_none) || lines.size() > kOrderLinesMax) {
    errors.push_back({"/lines", "expected 1 to 40 lines"});
  }
  for (std::size_t i = 0; i < lines.size() && errors.size() < kOrderLinesMax; ++i) {
    const std::string at = "/lines/" + std::to_string(i);
    if (!is_name(lines[i].sku.value)) errors.push_back({at + "/sku", "is no SKU"});
    if (lines[i].quantity < 1 || lines[i].quantity > kQuantityMax) {
      errors.push_back({at + "/quantity", "expected 1 to 100"});
    }
  }
}

bool is_reason(const std::string& text) {
  const bool control = std::any_of(text.begin(), text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return text.size() <= kReasonBytesMax && !control;
}

tl::unexpected<Problem> bad_reason() {
  return refuse(Code::invalid_argument, "invalid_reason", "The reason cannot be kept.",
                {{"/reason", "at most 200 bytes without control characters"}});
}

tl::unexpected<Problem> bad_body(std::vector<JsonProblem> errors) {
  return refuse(Code::invalid_argument, "invalid_order", "The request cannot be read.",
                std::move(errors));
}

// An absent body has its defaults.
template <class Body>
std::vector<JsonProblem> read_optional(const Json& json, Body& body) {
  std::vector<JsonProblem> errors;
  if (!json.is_null()) read_json(json, body, errors);
  return errors;
}

// For the catalogue: what the order shall be, beside what it is.
Message requote(const Order& order, wire::catalogue::Revision revision,
                std::vector<wire::SkuCount> lines) {
  wire::catalogue::Quote quote;
  quote.order = order.id;
  quote.user = order.user;
  quote.site = order.site;
  quote.lines = std::move(lines);
  revision.had = order.lines;
  quote.revision = std::move(revision);
  return host::to<wire::catalogue::In>(wire::catalogue::kService, std::move(quote));
}

std::vector<wire::SkuCount> counts_of(const std::vector<NewLine>& lines) {
  std::vector<wire::SkuCount> counts;
  for (const NewLine& line : lines) counts.push_back({line.sku, line.quantity});
  return counts;
}

// What was seen: the order without what is missing, with what is extra.
std::vector<wire::SkuCount> seen_on_tray(const Order& order) {
  std::vector<wire::SkuCount> all = counts_of(order);
  all.insert(all.end(), order.difference.extra.begin(), order.difference.extra.end());
  return without(all, order.difference.missing);
}

}  // namespace

tl::unexpected<Problem> refuse(Code code, std::string type, std::string detail,
                               std::vector<JsonProblem> errors) {
  return tl::unexpected<Problem>(
      Problem{code, std::move(type), std::move(detail), std::move(errors)});
}

OrProblem<std::int64_t> version_read(const Asked& asked, bool required) {
  const std::string* tag = asked.http.header("If-Match");
  if (tag == nullptr) {
    if (!required) return 0;
    return refuse(Code::invalid_argument, "precondition_required",
                  "Say which version you have read: If-Match with the order's ETag.");
  }
  if (*tag == "*") return 0;
  constexpr std::size_t kDigitsMax = 18;
  if (tag->size() < 3 || tag->size() > kDigitsMax + 2 || tag->front() != '"' ||
      tag->back() != '"') {
    return -1;
  }
  std::int64_t version = 0;
  for (const char c : tag->substr(1, tag->size() - 2)) {
    if (c < '0' || c > '9') return -1;
    version = version * 10 + (c - '0');
  }
  return version == 0 ? -1 : version;
}

Who who_asks(const Asked& asked) {
  const bool staff = asked.caller.in_group("staff");
  return {staff ? Role::staff : Role::customer, asked.caller.user.value};
}

OrProblem<Order> own_order(const Asked& asked, store::Session& reader) {
  Result<Order> order = read_order(reader, OrderId(asked.param("id")));
  if (!order && order.error().code == Code::unavailable) {
    return refuse(Code::unavailable, "store_unavailable", "Try again.");
  }
  if (!order || (order->user != asked.caller.user && !asked.caller.in_group("staff"))) {
    return refuse(Code::not_found, "order_not_found", "There is no such order.");
  }
  return std::move(*order);
}

OrProblem<Message> place(const Asked& asked, store::Session&) {
  NewOrderBody body;
  std::vector<JsonProblem> errors;
  if (read_json(asked.body, body, errors)) check_lines(body.lines, false, errors);
  if (!errors.empty()) return bad_body(std::move(errors));
  wire::catalogue::Quote quote;
  quote.order = OrderId(uuid7(asked.now, asked.random));
  std::array<std::uint8_t, 8> code{};
  asked.random.fill(code);
  quote.code = to_hex(code);
  quote.user = asked.caller.user;
  quote.site = body.site;
  quote.currency = body.currency;
  quote.means = body.payment;
  quote.lines = counts_of(body.lines);
  return host::to<wire::catalogue::In>(wire::catalogue::kService, std::move(quote));
}

OrProblem<Message> edit(const Asked& asked, store::Session& reader) {
  const OrProblem<std::int64_t> version = version_read(asked, true);
  if (!version) return tl::unexpected<Problem>(version.error());
  EditBody body;
  std::vector<JsonProblem> errors;
  if (read_json(asked.body, body, errors)) check_lines(body.lines, false, errors);
  if (!errors.empty()) return bad_body(std::move(errors));
  const OrProblem<Order> order = own_order(asked, reader);
  if (!order) return tl::unexpected<Problem>(order.error());
  const std::int64_t expected = *version == 0 ? order->version : *version;
  return requote(*order, {Purpose::edit, who_asks(asked), expected, "", {}}, counts_of(body.lines));
}

OrProblem<Message> settle(const Asked& asked, store::Session& reader) {
  const OrProblem<std::int64_t> version = version_read(asked, true);
  if (!version) return tl::unexpected<Problem>(version.error());
  SettleBody body;
  std::vector<JsonProblem> errors;
  const Who who = who_asks(asked);
  const bool staff = who.role == Role::staff;
  if (read_json(asked.body, body, errors)) {
    const bool known = body.accept == "tray" || (body.accept == "order" && staff);
    if (body.accept.has_value() == body.lines.has_value() || (body.accept && !known)) {
      errors.push_back({"/accept", staff ? "expected \"tray\", \"order\", or lines instead"
                                         : "expected \"tray\""});
    }
    if (body.lines && !staff) errors.push_back({"/lines", "are for staff"});
    if (body.lines) check_lines(*body.lines, true, errors);
  }
  if (!errors.empty()) return bad_body(std::move(errors));
  if (!is_reason(body.reason)) return bad_reason();
  const OrProblem<Order> order = own_order(asked, reader);
  if (!order) return tl::unexpected<Problem>(order.error());
  const std::int64_t expected = *version == 0 ? order->version : *version;
  if (body.accept == "order") {
    wire::orders::Revise as_is{order->id, Purpose::settle, who, expected, body.reason, true};
    return host::to<wire::orders::In>(wire::orders::kService, std::move(as_is));
  }
  // Only a tray that was surely another one is accepted as it was seen.
  if (body.accept && order->tray != TrayWord::mismatch) {
    return refuse(Code::conflict, "tray_unclear", "What stands on the tray is not sure.");
  }
  return requote(*order, {Purpose::settle, who, expected, body.reason, {}},
                 body.lines ? counts_of(*body.lines) : seen_on_tray(*order));
}

OrProblem<Message> cancel(const Asked& asked, store::Session&) {
  const OrProblem<std::int64_t> version = version_read(asked, false);
  if (!version) return tl::unexpected<Problem>(version.error());
  std::string why = asked.body.text_at("reason");
  if (!is_reason(why)) return bad_reason();
  const bool staff = asked.caller.in_group("staff");
  return host::to<wire::orders::In>(
      wire::orders::kService, wire::orders::Cancel{OrderId(asked.param("id")), asked.caller.user,
                                                   std::move(why), staff, *version});
}

OrProblem<Message> retry(const Asked& asked, store::Session&) {
  PaymentBody body;
  if (auto errors = read_optional(asked.body, body); !errors.empty()) return bad_body(errors);
  return host::to<wire::orders::In>(
      wire::orders::kService,
      wire::orders::Retry{OrderId(asked.param("id")), who_asks(asked), body.payment});
}

OrProblem<Message> bind(const Asked& asked, store::Session&) {
  PaymentBody body;
  if (auto errors = read_optional(asked.body, body); !errors.empty()) return bad_body(errors);
  return host::to<wire::orders::In>(
      wire::orders::kService,
      wire::orders::Bind{OrderId(asked.param("id")), asked.caller.user, body.payment});
}

OrProblem<Message> refund(const Asked& asked, store::Session&) {
  RefundBody body;
  std::vector<JsonProblem> errors = read_optional(asked.body, body);
  if (body.amount_minor && *body.amount_minor < 1) {
    errors.push_back({"/amount_minor", "expected 1 or more minor units"});
  }
  if (!errors.empty()) return bad_body(std::move(errors));
  return host::to<wire::orders::In>(
      wire::orders::kService,
      wire::orders::AskRefund{OrderId(asked.param("id")), RefundId(uuid7(asked.now, asked.random)),
                              body.amount_minor, std::string(enum_name(body.reason)),
                              who_asks(asked)});
}

namespace {

using namespace host::schema;

Json lines_schema(std::int64_t least) {
  const Json line =
      object("OrderedLine", {{"sku", text()}, {"quantity", integer(1, kQuantityMax)}});
  return Json::object({{"type", "array"},
                       {"minItems", least},
                       {"maxItems", static_cast<std::int64_t>(kOrderLinesMax)},
                       {"items", line}});
}

}  // namespace

Json place_schema() {
  return object("PlaceOrder", {{"site", text()}, {"lines", lines_schema(1)}},
                {{"currency", text()}, {"payment", one_of<Means>()}});
}

Json edit_schema() { return object("EditOrder", {{"lines", lines_schema(1)}}); }

Json settle_schema() {
  return object(
      "SettleOrder", {},
      {{"accept", names({"tray", "order"})}, {"lines", lines_schema(0)}, {"reason", text()}});
}

Json payment_schema() { return object("PayBy", {}, {{"payment", one_of<Means>()}}); }

Json refund_request_schema() {
  return object("AskRefund", {},
                {{"amount_minor", Json::object({{"type", "integer"}, {"minimum", 1}})},
                 {"reason", one_of<RefundReason>()}});
}

}  // namespace trayline::orders
