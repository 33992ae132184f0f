// What a message does to the accounts. Pure: values in, values out.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cloud/accounts/model.hpp"
#include "cloud/accounts/settings.hpp"
#include "lib/host/message.hpp"

namespace trayline::accounts {

// The users that a batch speaks of.
struct Snapshot {
  std::vector<User> users;
  const User* by_id(const UserId& id) const;
  const User* by_name(const std::string& username_key) const;
};

struct Decision {
  std::optional<User> user;        // as it stands afterwards
  std::optional<Session> session;  // a new one
  std::string revoked_refresh;     // hash of a refresh token whose session ends
  UserId signed_out;               // every session of this user up to here ends
  bool purge = false;
  host::Output out;
};

// request: who waits for the reply, 0 nobody. Replies are in the Cognito form: the body of a
// success, or a problem whose type is the exception's name.
Decision decide(const Settings& settings, const Snapshot& snapshot, const wire::accounts::In& in,
                std::uint64_t request, Time now);
void apply(Snapshot& snapshot, const Decision& decision);

// Whether even the right password is refused: failures_max wrong ones in a row. It ends by itself,
// failures_life after the last counted one; what fails meanwhile is not counted and moves nothing.
bool closed(const Settings& settings, const User& user, Time now);

// What a batch writes about sessions: a sign-out ends the sessions that stood before it in the
// batch, and none that came after it.
struct SessionWrites {
  std::vector<Session> added;
  std::vector<UserId> signed_out;
  std::vector<std::string> revoked_refresh;
};
SessionWrites session_writes(const std::vector<Decision>& decisions, Time now);

// "a***@e***" for "ada@example.org"; for a reply that must not show the address.
std::string masked(const std::string& address);
Json code_delivery(const std::string& address);

}  // namespace trayline::accounts
