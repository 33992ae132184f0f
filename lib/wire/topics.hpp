// Names of cores on the wire, and their topics: IoT-<env>-<core>/up|down/<function>/<topic>.
// The resource name is client id, certificate common name and first topic level alike.
#pragma once
#include <string>
#include <string_view>

#include "lib/base/ids.hpp"
#include "lib/base/result.hpp"

namespace trayline::wire {

// An environment: [a-z0-9]{1,16} (no hyphen, so that a resource name splits in one way only).
bool is_env(std::string_view text);

struct Resource {
  std::string env;
  CoreId core;
  bool operator==(const Resource&) const = default;
};

// "IoT-<env>-<core>".
std::string resource_name(const Resource& resource);
Result<Resource> parse_resource(std::string_view name);

// function: one level; topic: one or more levels.
std::string up_topic(const Resource& resource, std::string_view function, std::string_view topic);
std::string down_topic(const Resource& resource, std::string_view function, std::string_view topic);

// A topic that a device wrote: the parts of IoT-<env>-<core>/up/<function>/<topic>.
struct UpTopic {
  Resource resource;
  std::string function;
  std::string topic;
};
Result<UpTopic> parse_up_topic(std::string_view topic);

}  // namespace trayline::wire
