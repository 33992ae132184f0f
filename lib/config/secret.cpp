// Reading a secret's file, with a look at who else may.
#include "lib/config/secret.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "lib/base/file.hpp"

namespace trayline::config {
namespace {

constexpr std::size_t kSecretBytesMax = 64 * 1024;
constexpr std::string_view kSpace = " \t\r\n";

struct Descriptor {
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  int fd;
};

Result<void> check_file(int fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0)
    return fail(Code::unavailable, fmt::format("{}: {}", path, std::strerror(errno)));
  if (!S_ISREG(info.st_mode))
    return fail(Code::invalid_argument, fmt::format("{}: is no regular file", path));
  const unsigned mode = info.st_mode & 07777U;
  if ((mode & 0077U) != 0)
    return fail(
        Code::permission_denied,
        fmt::format("{}: others may touch this secret (mode {:04o}); chmod 600 it", path, mode));
  if (static_cast<std::size_t>(info.st_size) > kSecretBytesMax)
    return fail(Code::invalid_argument,
                fmt::format("{}: larger than {} bytes", path, kSecretBytesMax));
  return {};
}

}  // namespace

Result<std::string> read_secret(const std::string& path) {
  // Non-blocking, so that a pipe is refused instead of waited for.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0)
    return fail(errno == ENOENT ? Code::not_found : Code::permission_denied,
                fmt::format("{}: {}", path, why_not(errno)));
  if (auto fit = check_file(file.fd, path); !fit) return fail(fit.error());
  std::string text(kSecretBytesMax, '\0');
  const ssize_t size = ::read(file.fd, text.data(), text.size());
  if (size < 0) return fail(Code::unavailable, fmt::format("{}: {}", path, std::strerror(errno)));
  text.resize(static_cast<std::size_t>(size));
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string::npos)
    return fail(Code::invalid_argument, fmt::format("{}: the secret is empty", path));
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace trayline::config
