// The page of a screen over HTTP on loopback, and what pages say back. One thread, the loop's.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/result.hpp"
#include "lib/loop/loop.hpp"
#include "lib/wire/screen.hpp"

namespace trayline::screen {

struct ServerConfig {
  std::vector<std::string> screens = {"main"};
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any
  std::string file;        // where the last known states are kept; empty: nowhere
  std::string core;        // for the reports
};

inline constexpr std::size_t kPagesMax = 16;  // of one screen, or of every one; more are refused
inline constexpr const char* kEveryScreen = "*";  // no screen can be named so

//   GET /                      the page: ?screen=ID one screen, the first without; ?view=board all
//                              screens at once, with the numbers of their orders
//   GET /page.js ...           its files
//   GET /state?screen=ID       the JSON of snapshot() in board.hpp
//   GET /events?screen=ID      event stream: "state" events with the same JSON, at once and then
//                              with every change
//   GET /events?screen=*       the same of every screen, one event for each. Who reads it is no
//                              page of a screen and counts for none
//   POST /painted              {"screen", "version"} after the frame; 204
class Server {
 public:
  using Report = std::function<void(const wire::Shown&)>;
  // unavailable: the port is taken. Reports every screen once, after this.
  static Result<std::unique_ptr<Server>> start(Loop& loop, const Clock& clock,
                                               const ServerConfig& config, Report report);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  // A state from the cloud; not_found: no screen of ours.
  Result<void> take(const wire::ScreenState& state);
  // Whether the core reaches the cloud; the pages say when it does not.
  void uplink(bool connected);

 private:
  struct State;
  explicit Server(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace trayline::screen
