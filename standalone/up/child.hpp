// One program as our child: its lines, its end, its log. Belongs to the loop's thread, which must
// be the one that started the process, because the child ends when that thread does.
#pragma once
#include <sys/types.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::up {

inline constexpr std::size_t kLineBytesMax = 64 * 1024;  // a longer line is cut
inline constexpr std::size_t kTailLines = 12;
inline constexpr std::size_t kLogBytesMax = 32u << 20;  // then the log starts again

struct ChildSpec {
  std::string name;
  std::vector<std::string> command;  // an absolute program and its arguments
  std::string log;                   // file; appended to
  std::string user;                  // whom it becomes when we are root; empty: nobody else
};

class Child {
 public:
  struct Events {
    std::function<void(const std::string&)> line;  // of standard output and error
    std::function<void(const std::string& how)>
        ended;  // "exit status 1", "signal 9"; may destroy it
  };
  // not_found: no such program or user; unavailable: no process can be made.
  static Result<std::unique_ptr<Child>> start(Loop& loop, const ChildSpec& spec, Events events);
  // Kills its process group and waits for its end.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  // A line to its standard input. exhausted: it does not read.
  Result<void> write(const std::string& line);
  // Its last lines.
  const std::deque<std::string>& tail() const { return tail_; }

 private:
  Child(Loop& loop, ChildSpec spec, Events events);
  Result<void> launch();
  void read_lines();
  void take(std::string line);
  void look_for_end();

  Loop& loop_;
  ChildSpec spec_;
  Events events_;
  pid_t pid_ = -1;
  int pidfd_ = -1;
  int input_ = -1;
  int output_ = -1;
  int log_ = -1;
  std::string partial_;
  std::deque<std::string> tail_;
  Loop::Watch watch_output_;
  Loop::Watch watch_end_;
};

}  // namespace trayline::up
