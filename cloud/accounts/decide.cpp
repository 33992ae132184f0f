// One decision per message; nothing here reads a store or a clock.
#include "cloud/accounts/decide.hpp"

#include <algorithm>

#include "lib/base/digest.hpp"
#include "lib/wire/message.hpp"

namespace trayline::accounts {
namespace {

using namespace wire::accounts;

constexpr Millis kPurgeEvery{3'600'000};

std::int64_t recent_failures(const Settings& settings, const User& user, Time now) {
  return from_ms(user.failed_ms) + settings.failures_life <= now ? 0 : user.failures;
}

// One message at a time; a member function per kind.
class Deciding {
 public:
  Deciding(const Settings& settings, const Snapshot& snapshot, std::uint64_t request, Time now)
      : settings_(settings), snapshot_(snapshot), request_(request), now_(now) {}

  void operator()(const SignUp& m) {
    if (snapshot_.by_name(m.username_key) != nullptr) {
      return refuse("UsernameExistsException", "User already exists");
    }
    User user{.id = m.user,
              .username = m.username,
              .username_key = m.username_key,
              .status = Status::unconfirmed,
              .attributes = m.attributes,
              .groups = {},
              .verifier = m.verifier,
              .failures = 0,
              .created_ms = to_ms(now_),
              .code = PendingCode{m.code.hash, m.code.expires_ms, 0}};
    send_code(user, m.code);
    Json::Object body;
    body.set("UserConfirmed", false).set("UserSub", m.user.value);
    body.set("CodeDeliveryDetails", code_delivery(user.attribute("email")));
    decision_.user = std::move(user);
    answer(Json(std::move(body)));
  }

  void operator()(const ConfirmSignUp& m) {
    const User* user = snapshot_.by_name(m.username_key);
    if (user == nullptr) return refuse("CodeMismatchException", kWrongCode);
    if (user->status != Status::unconfirmed) {
      return refuse("NotAuthorizedException",
                    "User cannot be confirmed. Current status is " +
                        std::string(user->status == Status::confirmed ? "CONFIRMED" : "DISABLED"));
    }
    if (!user->code || user->code->expires_ms <= to_ms(now_)) {
      return refuse("ExpiredCodeException", "Invalid code provided, please request a code again.");
    }
    if (user->code->tries >= settings_.code_tries_max) {
      return refuse("TooManyFailedAttemptsException",
                    "Too many wrong codes, please request a code again.");
    }
    User after = *user;
    if (!equal_in_constant_time(user->code->hash, m.code_hash)) {
      ++after.code->tries;
      decision_.user = std::move(after);
      return refuse("CodeMismatchException", kWrongCode);
    }
    after.code.reset();
    after.status = Status::confirmed;
    after.set_attribute("email_verified", "true");
    decision_.user = std::move(after);
    answer(Json(Json::Object()));
  }

  void operator()(const ResendCode& m) {
    const User* user = snapshot_.by_name(m.username_key);
    const auto details = [](const std::string& address) {
      return Json::object({{"CodeDeliveryDetails", code_delivery(address)}});
    };
    // Nobody learns here whether there is such a user.
    if (user == nullptr) return answer(details(m.username));
    if (user->status != Status::unconfirmed) {
      return refuse("InvalidParameterException", "User is already confirmed.");
    }
    User after = *user;
    after.code = PendingCode{m.code.hash, m.code.expires_ms, 0};
    send_code(after, m.code);
    const std::string address = after.attribute("email");
    decision_.user = std::move(after);
    answer(details(address));
  }

  void operator()(const SignIn& m) {
    const User* user = snapshot_.by_id(m.user);
    // Between the comparison and now the password may have been changed or the user disabled.
    if (user == nullptr || user->status != Status::confirmed || user->verifier != m.verifier) {
      return refuse("NotAuthorizedException", "Incorrect username or password.");
    }
    if (user->failures != 0) {
      User after = *user;
      after.failures = 0;
      after.failed_ms = 0;
      decision_.user = std::move(after);
    }
    decision_.session = Session{.origin_jti = m.origin_jti,
                                .user = m.user,
                                .client = m.client,
                                .refresh_hash = m.refresh_hash,
                                .signed_in_ms = to_ms(now_),
                                .expires_ms = m.expires_ms,
                                .revoked_ms = std::nullopt};
    purge_later();
    answer(Json(Json::Object()));
  }

  void operator()(const SignInFailed& m) {
    const User* user = snapshot_.by_id(m.user);
    if (user == nullptr || closed(settings_, *user, now_)) return;
    User after = *user;
    after.failures = recent_failures(settings_, *user, now_) + 1;
    after.failed_ms = to_ms(now_);
    decision_.user = std::move(after);
  }

  void operator()(const RevokeToken& m) {
    decision_.revoked_refresh = m.refresh_hash;
    decision_.out.wake.emplace_back(kRevocationsKey);
    answer(Json(Json::Object()));
  }

  void operator()(const SignOut& m) {
    decision_.signed_out = m.user;
    decision_.out.wake.emplace_back(kRevocationsKey);
    answer(Json(Json::Object()));
  }

  void operator()(const Purge&) { decision_.purge = true; }

  Decision take() { return std::move(decision_); }

 private:
  static constexpr const char* kWrongCode = "Invalid verification code provided, please try again.";

  void answer(Json body) {
    if (request_ == 0) return;
    host::Reply reply{.request = request_, .answer = {}};
    reply.answer.body = std::move(body);
    decision_.out.replies.push_back(std::move(reply));
  }
  void refuse(std::string exception, std::string message) {
    if (request_ == 0) return;
    host::Reply reply{.request = request_, .answer = {}};
    reply.answer.problem =
        host::Problem{Code::invalid_argument, std::move(exception), std::move(message), {}};
    decision_.out.replies.push_back(std::move(reply));
  }
  void send_code(const User& user, const SealedCode& code) {
    host::Effect effect;
    effect.kind = "accounts.code";
    effect.key = "accounts-code-" + user.id.value + "-" + std::to_string(code.expires_ms);
    effect.body = Json::object({{"username", user.username},
                                {"username_key", user.username_key},
                                {"address", user.attribute("email")},
                                {"purpose", "sign_up"},
                                {"sealed_code", code.sealed},
                                {"expires_ms", code.expires_ms}});
    decision_.out.effects.push_back(std::move(effect));
  }
  // At the next full hour, so that many sign-ins ask for one timer.
  void purge_later() {
    const Time due = std::chrono::floor<std::chrono::hours>(now_) + kPurgeEvery;
    decision_.out.timers.push_back({"accounts.purge." + std::to_string(to_ms(due)),
                                    std::string(kService), due,
                                    wire::variant_to_json(In(Purge{}))});
  }

  const Settings& settings_;
  const Snapshot& snapshot_;
  std::uint64_t request_;
  Time now_;
  Decision decision_;
};

}  // namespace

bool closed(const Settings& settings, const User& user, Time now) {
  return recent_failures(settings, user, now) >= settings.failures_max;
}

const User* Snapshot::by_id(const UserId& id) const {
  const auto found =
      std::find_if(users.begin(), users.end(), [&](const User& u) { return u.id == id; });
  return found == users.end() ? nullptr : &*found;
}

const User* Snapshot::by_name(const std::string& username_key) const {
  const auto found = std::find_if(users.begin(), users.end(),
                                  [&](const User& u) { return u.username_key == username_key; });
  return found == users.end() ? nullptr : &*found;
}

Decision decide(const Settings& settings, const Snapshot& snapshot, const wire::accounts::In& in,
                std::uint64_t request, Time now) {
  Deciding deciding(settings, snapshot, request, now);
  std::visit(deciding, in);
  return deciding.take();
}

void apply(Snapshot& snapshot, const Decision& decision) {
  if (!decision.user) return;
  const auto found = std::find_if(snapshot.users.begin(), snapshot.users.end(),
                                  [&](const User& u) { return u.id == decision.user->id; });
  if (found != snapshot.users.end()) {
    *found = *decision.user;
  } else {
    snapshot.users.push_back(*decision.user);
  }
}

SessionWrites session_writes(const std::vector<Decision>& decisions, Time now) {
  SessionWrites writes;
  for (const Decision& decision : decisions) {
    if (decision.session) writes.added.push_back(*decision.session);
    const bool signs_out = !decision.signed_out.empty();
    const bool revokes = !decision.revoked_refresh.empty();
    if (signs_out) writes.signed_out.push_back(decision.signed_out);
    if (revokes) writes.revoked_refresh.push_back(decision.revoked_refresh);
    for (Session& session : writes.added) {
      const bool ends = (signs_out && session.user == decision.signed_out) ||
                        (revokes && session.refresh_hash == decision.revoked_refresh);
      if (ends && !session.revoked_ms) session.revoked_ms = to_ms(now);
    }
  }
  return writes;
}

std::string masked(const std::string& address) {
  const auto part = [](const std::string& text) {
    return text.empty() ? std::string("***") : text.substr(0, 1) + "***";
  };
  const std::size_t at = address.find('@');
  if (at == std::string::npos) return part(address) + "@***";
  return part(address.substr(0, at)) + "@" + part(address.substr(at + 1));
}

Json code_delivery(const std::string& address) {
  return Json::object(
      {{"AttributeName", "email"}, {"DeliveryMedium", "EMAIL"}, {"Destination", masked(address)}});
}

}  // namespace trayline::accounts
