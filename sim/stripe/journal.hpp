// The append-only file that lets the simulator keep its books over a restart: one line per call,
// the call's changes as a JSON array. Written to the system before the reply leaves (so that a
// killed process loses nothing); not synced to the disk.
#pragma once
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "sim/stripe/state.hpp"

namespace trayline::stripe_sim {

class Journal {
 public:
  // Opens or makes the file and gives every change in it to `apply`. A last line without its end
  // is cut off. unavailable: the file cannot be used; invalid_argument: a line cannot be read.
  static Result<Journal> open(const std::string& file,
                              const std::function<void(std::vector<Change>)>& apply);

  // unavailable when the file refuses (a full disk).
  Result<void> append(const std::vector<Change>& changes);
  // Forgets everything.
  Result<void> clear();

 private:
  explicit Journal(std::string file) : file_(std::move(file)) {}
  std::string file_;
  std::ofstream out_;
};

}  // namespace trayline::stripe_sim
