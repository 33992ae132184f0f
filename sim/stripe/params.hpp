// Checks a call's parameters against its endpoint's table: unknown, missing, of a wrong type.
// Official names (the request schemas of Stripe's description have additionalProperties false).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/json.hpp"

namespace trayline::stripe_sim {

enum class Kind {
  text,
  integer,   // of 64 bits, no sign but '-'
  boolean,   // true | false
  metadata,  // group of texts: <= 50 names of <= 40 characters, values <= 500; or empty
  texts,     // list of texts
  range,     // an integer, or a group of gt gte lt lte
  choice,    // one of Param::choices, separated by '|'
  group,     // checked by the handler
  ignored,   // known to Stripe, without meaning here; any shape
};

struct Param {
  std::string_view name;
  Kind kind = Kind::text;
  bool required = false;
  std::string_view choices = {};
};

// What is wrong with a request, in Stripe's words for it.
struct Problem {
  std::string code;   // "parameter_missing"; may be empty
  std::string param;  // "metadata[user_id]"
  std::string message;
};

// The first problem, or none.
std::optional<Problem> check_params(const Json& params, std::span<const Param> table);

// For parameters that passed.
std::optional<std::int64_t> integer_at(const Json& params, std::string_view name);
bool true_at(const Json& params, std::string_view name);
std::vector<std::string> texts_at(const Json& params, std::string_view name);

}  // namespace trayline::stripe_sim
