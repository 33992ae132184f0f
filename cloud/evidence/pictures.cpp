#include "cloud/evidence/pictures.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "cloud/evidence/evidence.hpp"
#include "lib/base/file.hpp"

namespace trayline::evidence {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool good() const { return fd_ >= 0; }
  // The close of a file that was written may be where its error shows.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

tl::unexpected<Error> broken(const std::string& what, int error) {
  return fail(Code::unavailable,
              "evidence: " + what + ": " + std::generic_category().message(error));
}

tl::unexpected<Error> broken(const Error& error) {
  return fail(error.code, "evidence: " + error.detail);
}

bool has_size(const std::string& file, std::size_t bytes) {
  struct stat found {};
  return ::stat(file.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
         static_cast<std::size_t>(found.st_size) == bytes;
}

// mkstemp, whole content, fsync: the name of the file, or errno.
tl::expected<std::string, int> write_aside(const std::string& folder, const std::string& content) {
  std::string name = folder + "/tmp/XXXXXX";
  Descriptor fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd.good()) return tl::unexpected<int>(errno);
  if (write_all(fd.get(), content) && ::fsync(fd.get()) == 0 && fd.close()) return name;
  const int error = errno;
  ::unlink(name.c_str());
  return tl::unexpected<int>(error);
}

}  // namespace

Result<std::unique_ptr<Pictures>> Pictures::open(const std::string& folder) {
  std::error_code error;
  fs::remove_all(folder + "/tmp", error);
  fs::create_directories(folder + "/tmp", error);
  if (error) return broken("the folder " + folder, error.value());
  if (auto synced = sync_folder(folder); !synced) return broken(synced.error());
  return std::unique_ptr<Pictures>(new Pictures(folder));
}

Result<void> Pictures::put(const std::string& hash, const std::string& content) const {
  if (!is_hash(hash)) return fail(Code::invalid_argument, "evidence: a name that is no hash");
  const std::string shelf = folder_ + "/" + hash.substr(0, 2);
  const std::string file = shelf + "/" + hash + ".jpg";
  if (has_size(file, content.size())) return {};
  if (::mkdir(shelf.c_str(), 0777) == 0) {
    if (auto synced = sync_folder(folder_); !synced) return broken(synced.error());
  } else if (errno != EEXIST) {
    return broken(shelf, errno);
  }
  const auto aside = write_aside(folder_, content);
  if (!aside) return broken("a picture cannot be written", aside.error());
  if (::rename(aside->c_str(), file.c_str()) != 0) {
    const int error = errno;
    ::unlink(aside->c_str());
    return broken(file, error);
  }
  if (auto synced = sync_folder(shelf); !synced) return broken(synced.error());
  return {};
}

Result<std::string> Pictures::get(const std::string& hash) const {
  const auto none = fail(Code::not_found, "evidence: there is no such picture");
  if (!is_hash(hash)) return none;
  const std::string file = folder_ + "/" + hash.substr(0, 2) + "/" + hash + ".jpg";
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.good()) return errno == ENOENT ? Result<std::string>(none) : broken(file, errno);
  std::string content;
  std::string piece(64 * 1024, '\0');
  while (true) {
    const ssize_t n = ::read(fd.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return broken(file, errno);
    if (n == 0) return content;
    content.append(piece, 0, static_cast<std::size_t>(n));
    if (content.size() > kPictureBytesMax) return fail(Code::unavailable, file + " is too large");
  }
}

}  // namespace trayline::evidence
