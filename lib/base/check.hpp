// Invariants. check() stays on in every build and is never an answer to bad input.
// Outside a tick a failed check ends the process; inside one it throws Broken, which only
// lib/host catches.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

namespace trayline {

// A failed check inside a tick.
class Broken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[noreturn]] void check_failed(std::string_view what, const char* file, int line);

// file and line are the caller's. (clang 14, which fuzzing uses, has no std::source_location.)
inline void check(bool holds, std::string_view what, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  if (!holds) check_failed(what, file, line);
}

// While one lives on this thread, failed checks throw Broken. Made by lib/host alone.
class ChecksThrow {
 public:
  ChecksThrow();
  ~ChecksThrow();
  ChecksThrow(const ChecksThrow&) = delete;
  ChecksThrow& operator=(const ChecksThrow&) = delete;
};

}  // namespace trayline
