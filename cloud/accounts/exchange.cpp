// The form of answers, and reading members of requests.
#include "cloud/accounts/exchange.hpp"

namespace trayline::accounts {
namespace {

constexpr std::string_view kInternal = "InternalErrorException";

const Json* member(const Json& in, std::string_view name) {
  const Json* value = in.at(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

auto wrong_type(std::string_view name) {
  return failed("SerializationException", std::string(name) + " has the wrong type");
}

}  // namespace

tl::unexpected<Failure> not_authorized(std::string message) {
  return failed("NotAuthorizedException", std::move(message));
}
tl::unexpected<Failure> invalid_parameter(std::string message) {
  return failed("InvalidParameterException", std::move(message));
}

void Exchange::send(int status, std::string_view error, const Json& body) const {
  http::Response response{.status = status, .headers = headers_, .body = body.dump()};
  response.headers.emplace_back("content-type", "application/x-amz-json-1.1");
  if (!error.empty()) response.headers.emplace_back("x-amzn-errortype", std::string(error) + ":");
  responder_->answer(std::move(response));
}

void Exchange::fail(const Failure& failure) const {
  const Json body = Json::object({{"__type", failure.name}, {"message", failure.message}});
  send(failure.name == kInternal ? 500 : 400, failure.name, body);
}

void Exchange::forward(const host::Answer& answer, const Json& body) const {
  if (answer.problem) {
    const Code code = answer.problem->code;
    if (code == Code::exhausted) {
      return fail({"TooManyRequestsException", "Too many requests, please try again."});
    }
    // Other types come from the host itself and are no business of clients.
    if (code == Code::invalid_argument && answer.problem->type.ends_with("Exception")) {
      return fail({answer.problem->type, answer.problem->detail});
    }
    return unavailable();
  }
  // 202: the answer did not come in time, so nothing may be promised.
  if (answer.status != 200) return unavailable();
  send(200, {}, body.is_null() ? answer.body : body);
}

void Exchange::unavailable() const {
  fail({std::string(kInternal), "The request could not be completed, please try again."});
}

OrFailure<std::string> required_text(const Json& in, std::string_view name) {
  OrFailure<std::string> text = optional_text(in, name);
  if (text && text->empty()) {
    return invalid_parameter("Missing required parameter " + std::string(name));
  }
  return text;
}

OrFailure<std::string> optional_text(const Json& in, std::string_view name) {
  const Json* value = member(in, name);
  if (value == nullptr) return std::string();
  if (value->as_string() == nullptr) return wrong_type(name);
  return *value->as_string();
}

OrFailure<Json> optional_object(const Json& in, std::string_view name) {
  const Json* value = member(in, name);
  if (value == nullptr) return Json(Json::Object());
  if (value->as_object() == nullptr) return wrong_type(name);
  return *value;
}

}  // namespace trayline::accounts
