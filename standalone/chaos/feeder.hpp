// The tester's end of a feed function (standalone/feed): hands messages to it and hears which the
// hub accepted. One thread, the loop's.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "lib/base/json.hpp"
#include "lib/base/result.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::chaos {

class Feeder {
 public:
  explicit Feeder(Loop& loop) : loop_(loop) {}
  ~Feeder();
  Feeder(const Feeder&) = delete;
  Feeder& operator=(const Feeder&) = delete;

  Result<void> listen(const std::string& path);
  // accepted runs once, when the hub has the message on disk; what got no answer, or was refused
  // (a full outbox, a disk that says no), is handed over again, under the same key, for ever.
  void publish(const std::string& key, const std::string& topic, const Json& body,
               std::function<void()> accepted);

 private:
  struct Waiting {
    std::string key;
    std::string line;
    std::function<void()> accepted;
  };
  void accept();
  void leave();
  void read();
  void heard(const std::string& line);
  void hand_over();
  void write(const std::string& line);

  Loop& loop_;
  int listener_ = -1;
  int fd_ = -1;
  std::string rest_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, Waiting> waiting_;  // in the order of publishing
  Loop::Watch watch_listener_;
  Loop::Watch watch_;
  Loop::Timer again_;
};

}  // namespace trayline::chaos
