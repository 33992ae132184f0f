#include "edge/sdk/topic.hpp"

namespace trayline::edge {

bool fits(std::string_view filter, std::string_view topic) {
  for (;;) {
    const std::size_t f = filter.find('/');
    const std::size_t t = topic.find('/');
    const std::string_view wanted = filter.substr(0, f);
    if (wanted == "#") return true;
    if (wanted != "+" && wanted != topic.substr(0, t)) return false;
    const bool filter_ends = f == std::string_view::npos;
    const bool topic_ends = t == std::string_view::npos;
    if (topic_ends) return filter_ends || filter.substr(f + 1) == "#";
    if (filter_ends) return false;
    filter.remove_prefix(f + 1);
    topic.remove_prefix(t + 1);
  }
}

}  // namespace trayline::edge
