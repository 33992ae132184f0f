#include "standalone/up/state_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace trayline::up {
namespace fs = std::filesystem;

Result<StateFolder> StateFolder::open(const std::string& dir) {
  std::error_code error;
  const std::string absolute = fs::absolute(dir, error).lexically_normal().string();
  for (const char* name : {"", "/logs", "/secrets", "/run"}) {
    fs::create_directories(absolute + name, error);
    if (error) return fail(Code::unavailable, absolute + name + ": " + error.message());
  }
  ::chmod((absolute + "/secrets").c_str(), 0700);
  const std::string file = absolute + "/lock";
  const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return fail(Code::unavailable, file + ": " + std::strerror(errno));
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return fail(Code::conflict, "another `trayline up` uses " + absolute +
                                    "; end it, or name another folder with --state");
  }
  return StateFolder(absolute, lock);
}

StateFolder::StateFolder(StateFolder&& other) noexcept
    : dir_(std::move(other.dir_)), lock_(std::exchange(other.lock_, -1)) {}

StateFolder::~StateFolder() {
  if (lock_ >= 0) ::close(lock_);
}

std::string program_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path().string();
}

std::string default_state_dir() {
  const char* named = std::getenv("TRAYLINE_STATE");
  if (named != nullptr && *named != '\0') return named;
  std::error_code error;
  for (fs::path at = program_folder(); at.has_relative_path(); at = at.parent_path()) {
    if (fs::is_regular_file(at / "trayline", error) && fs::exists(at / "CMakeLists.txt", error)) {
      return (at / ".trayline").string();
    }
  }
  return (fs::current_path(error) / ".trayline").string();
}

Result<void> write_text(const std::string& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  const std::string beside = path + ".new";
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return fail(Code::unavailable, path + ": cannot be written");
  fs::rename(beside, path, error);
  if (error) return fail(Code::unavailable, path + ": " + error.message());
  return {};
}

std::string read_text(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  return text.str();
}

}  // namespace trayline::up
