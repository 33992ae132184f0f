// Checks values against the trimmed official description of Stripe's API (stripe-subset.json).
// For tests: the simulator's replies and the client's requests must fit it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/json.hpp"

namespace trayline::stripe_sim {

class Subset {
 public:
  // not_found where the file is not there.
  static Result<Subset> load(const std::string& file);

  // What does not fit, as "pointer: reason"; empty when all fits. The members of JSON Schema that
  // the subset uses: type, nullable, enum, required, properties, additionalProperties (false or a
  // schema), items, anyOf, maxLength, $ref.
  std::vector<std::string> check_object(std::string_view schema, const Json& value) const;
  // Form parameters as parse_form() makes them; texts stand for integers and booleans too. The
  // path is the description's own: "/v1/payment_intents/{intent}/capture".
  std::vector<std::string> check_request(const std::string& method, const std::string& path,
                                         const Json& params) const;
  // The body of an answer with this status; a path that is not in the description answers errors.
  std::vector<std::string> check_reply(const std::string& method, const std::string& path,
                                       int status, const Json& body) const;
  // "/v1/payment_intents/pi_1/capture" is of "/v1/payment_intents/{intent}/capture". Nothing where
  // the description has no such operation.
  std::optional<std::string> path_of(const std::string& method, std::string_view path) const;

 private:
  explicit Subset(Json description) : description_(std::move(description)) {}
  const Json* operation(const std::string& method, const std::string& path) const;
  Json description_;
};

}  // namespace trayline::stripe_sim
