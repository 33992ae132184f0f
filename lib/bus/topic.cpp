// Topics and filters as MQTT 3.1.1 has them (section 4.7). Pure.
#include <optional>

#include "lib/bus/bus.hpp"

namespace trayline::bus {
namespace {

constexpr std::size_t kTopicBytesMax = 512;
constexpr std::string_view kShare = "$share/";

bool is_plain(std::string_view text) {
  if (text.empty() || text.size() > kTopicBytesMax) return false;
  for (const char c : text)
    if (c < 0x20 || c > 0x7e) return false;
  return true;
}

// Takes the first level off the text; none when no level is left.
std::optional<std::string_view> take_level(std::optional<std::string_view>& rest) {
  if (!rest) return std::nullopt;
  const std::size_t slash = rest->find('/');
  const std::string_view level = rest->substr(0, slash);
  if (slash == std::string_view::npos)
    rest.reset();
  else
    rest->remove_prefix(slash + 1);
  return level;
}

// The filter inside "$share/group/filter"; empty where the group or the filter is missing.
std::string_view inner_filter(std::string_view filter) {
  if (!filter.starts_with(kShare)) return filter;
  filter.remove_prefix(kShare.size());
  const std::size_t slash = filter.find('/');
  if (slash == 0 || slash == std::string_view::npos) return {};
  if (filter.substr(0, slash).find_first_of("+#") != std::string_view::npos) return {};
  return filter.substr(slash + 1);
}

}  // namespace

bool is_topic(std::string_view topic) {
  return is_plain(topic) && topic.find_first_of("+#") == std::string_view::npos;
}

bool is_filter(std::string_view filter) {
  if (!is_plain(filter)) return false;
  std::optional<std::string_view> rest = inner_filter(filter);
  if (rest->empty()) return false;
  while (const auto level = take_level(rest)) {
    if (*level == "#") return !rest;
    if (*level != "+" && level->find_first_of("+#") != std::string_view::npos) return false;
  }
  return true;
}

bool matches(std::string_view filter, std::string_view topic) {
  if (!is_filter(filter) || topic.empty()) return false;
  std::optional<std::string_view> wanted = inner_filter(filter);
  std::optional<std::string_view> given = topic;
  if (topic[0] == '$' && ((*wanted)[0] == '+' || (*wanted)[0] == '#')) return false;
  while (const auto level = take_level(wanted)) {
    if (*level == "#") return true;
    const auto here = take_level(given);
    if (!here || (*level != "+" && *level != *here)) return false;
    if (!given && wanted == "#") return true;  // "a/#" fits "a" too
  }
  return !given;
}

}  // namespace trayline::bus
