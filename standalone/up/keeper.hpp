// Keeps programs running: starts them one after the other, waits until each is ready, starts again
// what may be, ends them in reverse. Belongs to the loop's thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "standalone/up/child.hpp"

namespace trayline::up {

inline constexpr Millis kReadyWithin{30'000};
inline constexpr Millis kStopWithin{6'000};  // after SIGTERM; then SIGKILL
inline constexpr int kRestartsMax = 5;       // without our asking, of one program

struct Program {
  ChildSpec child;
  std::function<bool(const std::string&)> ready;      // a line that says so
  std::function<void(const std::string&)> line = {};  // every line
  bool restart = false;  // when it ends unasked; otherwise its end is the launcher's
};

class Keeper {
 public:
  using Done = std::function<void(Result<void>)>;
  struct Says {
    std::function<void(const std::string&)> progress;
    std::function<void(Error)> broken;  // a program that must not end has ended
  };
  Keeper(Loop& loop, const Clock& clock, Says says, Millis stop_within = kStopWithin);
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // done: {} once it is ready; unavailable with its last lines when it ends or takes too long.
  void start(Program program, Done done);
  // The same program again, after stop() or kill().
  void start_again(const std::string& name, Done done);
  // SIGTERM, then SIGKILL; done when it is gone.
  void stop(const std::string& name, Done done);
  // SIGKILL; done when it is gone.
  void kill(const std::string& name, Done done);
  // Every one in reverse order of start; nothing is started after this.
  void stop_all(std::function<void()> done);
  // Ends waiting for readiness.
  void give_up();

  Result<void> write(const std::string& name, const std::string& line);
  pid_t pid(const std::string& name) const;  // -1: not running

 private:
  struct Kept {
    Program program;
    std::unique_ptr<Child> child;
    Done ready;  // while it is awaited
    Done gone;   // while it is asked to end
    int restarts = 0;
    Millis started{0};
    Loop::Timer deadline;
    Loop::Timer again;
  };
  void launch(Kept& kept);
  void heard(Kept& kept, const std::string& line);
  void ended(Kept& kept, const std::string& how);
  void end(Kept& kept, int signal, Done done);
  void stop_next();

  Loop& loop_;
  const Clock& clock_;
  Says says_;
  const Millis stop_within_;
  std::vector<std::unique_ptr<Kept>> kept_;  // in order of start
  bool stopping_ = false;
  std::function<void()> all_gone_;
  Kept* find(const std::string& name) const;
};

}  // namespace trayline::up
