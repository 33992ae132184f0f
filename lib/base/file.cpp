#include "lib/base/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace trayline {
namespace {

Error trouble(const std::string& path) { return {Code::unavailable, path + ": " + why_not(errno)}; }

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

}  // namespace

std::string why_not(int error) {
  const std::string words = std::strerror(error);
  if (error != EACCES && error != EPERM) return words;
  return words + "; run this as the user whom it belongs to, or let this user in (chmod, chown)";
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

Result<void> sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fail(trouble(folder));
  const bool synced = ::fsync(fd) == 0;
  const Error error = trouble(folder);
  ::close(fd);
  if (!synced) return fail(error);
  return {};
}

Result<void> write_durably(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (fd < 0) return fail(trouble(temporary));
  const bool written = write_all(fd, bytes) && ::fsync(fd) == 0;
  const Error error = trouble(temporary);
  ::close(fd);
  if (!written) return fail(error);
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return fail(trouble(path));
  return sync_folder(folder_of(path));
}

}  // namespace trayline
