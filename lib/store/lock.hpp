// A file that says that one process owns something. The kernel drops it when the process ends.
#pragma once
#include <string>

#include "lib/base/result.hpp"

namespace trayline::store {

// Held while it lives; also a second one within a process is refused. The file stays behind.
class FileLock {
 public:
  // conflict where another process holds it (the text names it); unavailable where the file cannot
  // be made.
  static Result<FileLock> take(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace trayline::store
