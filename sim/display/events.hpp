// Server-sent events out of pieces of text (WHATWG HTML, 9.2.6), as far as a screen's page needs
// them: event and data. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace trayline::display {

struct Event {
  std::string event;  // "message" where none was given
  std::string data;
  bool operator==(const Event&) const = default;
};

inline constexpr std::size_t kEventBytesMax = 1 << 20;  // a longer one is thrown away

class EventReader {
 public:
  std::vector<Event> feed(std::string_view bytes);

 private:
  void line(std::string_view text, std::vector<Event>& out);
  std::string rest_;
  Event event_;
  bool has_data_ = false;
};

}  // namespace trayline::display
