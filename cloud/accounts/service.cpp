// The set-based reads and writes of a batch.
#include "cloud/accounts/service.hpp"

#include <map>

#include "cloud/accounts/sql.hpp"

namespace trayline::accounts {
namespace {

// Whom a message speaks of; nobody for messages about tokens.
Wanted wanted_by(const wire::accounts::In& in) {
  return std::visit(
      [](const auto& m) {
        Wanted wanted;
        if constexpr (requires { m.username_key; }) wanted.username_key = m.username_key;
        if constexpr (requires { m.user; }) wanted.user = m.user;
        return wanted;
      },
      in);
}

Result<void> save_users(store::Session& session, const std::vector<Decision>& decisions, Time now) {
  std::map<UserId, const User*> latest;
  for (const Decision& decision : decisions) {
    if (decision.user) latest[decision.user->id] = &*decision.user;
  }
  store::Rows users(10);
  store::Rows codes(4);
  store::Rows without(1);
  for (const auto& [id, user] : latest) {
    users.add(id.value, user->username, user->username_key, enum_name(user->status),
              attributes_text(user->attributes), groups_text(user->groups), user->verifier,
              user->failures, user->failed_ms, user->created_ms);
    if (user->code) {
      codes.add(id.value, user->code->hash, user->code->expires_ms, user->code->tries);
    } else {
      without.add(id.value);
    }
  }
  if (auto r = session.write(sql::put_users, users, {{"now", to_ms(now)}}); !r) return r;
  if (auto r = session.write(sql::put_codes, codes); !r) return r;
  return session.write(sql::drop_codes, without);
}

Result<void> save_sessions(store::Session& session, const std::vector<Decision>& decisions,
                           Time now) {
  const SessionWrites writes = session_writes(decisions, now);
  const store::Args at{{"now", to_ms(now)}};
  store::Rows users(1);
  for (const UserId& user : writes.signed_out) users.add(user.value);
  if (auto r = session.write(sql::sign_out_users, users, at); !r) return r;
  store::Rows hashes(1);
  for (const std::string& hash : writes.revoked_refresh) hashes.add(hash);
  if (auto r = session.write(sql::revoke_sessions, hashes, at); !r) return r;
  store::Rows added(6);
  for (const Session& s : writes.added) {
    added.add(s.origin_jti, s.user.value, s.client, s.refresh_hash, s.expires_ms, s.revoked_ms);
  }
  return session.write(sql::insert_sessions, added, at);
}

}  // namespace

const store::Migrations& Service::migrations() const { return sql::migrations; }

Result<Snapshot> Service::load(store::Session& session, const Batch& batch, Time) {
  std::vector<Wanted> wanted;
  for (const auto& message : batch) {
    Wanted one = wanted_by(*message.body);
    if (!one.user.empty() || !one.username_key.empty()) wanted.push_back(std::move(one));
  }
  Snapshot snapshot;
  if (wanted.empty()) return snapshot;
  if (auto r = lock_users(session, wanted); !r) return fail(r.error());
  Result<std::vector<User>> users = load_users(session, wanted);
  if (!users) return fail(users.error());
  snapshot.users = std::move(*users);
  return snapshot;
}

Decision Service::decide(const Snapshot& snapshot,
                         const host::Incoming<wire::accounts::In>& message, Time now) const {
  return accounts::decide(settings_, snapshot, *message.body, message.request, now);
}

void Service::apply(Snapshot& snapshot, const Decision& decision) const {
  accounts::apply(snapshot, decision);
}

Result<void> Service::save(store::Session& session, const std::vector<Decision>& decisions,
                           Time now) {
  if (auto r = save_users(session, decisions, now); !r) return r;
  if (auto r = save_sessions(session, decisions, now); !r) return r;
  bool purge = false;
  for (const Decision& decision : decisions) purge = purge || decision.purge;
  if (!purge) return {};
  // A family outlives its end by the life of the last access token that it may have.
  const Time before = now - settings_.access_life - Millis(60'000);
  const auto done = session.run(sql::purge_sessions, {{"before", to_ms(before)}});
  if (!done) return fail(done.error());
  return {};
}

}  // namespace trayline::accounts
