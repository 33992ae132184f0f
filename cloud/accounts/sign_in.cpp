// InitiateAuth by password and by refresh token, GetTokensFromRefreshToken.
#include "cloud/accounts/decide.hpp"
#include "cloud/accounts/facade_state.hpp"
#include "cloud/accounts/fields.hpp"
#include "cloud/accounts/password.hpp"
#include "cloud/accounts/tokens.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/log.hpp"

namespace trayline::accounts {
namespace {

constexpr std::size_t kRefreshTokenBytesMax = 2048;

// The user whose password fits, or why not; always one modular power.
struct Attempt {
  std::string key;
  std::string password;
};
struct Outcome {
  UserId tried;  // whose failure counts; empty for nobody
  OrFailure<User> user;
};
Result<Outcome> try_password(const FacadeParts& parts, const Attempt& attempt,
                             store::Session& session) {
  const auto incorrect = not_authorized("Incorrect username or password.");
  Result<std::vector<User>> users = load_users(session, {{UserId(), attempt.key}});
  if (!users) return fail(users.error());
  if (users->empty()) {
    waste_as_much_time(parts.sealer, attempt.key, attempt.password);
    return Outcome{UserId(), incorrect};
  }
  User& user = users->front();
  const Owner owner{.pool_name = pool_name(parts.settings), .user_id = user.id.value};
  const bool fits = password_fits(parts.sealer, owner, user.verifier, attempt.password);
  // After too many failures the right password says no more than a wrong one.
  const bool shut = closed(parts.settings, user, parts.clock.now());
  if (shut || !fits) return Outcome{user.id, incorrect};
  if (user.status == Status::disabled)
    return Outcome{UserId(), not_authorized("User is disabled.")};
  if (user.status == Status::unconfirmed) {
    return Outcome{UserId(), failed("UserNotConfirmedException", "User is not confirmed.")};
  }
  return Outcome{UserId(), std::move(user)};
}

// The family of a refresh token and its user, as long as both are good.
struct Family {
  Session session;
  User user;
};
Result<OrFailure<Family>> find_family(const FacadeParts& parts, const std::string& client,
                                      const std::string& token, store::Session& reader) {
  Result<std::vector<Session>> sessions = load_sessions(reader, {sha256_hex(token)});
  if (!sessions) return fail(sessions.error());
  if (sessions->empty() || sessions->front().client != client) {
    return OrFailure<Family>(not_authorized("Invalid Refresh Token"));
  }
  Session& session = sessions->front();
  if (session.revoked_ms) {
    return OrFailure<Family>(not_authorized("Refresh Token has been revoked"));
  }
  if (session.expires_ms <= to_ms(parts.clock.now())) {
    return OrFailure<Family>(not_authorized("Refresh Token has expired"));
  }
  Result<std::vector<User>> users = load_users(reader, {{session.user, {}}});
  if (!users) return fail(users.error());
  if (users->empty() || users->front().status != Status::confirmed) {
    return OrFailure<Family>(not_authorized("Invalid Refresh Token"));
  }
  return OrFailure<Family>(Family{std::move(session), std::move(users->front())});
}

}  // namespace

void Facade::State::initiate_auth(const Call& call) {
  const OrFailure<Client> who = client(call.in);
  if (!who) return call.exchange->fail(who.error());
  const OrFailure<std::string> flow = required_text(call.in, "AuthFlow");
  if (!flow) return call.exchange->fail(flow.error());
  const OrFailure<Json> parameters = optional_object(call.in, "AuthParameters");
  if (!parameters) return call.exchange->fail(parameters.error());
  if (*flow == "USER_PASSWORD_AUTH") return sign_in_by_password(call, *who, *parameters);
  if (*flow == "REFRESH_TOKEN_AUTH" || *flow == "REFRESH_TOKEN") {
    const OrFailure<std::string> token = required_text(*parameters, "REFRESH_TOKEN");
    if (!token) return call.exchange->fail(token.error());
    return refresh(call, who->id, *token);
  }
  call.exchange->fail(
      {"InvalidParameterException", "This AuthFlow is not enabled for the client."});
}

void Facade::State::sign_in_by_password(const Call& call, const Client& client,
                                        const Json& parameters) {
  if (!client.password_auth) {
    return call.exchange->fail(
        {"InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"});
  }
  const OrFailure<std::string> username = required_text(parameters, "USERNAME");
  if (!username) return call.exchange->fail(username.error());
  const OrFailure<std::string> password = required_text(parameters, "PASSWORD");
  if (!password) return call.exchange->fail(password.error());
  const OrFailure<std::string> key = username_key(*username);
  if (!key || password->size() > kPasswordBytesMax) {
    return call.exchange->fail({"NotAuthorizedException", "Incorrect username or password."});
  }
  if (!within(sign_in_per_address, call.peer, call)) return;
  if (!within(sign_in_per_account, *key, call)) return;
  on_worker(call, [self = shared_from_this(), exchange = call.exchange, client_id = client.id,
                   attempt = Attempt{*key, *password}](store::Session& reader) {
    const FacadeParts& p = self->parts;
    const Result<Outcome> outcome = try_password(p, attempt, reader);
    if (!outcome) {
      log(Level::error, "sign-in not read", {{"why", outcome.error().detail}});
      return exchange->unavailable();
    }
    if (!outcome->user) {
      // Counted behind the caller's back, so that known and unknown names take the same time.
      exchange->fail(outcome->user.error());
      if (!outcome->tried.empty()) self->post(wire::accounts::SignInFailed{outcome->tried});
      return;
    }
    const User& user = *outcome->user;
    const Time now = p.clock.now();
    const std::string refresh = new_refresh_token(p.random);
    const std::string family = uuid7(now, p.random);
    const Grant grant{.user = user, .client = client_id, .origin_jti = family, .signed_in = now};
    const Tokens tokens = make_tokens(p.settings, p.keys, grant, now, p.random);
    self->ask(exchange,
              wire::accounts::SignIn{.user = user.id,
                                     .verifier = user.verifier,
                                     .client = client_id,
                                     .origin_jti = family,
                                     .refresh_hash = sha256_hex(refresh),
                                     .expires_ms = to_ms(now + p.settings.refresh_life)},
              authentication_result(p.settings, tokens, refresh));
  });
}

void Facade::State::refresh(const Call& call, const std::string& client, const std::string& token) {
  if (token.size() > kRefreshTokenBytesMax) {
    return call.exchange->fail({"NotAuthorizedException", "Invalid Refresh Token"});
  }
  if (!within(sign_in_per_address, call.peer, call)) return;
  on_worker(call, [self = shared_from_this(), exchange = call.exchange, client,
                   token](store::Session& reader) {
    const FacadeParts& p = self->parts;
    const Result<OrFailure<Family>> family = find_family(p, client, token, reader);
    if (!family) return exchange->unavailable();
    if (!*family) return exchange->fail(family->error());
    const Session& session = (*family)->session;
    const Grant grant{.user = (*family)->user,
                      .client = client,
                      .origin_jti = session.origin_jti,
                      .signed_in = from_ms(session.signed_in_ms)};
    const Tokens tokens = make_tokens(p.settings, p.keys, grant, p.clock.now(), p.random);
    exchange->answer(authentication_result(p.settings, tokens, {}));
  });
}

void Facade::State::get_tokens_from_refresh_token(const Call& call) {
  const OrFailure<Client> who = client(call.in);
  if (!who) return call.exchange->fail(who.error());
  const OrFailure<std::string> token = required_text(call.in, "RefreshToken");
  if (!token) return call.exchange->fail(token.error());
  refresh(call, who->id, *token);
}

}  // namespace trayline::accounts
