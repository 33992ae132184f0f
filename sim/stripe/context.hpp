// What the handlers of one call share: the tables as this call sees them, its parameters, time and
// randomness; replies, ids, events. Inside the module only.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"
#include "sim/stripe/account.hpp"
#include "sim/stripe/cards.hpp"
#include "sim/stripe/params.hpp"
#include "sim/stripe/state.hpp"

namespace trayline::stripe_sim {

struct Context {
  Work work;
  const Settings& settings;
  const Json& params;
  std::string id;      // of the path
  std::string second;  // the second id of the path, where it has two
  std::string path;
  std::string key;  // Idempotency-Key
  std::string stripe_version;
  bool publishable;  // called with a publishable key: client_secret decides
  std::string request_id;
  std::string
      decline;  // the issuer says no to this call, with this decline_named(); empty: it decides
  Time now;
  Random& random;
};

template <class T>
using Or = tl::expected<T, Reply>;
using Refused = tl::unexpected<Reply>;

std::int64_t unix_seconds(Time now);
// "pi_" and 24 letters and digits.
std::string new_id(std::string_view prefix, Random& random, std::size_t length = 24);
// Without the simulator's own members.
Json public_view(const Json& object);
void set(Json& object, std::string_view name, Json value);

Reply ok(const Json& object);
Reply refusal(int status, std::string_view type, const Problem& problem);
// 400 invalid_request_error.
Reply invalid(std::string_view code, std::string_view param, std::string message);
// 404 for the path's own id, 400 for a parameter.
Reply missing(std::string_view what, const std::string& id, std::string_view param);
// 402 card_error with the objects it concerns.
Reply card_error(const Decline& decline, const Json::Object& objects);

// Writes an event of this type about the object.
void emit(Context& context, std::string_view type, const Json& object);

// The object of the path's id; checks client_secret.
Or<Json> own(Context& context, Table table, std::string_view what);
// The id in this parameter exists, or there is no such parameter.
std::optional<Reply> check_exists(Context& context, Table table, std::string_view param,
                                  std::string_view what);
Json metadata_of(const Json& params);
// What metadata becomes: given names replace, empty values remove, empty metadata removes all.
Json merged_metadata(const Json& object, const Json& params);
// The parameter's text, or null where it is not there.
Json text_or_null(const Json& params, std::string_view name);

using Filter = std::function<bool(const Json&)>;
// A page of a table, newest first, as the parameters limit, starting_after, ending_before, created
// and those named in `equal` say; of those that pass the filter, if there is one.
Reply list(Context& context, Table table, const Json& params,
           std::span<const std::string_view> equal, const Filter& filter = nullptr);

}  // namespace trayline::stripe_sim
