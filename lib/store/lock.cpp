// flock(2) on a file that holds the owner's process id.
#include "lib/store/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "lib/base/file.hpp"

namespace trayline::store {
namespace {

std::string owner(int fd) {
  std::array<char, 32> text{};
  const ssize_t read = ::pread(fd, text.data(), text.size(), 0);
  std::string_view pid(text.data(), read > 0 ? static_cast<std::size_t>(read) : 0);
  pid = pid.substr(0, pid.find('\n'));
  return pid.empty() ? "another process" : fmt::format("process {}", pid);
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail(Code::unavailable, fmt::format("cannot open {}: {}", path, why_not(errno)));
  FileLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return fail(Code::unavailable, fmt::format("cannot lock {}: {}", path, std::strerror(errno)));
    return fail(Code::conflict, fmt::format("{} holds {}; stop it first", owner(fd), path));
  }
  const std::string text = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd, 0) != 0 ||
      ::pwrite(fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return fail(Code::unavailable, fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace trayline::store
