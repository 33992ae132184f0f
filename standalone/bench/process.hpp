// Programs that a benchmark starts and ends by their ids. One thread, which must live as long:
// a program is killed when the thread that started it ends.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "lib/base/result.hpp"

namespace trayline::bench {

// Ended with its owner.
class Process {
 public:
  // Standard error goes to the end of `log`, standard output into `out`, where it is named, else
  // to the log too. not_found: there is no such program.
  static Result<Process> start(const std::vector<std::string>& command, const std::string& log,
                               const std::string& out = "");
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  // SIGTERM, and after 3 s SIGKILL; waits for its end.
  ~Process();
  pid_t pid() const { return pid_; }
  // SIGKILL; nothing of it is left when this returns.
  void kill();
  // Waits at most `ms`: whether it has ended.
  bool ended_within(int ms);
  // After its end: whether it said that all went well.
  bool succeeded() const { return pid_ < 0 && status_ == 0; }

 private:
  explicit Process(pid_t pid) : pid_(pid) {}
  void end();
  pid_t pid_;  // -1 once it has ended
  int status_ = -1;
};

// Runs to its end. not_found where there is no such program, unavailable where it fails; the text
// is its standard output.
Result<std::string> run(const std::vector<std::string>& command, const std::string& log);
std::string text_of(const std::string& file);
// Lets other processes work for a moment, at most `ms`.
void give_way(int ms);

}  // namespace trayline::bench
