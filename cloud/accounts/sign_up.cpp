// SignUp, ConfirmSignUp, ResendConfirmationCode.
#include "cloud/accounts/facade_state.hpp"
#include "cloud/accounts/fields.hpp"
#include "cloud/accounts/password.hpp"

namespace trayline::accounts {
namespace {

constexpr std::string_view kPurpose = "sign_up";

// The user named by a request.
struct Named {
  std::string username;
  std::string key;
};
OrFailure<Named> named(const Json& in) {
  OrFailure<std::string> username = required_text(in, "Username");
  if (!username) return tl::unexpected(username.error());
  OrFailure<std::string> key = username_key(*username);
  if (!key) return tl::unexpected(key.error());
  return Named{std::move(*username), std::move(*key)};
}

struct Wish {
  Named who;
  std::string password;
  std::vector<Attribute> attributes;
};
OrFailure<Wish> read_wish(const Json& in, const Settings& settings) {
  OrFailure<Named> who = named(in);
  if (!who) return tl::unexpected(who.error());
  OrFailure<std::string> password = required_text(in, "Password");
  if (!password) return tl::unexpected(password.error());
  if (auto good = check_password(*password, who->username, settings.password_min); !good) {
    return tl::unexpected(good.error());
  }
  OrFailure<std::vector<Attribute>> attributes = read_attributes(in, who->username);
  if (!attributes) return tl::unexpected(attributes.error());
  return Wish{std::move(*who), std::move(*password), std::move(*attributes)};
}

// Thread-safe.
wire::accounts::SealedCode make_code(const FacadeParts& parts, const std::string& key) {
  const std::string code = new_code(parts.random);
  return {.hash = code_hash(parts.sealer, kPurpose, key, code),
          .sealed = parts.sealer.seal(code, code_owner(kPurpose, key), parts.random),
          .expires_ms = to_ms(parts.clock.now() + parts.settings.code_life)};
}

}  // namespace

void Facade::State::sign_up(const Call& call) {
  if (const auto c = client(call.in); !c) return call.exchange->fail(c.error());
  OrFailure<Wish> wish = read_wish(call.in, parts.settings);
  if (!wish) return call.exchange->fail(wish.error());
  if (!within(sign_up_per_address, call.peer, call)) return;
  // The verifier takes a modular power: not on the loop's thread.
  on_worker(call, [self = shared_from_this(), exchange = call.exchange,
                   wish = std::move(*wish)](store::Session&) {
    const FacadeParts& p = self->parts;
    wire::accounts::SignUp message;
    message.user = UserId(uuid7(p.clock.now(), p.random));
    message.username = wish.who.username;
    message.username_key = wish.who.key;
    message.attributes = wish.attributes;
    const Owner owner{.pool_name = pool_name(p.settings), .user_id = message.user.value};
    message.verifier = seal_password(p.sealer, owner, wish.password, p.random);
    message.code = make_code(p, wish.who.key);
    self->ask(exchange, std::move(message));
  });
}

void Facade::State::confirm_sign_up(const Call& call) {
  if (const auto c = client(call.in); !c) return call.exchange->fail(c.error());
  const OrFailure<Named> who = named(call.in);
  if (!who) return call.exchange->fail(who.error());
  const OrFailure<std::string> code = required_text(call.in, "ConfirmationCode");
  if (!code) return call.exchange->fail(code.error());
  if (code->size() > kCodeBytesMax) {
    return call.exchange->fail(
        {"CodeMismatchException", "Invalid verification code provided, please try again."});
  }
  if (!within(sign_in_per_account, who->key, call)) return;
  ask(call.exchange, wire::accounts::ConfirmSignUp{
                         .username_key = who->key,
                         .code_hash = code_hash(parts.sealer, kPurpose, who->key, *code)});
}

void Facade::State::resend_confirmation_code(const Call& call) {
  if (const auto c = client(call.in); !c) return call.exchange->fail(c.error());
  const OrFailure<Named> who = named(call.in);
  if (!who) return call.exchange->fail(who.error());
  if (!within(sign_up_per_address, call.peer, call)) return;
  if (!codes_per_account.take(who->key, parts.clock.monotonic()).allowed) {
    return call.exchange->fail(
        {"LimitExceededException", "Attempt limit exceeded, please try after some time."});
  }
  ask(call.exchange,
      wire::accounts::ResendCode{
          .username = who->username, .username_key = who->key, .code = make_code(parts, who->key)});
}

}  // namespace trayline::accounts
