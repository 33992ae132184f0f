// Saving a card, what staff may see and say, and the provider's webhooks.
#include "cloud/payments/books_state.hpp"
#include "cloud/payments/service.hpp"
#include "cloud/payments/sql.hpp"
#include "cloud/payments/stripe/signature.hpp"
#include "cloud/payments/stripe_provider.hpp"
#include "cloud/payments/view.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/log.hpp"
#include "lib/host/schema.hpp"

namespace trayline::payments {
namespace {

using host::Asked;
using host::OrProblem;
using host::Problem;

constexpr std::size_t kWebhookBytesMax = 256 * 1024;
constexpr std::int64_t kNoticesMost = 200;
constexpr std::int64_t kEntriesMost = 1000;

OrProblem<host::Message> set_up(const Asked& asked, store::Session&) {
  const std::string* key = asked.http.header("Idempotency-Key");
  if (key == nullptr || key->empty() || key->size() > 128) {
    return tl::unexpected<Problem>(
        Problem{Code::invalid_argument,
                "idempotency_key_required",
                "Send an Idempotency-Key of 1 to 128 characters that you keep for repeats.",
                {}});
  }
  // The key becomes part of the provider's: only its digest, so that any text will do.
  return host::to<wire::payments::In>(
      wire::payments::kService,
      wire::payments::SetUpCard{asked.caller.user, sha256_hex(*key).substr(0, 32)});
}

tl::unexpected<Problem> no_store() {
  return tl::unexpected<Problem>(Problem{Code::unavailable, "store_unavailable", "Try again.", {}});
}

// The caller's cards, as he knows them.
OrProblem<host::Answer> cards(const Asked& asked, store::Session& reader) {
  const auto rows = reader.run(sql::read_cards, {{"user_id", asked.caller.user.value}});
  if (!rows) return no_store();
  Json::Array all;
  for (const store::Row& row : *rows) {
    all.push_back(Json::object({{"id", row.text("method_id")},
                                {"brand", row.text("brand")},
                                {"last4", row.text("last4")},
                                {"exp_month", row.integer("exp_month")},
                                {"exp_year", row.integer("exp_year")},
                                {"default", row.integer("chosen") != 0}}));
  }
  host::Answer answer;
  const bool saved = !all.empty();
  answer.body = Json::object({{"saved", saved}, {"data", std::move(all)}});
  return answer;
}

host::Command card_wish(bool forget) {
  return [forget](const Asked& asked, store::Session&) -> OrProblem<host::Message> {
    return host::to<wire::payments::In>(
        wire::payments::kService,
        wire::payments::CardWish{asked.caller.user, asked.param("id"), forget});
  };
}

OrProblem<host::Message> show(const Asked& asked, store::Session&) {
  return host::to<wire::payments::In>(
      wire::payments::kService,
      wire::payments::ShowPayment{OrderId(asked.param("id")), asked.caller.user,
                                  asked.caller.in_group("staff"), uuid7(asked.now, asked.random)});
}

OrProblem<host::Message> counter_paid(const Asked& asked, store::Session&) {
  return host::to<wire::payments::In>(
      wire::payments::kService,
      wire::payments::CounterPaid{OrderId(asked.param("id")), asked.caller.user.value});
}

OrProblem<host::Answer> notices(const Asked&, store::Session& reader) {
  const auto rows = reader.run(sql::read_notices, {{"most", kNoticesMost}});
  if (!rows) return no_store();
  Json::Array all;
  for (const store::Row& row : *rows) {
    all.push_back(Json::object({{"id", row.text("id")},
                                {"order", row.text("order_id")},
                                {"what", row.text("what")},
                                {"amount_minor", row.integer("amount_minor")},
                                {"currency", row.text("currency")},
                                {"reason", row.text("reason")},
                                {"at", to_rfc3339(from_ms(row.integer("at_ms")))}}));
  }
  host::Answer answer;
  answer.body = Json::object({{"data", std::move(all)}});
  return answer;
}

OrProblem<host::Answer> entries(const Asked& asked, store::Session& reader) {
  const auto rows =
      reader.run(sql::read_entries, {{"order", asked.param("id")}, {"most", kEntriesMost}});
  if (!rows) return no_store();
  Json::Array all;
  for (const store::Row& row : *rows) {
    Json::Object entry;
    entry.set("seq", row.integer("seq"));
    for (const char* member : {"kind", "entry", "debit", "credit", "currency"}) {
      entry.set(member, row.text(member));
    }
    entry.set("amount_minor", row.integer("amount_minor"));
    entry.set("at", to_rfc3339(from_ms(row.integer("at_ms"))));
    all.push_back(Json(std::move(entry)));
  }
  host::Answer answer;
  answer.body = Json::object({{"data", std::move(all)}});
  return answer;
}

void answer(const http::ResponderPtr& responder, int status, const std::string& detail) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}};
  response.body = Json::object({{"detail", detail}}).dump();
  responder->answer(std::move(response));
}

// How a settlement is wanted: ?format=json|csv|html, or the first of these types that Accept names.
std::string format_of(const http::Request& request) {
  if (const auto asked = request.query.find("format"); asked != request.query.end()) {
    return asked->second;
  }
  const std::string* accept = request.header("Accept");
  std::pair<std::size_t, std::string> first{std::string::npos, "json"};
  for (const auto& [type, format] :
       {std::pair{"application/json", "json"}, std::pair{"text/csv", "csv"},
        std::pair{"text/html", "html"}}) {
    const std::size_t at = accept == nullptr ? std::string::npos : accept->find(type);
    if (at < first.first) first = {at, format};
  }
  return first.second;
}

void settlement(const SiteZones& zones, const http::Request& request,
                const http::ResponderPtr& responder, store::Session& reader) {
  const std::string& text = request.params.at("day");
  const std::string format = format_of(request);
  const Result<zone::Day> day = parse_day(text);
  if (!day) return answer(responder, 400, day.error().detail);
  if (format != "json" && format != "csv" && format != "html") {
    return answer(responder, 400, "format is json, csv or html");
  }
  const auto lines = settle_day(reader, *day, zones, SiteId());
  if (!lines) return answer(responder, 503, "try again later");
  http::Response response;
  response.headers = {{"Vary", "Accept"}, {"Cache-Control", "no-store"}};
  if (format == "csv") {
    response.headers.emplace_back("Content-Type", "text/csv; charset=utf-8");
    response.headers.emplace_back("Content-Disposition",
                                  "attachment; filename=\"settlement-" + text + ".csv\"");
    response.body = to_csv(text, *lines);
  } else if (format == "html") {
    response.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
    response.body = to_html(text, *lines);
  } else {
    response.headers.emplace_back("Content-Type", "application/json");
    response.body = to_json(text, *lines).dump();
  }
  responder->answer(std::move(response));
}

// The raw bytes are verified before anything is parsed; 200 only after the commit.
void webhook(const Settings& settings, const Clock& clock, const Ask& ask,
             const http::Request& request, const http::ResponderPtr& responder) {
  const std::string* signature = request.header("Stripe-Signature");
  const Result<void> verified =
      signature == nullptr ? Result<void>(fail(Code::unauthenticated, "no signature"))
                           : stripe::verify_signature(request.body, *signature,
                                                      settings.webhook_secrets, clock.now());
  if (!verified) {
    log(Level::warning, "a webhook was refused", {{"why", verified.error().detail}});
    return answer(responder, 400, "the signature does not fit");
  }
  const Result<stripe::Event> event = stripe::decode_event(request.body);
  Result<std::optional<host::Message>> message = std::optional<host::Message>();
  if (event) message = message_of(*event);
  if (!event || !message) {
    const Error& error = event ? message.error() : event.error();
    log(Level::error, "a webhook cannot be read", {{"why", error.detail}});
    return answer(responder, 400, "the event cannot be read");
  }
  if (!*message) return answer(responder, 200, "nothing to do");
  const Result<void> asked = ask(std::move(**message), [responder](host::Answer a) {
    answer(responder, a.problem || a.status != 200 ? 503 : 200, "");
  });
  if (!asked) answer(responder, 503, "try again later");
}

using namespace host::schema;

Json entries_schema() {
  const Json entry = object("LedgerEntry", {{"seq", integer()},
                                            {"kind", text()},
                                            {"entry", text()},
                                            {"debit", text()},
                                            {"credit", text()},
                                            {"amount_minor", integer()},
                                            {"currency", text()},
                                            {"at", moment()}});
  return object("", {{"data", array_of(entry)}});
}

std::vector<host::Route> staff_routes(const SiteZones& zones, Work work) {
  const Json none;
  const host::Raw settled = [zones, work = std::move(work)](http::Request request,
                                                            const http::ResponderPtr& responder,
                                                            const host::Caller&) {
    const bool taken =
        work && work([zones, request = std::move(request), responder](store::Session& r) {
          settlement(zones, request, responder, r);
        });
    if (!taken) answer(responder, 503, "try again later");
  };
  const Json notice = object("PaymentNotice", {{"id", text()},
                                               {"order", text()},
                                               {"what", text()},
                                               {"amount_minor", integer()},
                                               {"currency", text()},
                                               {"reason", text()},
                                               {"at", moment()}});
  using host::Access;
  return {
      {"POST",
       "/v1/orders/{id}/counter-payment",
       Access::staff,
       true,
       host::Command(counter_paid),
       {"A cashier has the money of an order", none, any_object(), 200, {404, 409}}},
      {"GET",
       "/v1/orders/{id}/ledger",
       Access::staff,
       false,
       host::Query(entries),
       {"What the ledger says about an order", none, entries_schema(), 200, {403}}},
      {"GET",
       "/v1/staff/payment-notices",
       Access::staff,
       false,
       host::Query(notices),
       {"Disputes, and refunds made elsewhere, newest first",
        none,
        object("", {{"data", array_of(notice)}}),
        200,
        {}}},
      {"GET",
       "/v1/staff/settlements/{day}",
       Access::staff,
       false,
       settled,
       {"What a day brought, per site (JSON; CSV or a page by Accept or ?format=)",
        none,
        any_object(),
        200,
        {},
        {{"format", "json, csv or html; else by Accept."}}}},
  };
}

std::vector<host::Route> card_routes() {
  const Json none;
  const Json set_up_schema = object("CardSetUp", {{"customer", text()},
                                                  {"ephemeral_key", text()},
                                                  {"setup_intent", text()},
                                                  {"client_secret", text()},
                                                  {"publishable_key", text()},
                                                  {"provider_url", text()}});
  const Json card = object("Card", {{"id", text()},
                                    {"brand", text()},
                                    {"last4", text()},
                                    {"exp_month", integer()},
                                    {"exp_year", integer()},
                                    {"default", boolean()}});
  const Json saved = object("", {{"saved", boolean()}, {"data", array_of(card)}});
  const Json wished = object("", {{"id", text()}, {"default", boolean()}, {"deleted", boolean()}});
  using host::Access;
  return {{"POST",
           "/v1/cards",
           Access::user,
           false,
           host::Command(set_up),
           {"What an app needs to save a card at the payment provider",
            none,
            set_up_schema,
            201,
            {409}}},
          {"GET",
           "/v1/cards",
           Access::user,
           false,
           host::Query(cards),
           {"Your saved cards", none, saved, 200, {}}},
          {"POST",
           "/v1/cards/{id}/default",
           Access::user,
           false,
           card_wish(false),
           {"Pays with this card from now on", none, wished, 200, {404}}},
          {"DELETE",
           "/v1/cards/{id}",
           Access::user,
           false,
           card_wish(true),
           {"Forgets a card", none, wished, 200, {404}}}};
}

}  // namespace

std::vector<host::Route> routes(Settings settings, const Clock& clock, Ask ask, Work work) {
  using host::Access;
  std::vector<host::Route> all = staff_routes(settings.zones, std::move(work));
  for (host::Route& route : books_routes()) all.push_back(std::move(route));
  for (host::Route& route : card_routes()) all.push_back(std::move(route));
  all.push_back({"GET",
                 "/v1/orders/{id}/payment",
                 Access::user,
                 false,
                 host::Command(show),
                 {"How an order's payment stands, and what its bank waits for",
                  Json(),
                  payment_schema(),
                  200,
                  {404, 503}}});
  const std::string path = settings.webhook_path;
  const host::Raw hook = [settings = std::move(settings), &clock, ask = std::move(ask)](
                             http::Request request, http::ResponderPtr responder,
                             const host::Caller&) {
    webhook(settings, clock, ask, request, responder);
  };
  all.push_back({"POST",
                 path,
                 Access::anybody,
                 false,
                 hook,
                 {"Events of the payment provider", any_object(), Json(), 200, {400, 503}},
                 kWebhookBytesMax});
  return all;
}

}  // namespace trayline::payments
