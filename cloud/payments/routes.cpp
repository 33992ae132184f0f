// Saving a card, and the provider's webhooks.
#include "cloud/payments/service.hpp"
#include "cloud/payments/sql.hpp"
#include "cloud/payments/stripe/signature.hpp"
#include "cloud/payments/stripe_provider.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/log.hpp"

namespace trayline::payments {
namespace {

using host::Asked;
using host::OrProblem;
using host::Problem;

constexpr std::size_t kWebhookBytesMax = 256 * 1024;

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

OrProblem<host::Answer> card(const Asked& asked, store::Session& reader) {
  const auto rows = reader.run(sql::read_customer, {{"user_id", asked.caller.user.value}});
  if (!rows) {
    return tl::unexpected<Problem>(
        Problem{Code::unavailable, "store_unavailable", "Try again.", {}});
  }
  host::Answer answer;
  const bool saved = !rows->empty() && !rows->front().text("method_id").empty();
  answer.body = Json::object({{"saved", saved}});
  return answer;
}

void answer(const http::ResponderPtr& responder, int status, const std::string& detail) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}};
  response.body = Json::object({{"detail", detail}}).dump();
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

}  // namespace

std::vector<host::Route> routes(Settings settings, const Clock& clock, Ask ask) {
  const Json none;
  const auto object = Json::object({{"type", "object"}});
  const std::string path = settings.webhook_path;
  const host::Raw hook = [settings = std::move(settings), &clock, ask = std::move(ask)](
                             http::Request request, http::ResponderPtr responder,
                             const host::Caller&) {
    webhook(settings, clock, ask, request, responder);
  };
  using host::Access;
  return {
      {"POST",
       "/v1/cards",
       Access::user,
       false,
       host::Command(set_up),
       {"What an app needs to save a card at the payment provider", none, object, 201, {409}}},
      {"GET",
       "/v1/cards",
       Access::user,
       false,
       host::Query(card),
       {"Whether a card is saved", none, object, 200, {}}},
      {"POST",
       path,
       Access::anybody,
       false,
       hook,
       {"Events of the payment provider", object, none, 200, {400, 503}},
       kWebhookBytesMax},
  };
}

}  // namespace trayline::payments
