// The visit's file, and writing so that a power cut leaves the old or the new.
#include "edge/camera/visit.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "edge/gallery/picture.hpp"
#include "lib/base/describe.hpp"

namespace trayline::camera {
namespace {

Error trouble(const std::string& path) {
  return {Code::unavailable, path + ": " + std::strerror(errno)};
}

Result<void> sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fail(trouble(folder));
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  if (!synced) return fail(trouble(folder));
  return {};
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return ::fsync(fd) == 0;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

}  // namespace

Result<void> write_durably(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (fd < 0) return fail(trouble(temporary));
  const bool written = write_all(fd, bytes);
  const Error error = trouble(temporary);
  ::close(fd);
  if (!written) return fail(error);
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return fail(trouble(path));
  return sync_folder(folder_of(path));
}

Result<std::optional<Visit>> VisitFile::load(const Clock& clock, Random& random) const {
  const std::string path = folder_ + "/" + std::string(kVisitFile);
  const Result<Bytes> bytes = gallery::read_file(path);
  if (!bytes && bytes.error().code == Code::not_found) return std::nullopt;
  if (!bytes) return fail(bytes.error());
  Result<Visit> visit = from_json_text<Visit>(as_text(*bytes));
  if (!visit || !is_uuid7(visit->id) || visit->number < 0) {
    if (std::rename(path.c_str(), (path + ".broken").c_str()) != 0) return fail(trouble(path));
    visit = Visit{uuid7(clock.now(), random), 0, {}, true};
  }
  return *visit;
}

Result<void> VisitFile::save(const Visit& visit) const {
  return write_durably(folder_ + "/" + std::string(kVisitFile), to_json_text(visit));
}

Result<void> VisitFile::clear() const {
  const std::string path = folder_ + "/" + std::string(kVisitFile);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail(trouble(path));
  return sync_folder(folder_);
}

}  // namespace trayline::camera
