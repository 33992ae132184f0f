#include "sim/display/events.hpp"

#include <utility>

namespace trayline::display {

std::vector<Event> EventReader::feed(std::string_view bytes) {
  std::vector<Event> out;
  rest_ += bytes;
  std::size_t start = 0;
  for (std::size_t end; (end = rest_.find('\n', start)) != std::string::npos; start = end + 1) {
    std::string_view text = std::string_view(rest_).substr(start, end - start);
    if (text.ends_with('\r')) text.remove_suffix(1);
    line(text, out);
  }
  rest_.erase(0, start);
  if (rest_.size() + event_.data.size() > kEventBytesMax) *this = EventReader();
  return out;
}

void EventReader::line(std::string_view text, std::vector<Event>& out) {
  if (text.empty()) {
    if (has_data_) {
      if (event_.event.empty()) event_.event = "message";
      out.push_back(std::move(event_));
    }
    event_ = Event();
    has_data_ = false;
    return;
  }
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "event") event_.event = value;
  if (name == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  }
}

}  // namespace trayline::display
