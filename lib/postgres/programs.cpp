#include "lib/postgres/programs.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

#include "lib/postgres/child.hpp"

namespace trayline::postgres {
namespace {

constexpr const char* kVersions = "/usr/lib/postgresql";  // of Debian and what descends from it
constexpr std::size_t kTailBytes = 2000;

bool runs(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

int number(const std::string& text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string read_from_start(int fd) {
  std::string text;
  ::lseek(fd, 0, SEEK_SET);
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  return text;
}

struct File {
  File() : fd(::memfd_create("output", MFD_CLOEXEC)) {}
  ~File() { ::close(fd); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const int fd;
};

// Between fork and exec: system calls alone, on what was prepared before.
struct Prepared {
  std::vector<char*> arguments;
  std::vector<std::string> texts;
  std::vector<char*> environment;
  std::optional<uid_t> user;
  gid_t group = 0;
};

[[noreturn]] void become(const Prepared& p, int out, int error, int death_signal, pid_t parent) {
  if (p.user && (::setgroups(0, nullptr) != 0 || ::setgid(p.group) != 0 || ::setuid(*p.user) != 0))
    ::_exit(126);
  // After the change of user, which would forget it.
  ::prctl(PR_SET_PDEATHSIG, death_signal);
  if (::getppid() != parent) ::_exit(127);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(error, STDERR_FILENO);
  if (p.user && ::chdir("/") != 0) ::_exit(126);
  ::execve(p.arguments[0], p.arguments.data(), p.environment.data());
  ::_exit(127);
}

}  // namespace

std::string program(const std::string& name) {
  std::error_code ignored;
  std::vector<int> versions;
  for (const auto& entry : std::filesystem::directory_iterator(kVersions, ignored))
    versions.push_back(number(entry.path().filename().string()));
  std::sort(versions.rbegin(), versions.rend());
  for (const int version : versions) {
    const std::string path = fmt::format("{}/{}/bin/{}", kVersions, version, name);
    if (runs(path)) return path;
  }
  const char* path = std::getenv("PATH");
  for (std::string_view rest = path == nullptr ? "" : path; !rest.empty();) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string file = fmt::format("{}/{}", rest.substr(0, end), name);
    if (runs(file)) return file;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

Result<pid_t> spawn(const Run& what, int out, int error, int death_signal) {
  if (what.command.empty() || !runs(what.command[0]))
    return fail(Code::not_found,
                fmt::format("there is no program {}", what.command.empty() ? "" : what.command[0]));
  Prepared p;
  if (!what.user.empty() && ::geteuid() == 0) {
    const passwd* entry = ::getpwnam(what.user.c_str());
    if (entry == nullptr) return fail(Code::not_found, "there is no user " + what.user);
    p.user = entry->pw_uid;
    p.group = entry->pw_gid;
  }
  for (const std::string& text : what.command)
    p.arguments.push_back(const_cast<char*>(text.c_str()));
  p.arguments.push_back(nullptr);
  for (const auto& [name, value] : what.environment)
    p.texts.push_back(fmt::format("{}={}", name, value));
  for (std::string& text : p.texts) p.environment.push_back(text.data());
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!what.environment.contains(std::string(text.substr(0, text.find('=')))))
      p.environment.push_back(*entry);
  }
  p.environment.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become(p, out, error, death_signal, parent);
  if (pid < 0)
    return fail(Code::unavailable,
                fmt::format("cannot start {}: {}", what.command[0], std::strerror(errno)));
  return pid;
}

Result<std::string> run(const Run& what) {
  const File out;
  const File error;
  const Result<pid_t> pid = spawn(what, out.fd, error.fd, SIGTERM);
  if (!pid) return fail(pid.error());
  int status = 0;
  while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return read_from_start(out.fd);
  std::string said = read_from_start(error.fd);
  if (said.size() > kTailBytes) said.erase(0, said.size() - kTailBytes);
  while (said.ends_with('\n')) said.pop_back();
  return fail(Code::unavailable,
              fmt::format("{} failed: {}", what.command[0],
                          said.empty() ? fmt::format("status {}", status) : said));
}

}  // namespace trayline::postgres
