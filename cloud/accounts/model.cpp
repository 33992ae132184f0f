// Rows as users and sessions.
#include "cloud/accounts/model.hpp"

#include <algorithm>

#include "cloud/accounts/sql.hpp"
#include "lib/base/check.hpp"

namespace trayline::accounts {
namespace {

// What was written by us and does not read any more is a broken invariant.
template <class T>
T column(const store::Row& row, const char* name) {
  Result<T> value = [&]() -> Result<T> {
    const Result<Json> json = parse_json(row.text(name));
    if (!json) return fail(json.error());
    return from_json<T>(*json);
  }();
  check(value.has_value(), std::string("a stored account that does not read: ") + name);
  return std::move(*value);
}

User read_user(const store::Row& row) {
  User user;
  user.id = UserId(row.text("user_id"));
  user.username = row.text("username");
  user.username_key = row.text("username_key");
  const auto status = enum_value<Status>(row.text("status"));
  check(status.has_value(), "an account of unknown status");
  user.status = *status;
  user.attributes = column<std::vector<Attribute>>(row, "attributes");
  user.groups = column<std::vector<std::string>>(row, "groups");
  user.verifier = row.text("verifier");
  user.failures = row.integer("failures");
  user.failed_ms = row.integer("failed_ms");
  user.created_ms = row.integer("created_ms");
  if (!row.is_null("code_hash")) {
    user.code = PendingCode{row.text("code_hash"), row.integer("code_expires_ms"),
                            row.integer("code_tries")};
  }
  return user;
}

Session read_session(const store::Row& row) {
  return {.origin_jti = row.text("origin_jti"),
          .user = UserId(row.text("user_id")),
          .client = row.text("client"),
          .refresh_hash = row.text("refresh_hash"),
          .signed_in_ms = row.integer("signed_in_ms"),
          .expires_ms = row.integer("expires_ms"),
          .revoked_ms = row.optional_integer("revoked_ms")};
}

}  // namespace

std::string User::attribute(std::string_view name) const {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const Attribute& a) { return a.name == name; });
  return found == attributes.end() ? std::string() : found->value;
}

void User::set_attribute(std::string_view name, std::string value) {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const Attribute& a) { return a.name == name; });
  if (found != attributes.end()) {
    found->value = std::move(value);
  } else {
    attributes.push_back({std::string(name), std::move(value)});
  }
}

namespace {

store::Rows rows_of(const std::vector<Wanted>& wanted) {
  store::Rows rows(2);
  for (const Wanted& w : wanted) rows.add(w.user.value, w.username_key);
  return rows;
}

}  // namespace

Result<void> lock_users(store::Session& session, const std::vector<Wanted>& wanted) {
  if (auto r = session.run(sql::lock_users, rows_of(wanted)); !r) return fail(r.error());
  return {};
}

Result<std::vector<User>> load_users(store::Session& session, const std::vector<Wanted>& wanted) {
  const store::Rows rows = rows_of(wanted);
  const Result<store::Answer> found = session.run(sql::load_users, rows);
  if (!found) return fail(found.error());
  std::vector<User> users;
  for (const store::Row& row : *found) users.push_back(read_user(row));
  return users;
}

Result<std::vector<Session>> load_sessions(store::Session& session,
                                           const std::vector<std::string>& refresh_hashes) {
  store::Rows rows(1);
  for (const std::string& hash : refresh_hashes) rows.add(hash);
  const Result<store::Answer> found = session.run(sql::load_sessions, rows);
  if (!found) return fail(found.error());
  std::vector<Session> sessions;
  for (const store::Row& row : *found) sessions.push_back(read_session(row));
  return sessions;
}

Result<Session> find_session(store::Session& session, const std::string& origin_jti) {
  const Result<store::Answer> found = session.run(sql::find_session, {{"origin_jti", origin_jti}});
  if (!found) return fail(found.error());
  if (found->empty()) return fail(Code::not_found, "no such session");
  return read_session(found->front());
}

std::string attributes_text(const std::vector<Attribute>& attributes) {
  return to_json(attributes).dump();
}
std::string groups_text(const std::vector<std::string>& groups) { return to_json(groups).dump(); }

}  // namespace trayline::accounts
