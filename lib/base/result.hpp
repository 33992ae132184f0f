// The one error type of the product and the value-or-error that carries it.
// Values, thread-compatible. tl::expected becomes std::expected with a later compiler.
#pragma once
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace trayline {

// What the caller can do about it, not what went wrong inside.
enum class Code {
  invalid_argument,   // mend the request
  not_found,          // it is not there, or not yours
  conflict,           // somebody else was first; read again
  unauthenticated,    // sign in
  permission_denied,  // ask somebody with the right
  unavailable,        // try again later
  exhausted,          // a named limit is reached; try again later or send less
  unknown_outcome,    // something may have happened; read it back before repeating
};

// Stable text of a code, e.g. "invalid_argument".
std::string_view to_string(Code code);

// detail is for logs and for operators; it never holds a secret.
struct Error {
  Code code = Code::invalid_argument;
  std::string detail;
  bool operator==(const Error&) const = default;
};

template <class T>
using Result = tl::expected<T, Error>;

// `return fail(Code::not_found, "no such order")` from any function that returns a Result.
inline tl::unexpected<Error> fail(Code code, std::string detail) {
  return tl::unexpected<Error>(Error{code, std::move(detail)});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace trayline
