// Starts functions and starts them again: fork and exec into an own process group, the hub's socket
// on descriptors 0 and 1, what is printed into a bounded log. There is no terminal state: a
// function that ends is started again, 0.5 s x 2^n up to 60 s later, +-20 %, n back to 0 after 10
// min. One thread, the loop's, and the same for the whole process (children end with that thread).
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"
#include "lib/base/result.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::agent {

inline constexpr std::int64_t kLogBytesMax = 2 << 20;  // of one file; three are kept

struct FunctionSpec {
  std::string name;
  std::vector<std::string> exec;  // program and arguments; found along PATH
  std::string work;               // its working folder
  std::string log;                // its log file; older ones get .1 and .2
};

// The wait before start number n + 1 after n early ends; pure.
Millis restart_delay(int n, Random& random);

class Starter {
 public:
  struct Out {
    std::function<void(const std::string& function, int fd)> started;  // the hub's end: take it
    std::function<void(const std::string& function)> ended;
    std::function<void(const std::string& function, Millis deadline)> say_stop;
  };
  Starter(Loop& loop, const Clock& clock, Random& random, Out out);
  // Kills what still runs.
  ~Starter();
  Starter(const Starter&) = delete;
  Starter& operator=(const Starter&) = delete;

  // Never fails for good: a program that is not there is tried again, too.
  void run(FunctionSpec spec);
  // SIGTERM to every group, SIGKILL after the deadline; done when all have ended.
  void stop(Millis deadline, std::function<void()> done);

  struct Report {
    int pid = 0;  // 0: not running
    int starts = 0;
    std::string last_end;  // "exit status 1", "signal 9", "cannot be started: ..."
  };
  Report report(const std::string& function) const;

 private:
  struct Child;
  void start(Child& child);
  void drain(Child& child);
  void take_end(Child& child);
  void again(Child& child, std::string why);

  Loop& loop_;
  const Clock& clock_;
  Random& random_;
  Out out_;
  std::map<std::string, std::unique_ptr<Child>> children_;
  bool stopping_ = false;
  std::function<void()> stopped_;
  Loop::Timer kill_;
};

}  // namespace trayline::agent
