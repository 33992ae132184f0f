// Fuzz target: any two texts as filter and topic (split at the first line feed).
#include <cstdint>

#include "lib/base/check.hpp"
#include "lib/bus/bus.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace bus = trayline::bus;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = input.find('\n');
  const std::string_view filter = input.substr(0, cut);
  const std::string_view topic =
      cut == std::string_view::npos ? std::string_view() : input.substr(cut + 1);
  const bool fits = bus::matches(filter, topic);
  trayline::check(!fits || bus::is_filter(filter), "only a filter fits");
  if (bus::is_topic(topic)) {
    trayline::check(bus::matches(topic, topic) || topic.starts_with("$share/"),
                    "a topic fits itself");
    trayline::check(bus::matches("#", topic) == !topic.starts_with('$'), "# fits but $ topics");
    trayline::check(bus::is_filter(topic) || topic.starts_with("$share/"), "a topic is a filter");
  }
  return 0;
}
