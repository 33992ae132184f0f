// Dispatch of the Cognito wire, its two documents, and the feed of revocations.
#include "cloud/accounts/facade.hpp"

#include <array>

#include "cloud/accounts/facade_state.hpp"
#include "cloud/accounts/password.hpp"
#include "cloud/accounts/sql.hpp"
#include "lib/base/log.hpp"

namespace trayline::accounts {
namespace {

constexpr std::string_view kTargetPrefix = "AWSCognitoIdentityProviderService.";
constexpr std::size_t kBodyBytesMax = 64 * 1024;
constexpr JsonLimits kJsonLimits{.bytes_max = kBodyBytesMax, .depth_max = 8};
constexpr std::int64_t kRevocationsPage = 10'000;
// Hosts' clocks may differ and commits may overtake each other by this much.
constexpr std::int64_t kRevocationsOverlapMs = 60'000;

http::Headers cors_headers(const Settings& settings) {
  return {{"access-control-allow-origin", settings.allow_origin},
          {"access-control-expose-headers", "x-amzn-requestid, x-amzn-errortype"}};
}

http::Response preflight(const Settings& settings) {
  http::Response response{.status = 200, .headers = cors_headers(settings), .body = {}};
  response.headers.emplace_back("access-control-allow-methods", "POST, OPTIONS");
  response.headers.emplace_back("access-control-allow-headers",
                                "content-type, x-amz-target, x-amz-user-agent, cache-control, "
                                "amz-sdk-invocation-id, amz-sdk-request, authorization");
  response.headers.emplace_back("access-control-max-age", "86400");
  return response;
}

host::Route document_route(const std::string& path, const Json& document,
                           const std::string& summary) {
  host::Route route;
  route.method = "GET";
  route.pattern = path;
  route.access = host::Access::anybody;
  route.doc.summary = summary;
  route.handle = [text = document.dump()](const http::Request&, const http::ResponderPtr& responder,
                                          const host::Caller&) {
    responder->answer({.status = 200,
                       .headers = {{"content-type", "application/json"},
                                   {"cache-control", "public, max-age=300"},
                                   {"access-control-allow-origin", "*"}},
                       .body = text});
  };
  return route;
}

// OpenID Connect Discovery 1.0 section 3; issuer byte for byte as in tokens.
Json discovery(const Settings& settings) {
  return Json::object({{"issuer", settings.issuer},
                       {"jwks_uri", settings.issuer + "/.well-known/jwks.json"},
                       {"response_types_supported", Json::Array{"token"}},
                       {"subject_types_supported", Json::Array{"public"}},
                       {"id_token_signing_alg_values_supported", Json::Array{"RS256"}},
                       {"scopes_supported", Json::Array{"openid", "email"}}});
}

}  // namespace

Facade::State::State(FacadeParts p)
    : parts(std::move(p)),
      verifier(parts.keys, &parts.revocations),
      sign_in_per_account(parts.settings.sign_in_per_account),
      sign_in_per_address(parts.settings.sign_in_per_address),
      sign_up_per_address(parts.settings.sign_up_per_address),
      codes_per_account(parts.settings.codes_per_account) {}

Facade::State::Operation Facade::State::find(std::string_view operation) {
  static constexpr std::array<std::pair<std::string_view, Operation>, 8> kOperations{{
      {"SignUp", &State::sign_up},
      {"ConfirmSignUp", &State::confirm_sign_up},
      {"ResendConfirmationCode", &State::resend_confirmation_code},
      {"InitiateAuth", &State::initiate_auth},
      {"GetTokensFromRefreshToken", &State::get_tokens_from_refresh_token},
      {"GetUser", &State::get_user},
      {"GlobalSignOut", &State::global_sign_out},
      {"RevokeToken", &State::revoke_token},
  }};
  for (const auto& [name, function] : kOperations) {
    if (name == operation) return function;
  }
  return nullptr;
}

void Facade::State::handle(http::Request request, http::ResponderPtr responder) {
  http::Headers headers = cors_headers(parts.settings);
  headers.emplace_back("x-amzn-requestid", uuid7(parts.clock.now(), parts.random));
  headers.emplace_back("cache-control", "no-store");
  const auto exchange = std::make_shared<Exchange>(std::move(responder), std::move(headers));
  const std::string* target = request.header("x-amz-target");
  if (target == nullptr || !target->starts_with(kTargetPrefix)) {
    return exchange->fail({"UnknownOperationException", "No such operation."});
  }
  const Operation operation = find(std::string_view(*target).substr(kTargetPrefix.size()));
  if (operation == nullptr) {
    return exchange->fail({"UnknownOperationException", "No such operation."});
  }
  Result<Json> in = parse_json(request.body, kJsonLimits);
  if (!in || in->as_object() == nullptr) {
    return exchange->fail({"SerializationException", "The body is not a JSON object."});
  }
  (this->*operation)(Call{std::move(*in), std::move(request.peer), exchange});
}

OrFailure<Client> Facade::State::client(const Json& in) const {
  const OrFailure<std::string> id = required_text(in, "ClientId");
  if (!id) return tl::unexpected(id.error());
  const Client* client = find_client(parts.settings, *id);
  if (client == nullptr) {
    return failed("ResourceNotFoundException", "User pool client does not exist.");
  }
  return *client;
}

bool Facade::State::within(auth::Throttle& throttle, const std::string& key, const Call& call) {
  if (throttle.take(key, parts.clock.monotonic()).allowed) return true;
  log(Level::warning, "accounts throttled", {{"limit", throttle.rate().name}});
  call.exchange->fail({"TooManyRequestsException", "Too many requests, please try again later."});
  return false;
}

OrFailure<auth::Claims> Facade::State::signed_in(const Json& in) {
  const OrFailure<std::string> token = required_text(in, "AccessToken");
  if (!token) return tl::unexpected(token.error());
  auth::Expectations expected;
  expected.issuer = parts.settings.issuer;
  for (const Client& client : parts.settings.clients) expected.clients.push_back(client.id);
  Result<auth::Claims> claims = verifier.verify(*token, expected, parts.clock.now());
  if (claims) return std::move(*claims);
  const std::string& why = claims.error().detail;
  if (why == auth::kExpired) return not_authorized("Access Token has expired");
  if (why == auth::kRevoked) return not_authorized("Access Token has been revoked");
  return not_authorized("Invalid Access Token");
}

void Facade::State::on_worker(const Call& call, std::function<void(store::Session&)> job) {
  if (parts.work(std::move(job))) return;
  call.exchange->fail({"TooManyRequestsException", "Too many requests, please try again."});
}

void Facade::State::ask(const ExchangePtr& exchange, wire::accounts::In in, Json body) {
  host::Message message;
  message.service = std::string(wire::accounts::kService);
  message.body = std::move(in);
  const Result<void> taken =
      parts.ask(std::move(message),
                [exchange, body](const host::Answer& answer) { exchange->forward(answer, body); });
  if (taken) return;
  if (taken.error().code == Code::exhausted) {
    return exchange->fail({"TooManyRequestsException", "Too many requests, please try again."});
  }
  exchange->unavailable();
}

void Facade::State::post(wire::accounts::In in) {
  host::Message message;
  message.service = std::string(wire::accounts::kService);
  message.body = std::move(in);
  if (const Result<void> taken = parts.post(std::move(message)); !taken) {
    log(Level::warning, "accounts message refused", {{"why", taken.error().detail}});
  }
}

void Facade::State::read_revocations() {
  if (reading_revocations) {
    revocations_again = true;
    return;
  }
  reading_revocations = true;
  const auto self = shared_from_this();
  const bool queued = parts.work([self, after = revoked_after_ms](store::Session& session) {
    std::vector<std::pair<std::string, std::int64_t>> rows;
    bool good = true;
    std::int64_t last_ms = after;
    std::string last_jti;
    for (;;) {
      const auto page =
          session.run(sql::list_revoked,
                      {{"after_ms", last_ms}, {"after_jti", last_jti}, {"most", kRevocationsPage}});
      good = page.has_value();
      if (!good) break;
      for (const store::Row& row : *page) {
        last_ms = row.integer("revoked_ms");
        last_jti = row.text("origin_jti");
        rows.emplace_back(last_jti, last_ms);
      }
      if (page->size() < static_cast<std::size_t>(kRevocationsPage)) break;
    }
    self->parts.on_loop(
        [self, rows = std::move(rows), good] { self->took_revocations(rows, good); });
  });
  if (!queued) reading_revocations = false;  // the next second tries again
}

void Facade::State::took_revocations(const std::vector<std::pair<std::string, std::int64_t>>& rows,
                                     bool read) {
  reading_revocations = false;
  if (!read) log(Level::warning, "revocations not read");
  const Time now = parts.clock.now();
  for (const auto& [origin_jti, at_ms] : rows) {
    const Time until = from_ms(at_ms) + parts.settings.access_life + auth::kLeewayMax;
    parts.revocations.revoke(origin_jti, until, now);
    revoked_after_ms = std::max(revoked_after_ms, at_ms - kRevocationsOverlapMs);
  }
  if (std::exchange(revocations_again, false)) read_revocations();
}

Facade::Facade(FacadeParts parts) : state_(std::make_shared<State>(std::move(parts))) {}
Facade::~Facade() = default;

void Facade::refresh_revocations() { state_->read_revocations(); }

std::vector<host::Route> Facade::routes() const {
  host::Route post;
  post.method = "POST";
  post.pattern = "/";
  post.access = host::Access::anybody;
  post.body_bytes_max = kBodyBytesMax;
  post.doc.summary =
      "Accounts on the wire of Cognito user pools; X-Amz-Target names the operation.";
  post.handle = [state = state_](http::Request request, http::ResponderPtr responder,
                                 const host::Caller&) {
    state->handle(std::move(request), std::move(responder));
  };
  host::Route options;
  options.method = "OPTIONS";
  options.pattern = "/";
  options.access = host::Access::anybody;
  options.doc.summary = "Preflight of browsers for the accounts.";
  options.handle = [state = state_](const http::Request&, const http::ResponderPtr& responder,
                                    const host::Caller&) {
    responder->answer(preflight(state->parts.settings));
  };
  const Settings& settings = state_->parts.settings;
  const std::string base = "/" + settings.pool_id + "/.well-known/";
  return {std::move(post), std::move(options),
          document_route(base + "jwks.json", state_->parts.keys.jwks(),
                         "Public keys of the tokens (RFC 7517)."),
          document_route(base + "openid-configuration", discovery(settings),
                         "Discovery document of the issuer.")};
}

}  // namespace trayline::accounts
