// GetUser, GlobalSignOut, RevokeToken.
#include "cloud/accounts/facade_state.hpp"
#include "lib/base/digest.hpp"

namespace trayline::accounts {
namespace {

// A token's family as committed, which is fresher than the list in memory.
OrFailure<void> is_alive(const auth::Claims& claims, store::Session& reader) {
  const Result<Session> session = find_session(reader, claims.origin_jti);
  if (!session && session.error().code != Code::not_found) {
    return failed("InternalErrorException", "The request could not be completed.");
  }
  if (!session || session->revoked_ms) return not_authorized("Access Token has been revoked");
  return {};
}

Json user_body(const User& user) {
  Json::Array attributes;
  attributes.push_back(Json::object({{"Name", "sub"}, {"Value", user.id.value}}));
  bool verified = false;
  for (const Attribute& a : user.attributes) {
    verified = verified || a.name == "email_verified";
    attributes.push_back(Json::object({{"Name", a.name}, {"Value", a.value}}));
  }
  if (!verified) {
    attributes.push_back(Json::object({{"Name", "email_verified"}, {"Value", "false"}}));
  }
  return Json::object({{"Username", user.username}, {"UserAttributes", std::move(attributes)}});
}

}  // namespace

void Facade::State::get_user(const Call& call) {
  const OrFailure<auth::Claims> claims = signed_in(call.in);
  if (!claims) return call.exchange->fail(claims.error());
  on_worker(call, [exchange = call.exchange, claims = *claims](store::Session& reader) {
    if (const auto alive = is_alive(claims, reader); !alive) return exchange->fail(alive.error());
    const Result<std::vector<User>> users = load_users(reader, {{UserId(claims.subject), {}}});
    if (!users) return exchange->unavailable();
    if (users->empty()) return exchange->fail({"UserNotFoundException", "User does not exist."});
    exchange->answer(user_body(users->front()));
  });
}

void Facade::State::global_sign_out(const Call& call) {
  const OrFailure<auth::Claims> claims = signed_in(call.in);
  if (!claims) return call.exchange->fail(claims.error());
  on_worker(call, [self = shared_from_this(), exchange = call.exchange,
                   claims = *claims](store::Session& reader) {
    if (const auto alive = is_alive(claims, reader); !alive) return exchange->fail(alive.error());
    self->ask(exchange, wire::accounts::SignOut{UserId(claims.subject)});
  });
}

void Facade::State::revoke_token(const Call& call) {
  const OrFailure<Client> who = client(call.in);
  if (!who) return call.exchange->fail(who.error());
  const OrFailure<std::string> token = required_text(call.in, "Token");
  if (!token) return call.exchange->fail(token.error());
  // Refresh tokens have no dots; access and id tokens have two.
  if (token->find('.') != std::string::npos) {
    return call.exchange->fail(
        {"UnsupportedTokenTypeException", "Only refresh tokens can be revoked."});
  }
  if (!within(sign_in_per_address, call.peer, call)) return;
  const std::string hash = sha256_hex(*token);
  on_worker(call, [self = shared_from_this(), exchange = call.exchange, client_id = who->id,
                   hash](store::Session& reader) {
    const Result<std::vector<Session>> sessions = load_sessions(reader, {hash});
    if (!sessions) return exchange->unavailable();
    // An unknown token, or another client's, is as good as revoked (RFC 7009 2.2).
    if (sessions->empty() || sessions->front().client != client_id) {
      return exchange->answer(Json(Json::Object()));
    }
    self->ask(exchange, wire::accounts::RevokeToken{client_id, hash});
  });
}

}  // namespace trayline::accounts
