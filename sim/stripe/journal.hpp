// The append-only file that lets the simulator keep its books over a restart: one line per call,
// the call's changes as a JSON array. A line is handed to the system with one write before its
// reply leaves, so what was answered outlives a killed process; with `sync` it is on the disk by
// then and outlives a power cut. One process at a time. Thread-compatible.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "sim/stripe/state.hpp"

namespace trayline::stripe_sim {

class Journal {
 public:
  using Apply = std::function<void(std::vector<Change>)>;
  // Opens or makes the file and gives every change in it to `apply`. A last line without its end
  // is cut off. unavailable: the file cannot be used, or another process uses it; invalid_argument:
  // a line cannot be read.
  static Result<Journal> open(const std::string& file, bool sync, const Apply& apply);
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&& other) noexcept;
  ~Journal();

  // unavailable when the file refuses (a full disk).
  Result<void> append(const std::vector<Change>& changes);
  // Forgets everything.
  Result<void> clear();

 private:
  Journal(std::string file, int fd, bool sync) : file_(std::move(file)), fd_(fd), sync_(sync) {}
  Result<void> refused() const;
  std::string file_;
  int fd_ = -1;
  bool sync_ = false;
};

// A line without its end, as changes; for the fuzz target too. invalid_argument says what is wrong.
Result<std::vector<Change>> decode_journal_line(std::string_view line);
// With its end.
std::string encode_journal_line(const std::vector<Change>& changes);

}  // namespace trayline::stripe_sim
