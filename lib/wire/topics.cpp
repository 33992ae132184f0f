#include "lib/wire/topics.hpp"

#include <algorithm>

namespace trayline::wire {

bool is_env(std::string_view text) {
  return !text.empty() && text.size() <= 16 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

std::string resource_name(const Resource& resource) {
  return "IoT-" + resource.env + "-" + resource.core.value;
}

Result<Resource> parse_resource(std::string_view name) {
  const auto broken = [&] {
    return fail(Code::invalid_argument, "\"" + std::string(name) + "\" is not IoT-<env>-<core>");
  };
  if (!name.starts_with("IoT-")) return broken();
  const std::string_view rest = name.substr(4);
  const std::size_t hyphen = rest.find('-');
  if (hyphen == std::string_view::npos) return broken();
  const std::string_view env = rest.substr(0, hyphen);
  const std::string_view core = rest.substr(hyphen + 1);
  if (!is_env(env) || !is_core_id(core)) return broken();
  return Resource{std::string(env), CoreId(std::string(core))};
}

std::string up_topic(const Resource& resource, std::string_view function, std::string_view topic) {
  return resource_name(resource) + "/up/" + std::string(function) + "/" + std::string(topic);
}

std::string down_topic(const Resource& resource, std::string_view function,
                       std::string_view topic) {
  return resource_name(resource) + "/down/" + std::string(function) + "/" + std::string(topic);
}

Result<UpTopic> parse_up_topic(std::string_view topic) {
  const std::size_t first = topic.find('/');
  const auto broken = [&] {
    return fail(Code::invalid_argument,
                "\"" + std::string(topic) + "\" is not IoT-<env>-<core>/up/<function>/<topic>");
  };
  if (first == std::string_view::npos) return broken();
  const Result<Resource> resource = parse_resource(topic.substr(0, first));
  if (!resource) return fail(resource.error());
  const std::string_view rest = topic.substr(first + 1);
  if (!rest.starts_with("up/")) return broken();
  const std::string_view path = rest.substr(3);
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == path.size()) return broken();
  return UpTopic{*resource, std::string(path.substr(0, slash)),
                 std::string(path.substr(slash + 1))};
}

}  // namespace trayline::wire
