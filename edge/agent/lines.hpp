// The local protocol, version 1: one JSON object a line. Texts to values and back; decides nothing
// and does no I/O. Values, thread-compatible.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/json.hpp"

namespace trayline::agent {

inline constexpr std::size_t kLineBytesMax = 256 * 1024;
inline constexpr std::size_t kLineDepthMax = 32;
inline constexpr std::size_t kTopicBytesMax = 256;
inline constexpr std::size_t kKeyBytesMax = 64;
inline constexpr std::size_t kTextBytesMax = 1024;  // of health and metric

enum class Class { critical, normal, latest };
std::string_view to_string(Class cls);

// What a function says.
struct Hello {
  std::int64_t id = 0;
};
struct Subscribe {
  std::int64_t id = 0;
  std::string filter;
};
struct Publish {
  std::int64_t id = 0;
  std::string topic;
  std::string payload;  // the body as compact JSON
  bool to_cloud = false;
  Class cls = Class::normal;
  std::string key;  // empty: none was given
};
struct Handled {
  std::int64_t msg = 0;
  bool dropped = false;
};
struct NotHandled {
  std::int64_t msg = 0;
  std::int64_t retry_ms = 0;
};
struct Health {
  std::optional<std::string> state;
  std::string detail;
  std::int64_t progress = 0;
};
struct Metric {
  std::string name;
  double value = 0;
};
struct ConfigAnswer {
  std::int64_t rev = 0;
  std::string why;  // empty: good
};
// Not a line of the protocol: answered "err". id as far as it could be read; code: bad_json,
// bad_topic, too_big, unknown.
struct BadLine {
  std::int64_t id = -1;
  std::string code;
  std::string why;
};
using Line = std::variant<BadLine, Hello, Subscribe, Publish, Handled, NotHandled, Health, Metric,
                          ConfigAnswer>;
Line parse_line(std::string_view text);

// Levels of [A-Za-z0-9_-]{1,64}; a filter also + for a level and # for the rest.
bool is_local_topic(std::string_view text);
bool is_local_filter(std::string_view text);

// What the hub says; each with its line end.
std::string ok_line(std::int64_t id, std::int64_t seq);
std::string err_line(const BadLine& bad);
struct Delivery {
  std::int64_t msg = 0;
  std::string topic;
  std::string body;  // JSON
  std::int64_t attempt = 1;
  std::int64_t age_ms = 0;
};
std::string msg_line(const Delivery& delivery);
std::string welcome_line(const Json& welcome);
std::string stop_line(std::int64_t deadline_ms);

// Bytes to lines. A line beyond the limit is left out up to its end and reported once.
class LineBuffer {
 public:
  struct TooLong {};
  using Item = std::variant<std::string, TooLong>;
  std::vector<Item> feed(std::string_view bytes);

 private:
  std::string rest_;
  bool skipping_ = false;
};

}  // namespace trayline::agent
