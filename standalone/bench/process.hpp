// Programs that a benchmark starts and ends by their ids. One thread.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "lib/base/result.hpp"

namespace trayline::bench {

// Killed with its owner. Output goes to a file.
class Process {
 public:
  static Result<Process> start(const std::vector<std::string>& command, const std::string& log);
  Process(Process&& other) noexcept : pid_(other.pid_) { other.pid_ = -1; }
  Process& operator=(Process&&) = delete;
  ~Process();
  pid_t pid() const { return pid_; }

 private:
  explicit Process(pid_t pid) : pid_(pid) {}
  pid_t pid_;
};

// Runs to its end. not_found where there is no such program, unavailable where it fails; the text
// is its standard output.
Result<std::string> run(const std::vector<std::string>& command, const std::string& log);
// Lets other processes work for a moment, at most `ms`.
void give_way(int ms);

}  // namespace trayline::bench
