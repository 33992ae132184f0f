// One request on the Cognito wire and its answer: JSON 1.1, failures as 400 with the exception's
// name. Knows no operation.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/json.hpp"
#include "lib/host/message.hpp"
#include "lib/http/server.hpp"

namespace trayline::accounts {

// What clients branch on: the exception's name, and a text for people.
struct Failure {
  std::string name;
  std::string message;
};
template <class T>
using OrFailure = tl::expected<T, Failure>;
inline tl::unexpected<Failure> failed(std::string name, std::string message) {
  return tl::unexpected<Failure>(Failure{std::move(name), std::move(message)});
}
tl::unexpected<Failure> not_authorized(std::string message);
tl::unexpected<Failure> invalid_parameter(std::string message);

// Answers once, from any thread.
class Exchange {
 public:
  Exchange(http::ResponderPtr responder, http::Headers headers)
      : responder_(std::move(responder)), headers_(std::move(headers)) {}
  void answer(const Json& body) const { send(200, {}, body); }
  // 400, but 500 for InternalErrorException, which is the only one that is our own fault.
  void fail(const Failure& failure) const;
  // The answer of the tick, with the body to give when it is a success (null: the answer's own).
  void forward(const host::Answer& answer, const Json& body) const;
  // The tick did not take the message.
  void unavailable() const;

 private:
  void send(int status, std::string_view error, const Json& body) const;
  http::ResponderPtr responder_;
  http::Headers headers_;
};
using ExchangePtr = std::shared_ptr<const Exchange>;

// Members of a request, with null equal to absent. A required one that is missing or empty is
// InvalidParameterException; another type is SerializationException.
OrFailure<std::string> required_text(const Json& in, std::string_view name);
OrFailure<std::string> optional_text(const Json& in, std::string_view name);
// The member as an object; an empty one where it is absent.
OrFailure<Json> optional_object(const Json& in, std::string_view name);

}  // namespace trayline::accounts
