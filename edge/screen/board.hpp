// What each screen should show and what its pages have painted: pure decisions. A value; time is
// passed in.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/result.hpp"
#include "lib/wire/screen.hpp"

namespace trayline::screen {

struct Board {
  std::optional<wire::ScreenState> state;  // the highest version that came
  std::int64_t received_ms = 0;            // when it came last; wall time of this core
  std::optional<std::int64_t> painted;     // highest version painted since a page is connected
  std::int64_t pages = 0;
  bool heard = false;  // the cloud has sent a state since this start
};

// So long "checking" is shown without news. It promises that something is about to happen, so that
// afterwards the page says instead that it knows nothing.
inline constexpr Millis kCheckingFresh{15'000};
// How long from now the state may be shown as it is; zero: no longer; none: as long as it stands.
std::optional<Millis> fresh_for(const Board& board, Time now);

// Tell the pages, tell the cloud, keep it on disk.
struct Effects {
  bool show = false;
  bool report = false;
  bool keep = false;
  bool operator==(const Effects&) const = default;
};

class Boards {
 public:
  explicit Boards(const std::vector<std::string>& screens);

  // A state from the cloud: a lower version is reported and otherwise ignored, the same version
  // refreshes its age (the pages are told where that matters). not_found: no screen of ours.
  Result<Effects> take(const wire::ScreenState& state, Time now);
  // A page has painted this version. Versions that were never shown are ignored.
  Result<Effects> paint(const std::string& screen, std::int64_t version);
  Result<Effects> page_opened(const std::string& screen);
  Result<Effects> page_closed(const std::string& screen);

  const Board* find(const std::string& screen) const;
  const std::map<std::string, Board>& all() const { return boards_; }
  // The report of one screen; none is painted while no page is connected. It asks for the present
  // state until one has come.
  wire::Shown report(const std::string& core, const std::string& screen) const;

  // For the file that a restart begins with; what does not fit is left out.
  Json to_file() const;
  void from_file(const Json& file);

 private:
  Result<Board*> board(const std::string& screen);
  std::map<std::string, Board> boards_;
};

// What a page gets: {"state": ... or null, "received_ms", "connected", "now_ms", "fresh_ms"};
// fresh_ms: fresh_for() or null.
Json snapshot(const Board& board, bool connected, Time now);

}  // namespace trayline::screen
