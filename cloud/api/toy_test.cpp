// The toy's routes.
#include "cloud/api/test_toy.hpp"

namespace trayline::api::test {
namespace {

host::OrProblem<std::int64_t> value_of(store::Session& reader, const std::string& name) {
  const auto rows = reader.run(kGet, {{"name", name}});
  if (!rows || rows->empty()) {
    return tl::unexpected(host::Problem{Code::not_found, "no_such_thing", "No such thing.", {}});
  }
  return rows->at(0).integer("value");
}

host::Route route(std::string method, std::string pattern, host::Access access, auto handle) {
  host::Route out;
  out.method = std::move(method);
  out.pattern = std::move(pattern);
  out.access = access;
  out.handle = std::move(handle);
  out.doc.summary = out.method + " of the toy";
  return out;
}

host::OrProblem<host::Message> put_command(const host::Asked& asked, store::Session&) {
  Put put;
  std::vector<JsonProblem> problems;
  if (!read_json(asked.body, put, problems)) {
    return tl::unexpected(
        host::Problem{Code::invalid_argument, "malformed", "Mend the body.", problems});
  }
  return host::to<ToyIn>("toy", put);
}

}  // namespace

std::vector<host::Route> toy_routes() {
  using host::Access;
  const host::Query get = [](const host::Asked& asked,
                             store::Session& reader) -> host::OrProblem<host::Answer> {
    const auto value = value_of(reader, asked.param("name"));
    if (!value) return tl::unexpected(value.error());
    host::Answer answer;
    answer.body = Json::object({{"value", *value}, {"for", asked.caller.user.value}});
    return answer;
  };
  const host::Query plain = [](const host::Asked&,
                               store::Session&) -> host::OrProblem<host::Answer> {
    host::Answer answer;
    answer.body = Json("hello");
    return answer;
  };
  const host::Live live{
      .key = [](const host::Asked& asked) { return "toy:" + asked.param("name"); },
      .read = [](const host::Asked& asked,
                 store::Session& reader) -> host::OrProblem<host::LiveEvent> {
        const auto value = value_of(reader, asked.param("name"));
        if (!value) return tl::unexpected(value.error());
        return host::LiveEvent{.id = std::to_string(*value),
                               .event = "value",
                               .data = Json(*value),
                               .last = *value == 99};
      }};
  host::Route post = route("POST", "/v1/things", Access::user, host::Command(put_command));
  post.idempotent = true;
  post.doc.request = Json::object({{"type", "object"}});
  post.doc.success = 201;
  post.body_bytes_max = 4096;
  return {
      std::move(post),
      route("PUT", "/v1/things", Access::user, host::Command(put_command)),
      route("GET", "/v1/things/{name}", Access::user, get),
      route("GET", "/v1/things/{name}/live", Access::user, live),
      route("GET", "/v1/staff", Access::staff, plain),
      route("GET", "/v1/open", Access::anybody, plain),
      route("GET", "/v1/files/{path*}", Access::anybody,
            host::Raw([](const http::Request& request, const http::ResponderPtr& responder,
                         const host::Caller&) {
              responder->answer({.status = 200, .headers = {}, .body = request.params.at("path")});
            }))};
}

}  // namespace trayline::api::test
