// A message to the cloud as it waits in the outbox. A value.
#pragma once
#include <cstdint>
#include <string>

#include "edge/agent/lines.hpp"

namespace trayline::agent {

struct Row {
  std::int64_t seq = 0;  // given when it is stored
  std::string key;
  std::string function;
  std::string topic;  // without core and function
  Class cls = Class::normal;
  std::string payload;
  std::string sha256;  // hex, of the payload
  bool operator==(const Row&) const = default;
};

}  // namespace trayline::agent
