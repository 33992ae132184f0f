// Secret files by POSIX calls, because std::fstream cannot create a file with mode 0600.
#include "lib/auth/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "lib/base/file.hpp"

namespace trayline::auth {
namespace {

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() { reset(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

auto failed(const std::string& path, const char* what) {
  return fail(Code::unavailable, path + ": " + what + ": " + std::strerror(errno));
}

}  // namespace

Result<std::string> read_secret_file(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) {
    if (errno == ENOENT) return fail(Code::not_found, path + ": no such file");
    return failed(path, "cannot open");
  }
  struct stat status {};
  if (::fstat(file.fd(), &status) != 0) return failed(path, "cannot stat");
  if ((status.st_mode & 077) != 0) {
    return fail(Code::permission_denied, path + ": others may read it; chmod 600 it");
  }
  std::string content(kSecretFileBytesMax + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t n = ::read(file.fd(), content.data() + size, content.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(path, "cannot read");
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  if (size > kSecretFileBytesMax) return fail(Code::exhausted, path + ": longer than 64 KiB");
  content.resize(size);
  return content;
}

Result<void> write_secret_file(const std::string& path, std::string_view content) {
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());
  File file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.fd() < 0) return failed(draft, "cannot create");
  if (!write_all(file.fd(), content) || ::fsync(file.fd()) != 0) {
    const auto error = failed(draft, "cannot write");
    ::unlink(draft.c_str());
    return error;
  }
  file.reset();
  if (::rename(draft.c_str(), path.c_str()) != 0) return failed(path, "cannot rename into place");
  // A renamed file survives a power cut only once its folder is synced.
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  static_cast<void>(sync_folder(parent.empty() ? "." : parent.string()));
  return {};
}

}  // namespace trayline::auth
