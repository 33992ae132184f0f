#include "edge/agent/starter.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "lib/base/log.hpp"

namespace trayline::agent {
namespace {

constexpr Millis kFirstDelay{500};
constexpr Millis kLongestDelay{60'000};
constexpr Millis kHealthyAfter{600'000};

// What a function needs of our environment; secrets of ours are not among it.
constexpr std::array kInherited = {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"};

// Three files of at most kLogBytesMax.
class LogFile {
 public:
  explicit LogFile(std::string path) : path_(std::move(path)) { open(); }
  ~LogFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  void write(const char* data, std::size_t size) {
    if (size_ + static_cast<std::int64_t>(size) > kLogBytesMax) rotate();
    if (fd_ >= 0 && ::write(fd_, data, size) > 0) size_ += static_cast<std::int64_t>(size);
  }

 private:
  void open() {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    struct stat info {};
    size_ = fd_ >= 0 && ::fstat(fd_, &info) == 0 ? info.st_size : 0;
  }
  void rotate() {
    if (fd_ >= 0) ::close(fd_);
    ::rename((path_ + ".1").c_str(), (path_ + ".2").c_str());
    ::rename(path_.c_str(), (path_ + ".1").c_str());
    open();
  }
  std::string path_;
  int fd_ = -1;
  std::int64_t size_ = 0;
};

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  std::string rest = path != nullptr ? path : "/usr/bin:/bin";
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    const std::string candidate = rest.substr(0, colon) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
  }
  return name;
}

std::vector<std::string> environment_for(const FunctionSpec& spec) {
  std::vector<std::string> environment = {"TRAYLINE_FUNCTION=" + spec.name};
  for (const char* name : kInherited) {
    if (const char* value = std::getenv(name)) {
      environment.push_back(std::string(name) + "=" + value);
    }
  }
  return environment;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// Everything the child needs, made before fork: between fork and exec only system calls are safe.
struct Launch {
  std::string program;
  std::vector<std::string> args;
  std::vector<std::string> environment;
  std::string work;
  int hub = -1;
  int log = -1;
  int failed = -1;  // gets errno where exec fails
};

[[noreturn]] void become(const Launch& launch, char* const* argv, char* const* envp, pid_t parent) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::setpgid(0, 0);
  // It must not outlive us, whatever ends us.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == parent && ::chdir(launch.work.c_str()) == 0) {
    ::dup2(launch.hub, STDIN_FILENO);
    ::dup2(launch.hub, STDOUT_FILENO);
    ::dup2(launch.log, STDERR_FILENO);
    ::execve(launch.program.c_str(), argv, envp);
  }
  const int error = errno;
  if (::write(launch.failed, &error, sizeof(error)) < 0) ::_exit(126);
  ::_exit(127);
}

std::string text_of_end(int status) {
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Millis restart_delay(int n, Random& random) {
  Millis base = kFirstDelay;
  for (int i = 0; i < n && base < kLongestDelay; ++i) base *= 2;
  base = std::min(base, kLongestDelay);
  const std::int64_t fifth = base.count() / 5;
  return base - Millis(fifth) +
         Millis(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * fifth + 1))));
}

struct Starter::Child {
  explicit Child(FunctionSpec s) : spec(std::move(s)), log(spec.log) {}
  FunctionSpec spec;
  LogFile log;
  pid_t pid = 0;
  int pidfd = -1;
  int err = -1;
  Loop::Watch end_watch;
  Loop::Watch log_watch;
  Loop::Timer restart;
  Millis started{0};
  int early_ends = 0;
  int starts = 0;
  std::string last_end;

  void close() {
    end_watch = Loop::Watch();
    log_watch = Loop::Watch();
    if (pidfd >= 0) ::close(pidfd);
    if (err >= 0) ::close(err);
    pidfd = err = -1;
  }
};

Starter::Starter(Loop& loop, const Clock& clock, Random& random, Out out)
    : loop_(loop), clock_(clock), random_(random), out_(std::move(out)) {}

Starter::~Starter() {
  for (auto& [name, child] : children_) {
    if (child->pid > 0) {
      ::kill(-child->pid, SIGKILL);
      ::waitpid(child->pid, nullptr, 0);
    }
    child->close();
  }
}

void Starter::run(FunctionSpec spec) {
  const std::string name = spec.name;
  auto child = std::make_unique<Child>(std::move(spec));
  Child& here = *child;
  children_[name] = std::move(child);
  start(here);
}

void Starter::start(Child& child) {
  int hub[2] = {-1, -1};
  int err[2] = {-1, -1};
  int failed[2] = {-1, -1};
  std::error_code error;
  std::filesystem::create_directories(child.spec.work, error);
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, hub) != 0 ||
      ::pipe2(err, O_CLOEXEC | O_NONBLOCK) != 0 || ::pipe2(failed, O_CLOEXEC) != 0) {
    const std::string why = std::strerror(errno);
    for (const int fd : {hub[0], hub[1], err[0], err[1]}) {
      if (fd >= 0) ::close(fd);
    }
    return again(child, "no descriptors: " + why);
  }
  Launch launch{find_program(child.spec.exec[0]),
                child.spec.exec,
                environment_for(child.spec),
                child.spec.work,
                hub[1],
                err[1],
                failed[1]};
  const std::vector<char*> argv = pointers(launch.args);
  const std::vector<char*> envp = pointers(launch.environment);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become(launch, argv.data(), envp.data(), parent);
  for (const int fd : {hub[1], err[1], failed[1]}) ::close(fd);
  int exec_error = pid < 0 ? errno : 0;
  // Ends at once: exec closes the other end.
  while (pid > 0 && ::read(failed[0], &exec_error, sizeof(exec_error)) < 0 && errno == EINTR) {
  }
  ::close(failed[0]);
  if (exec_error != 0) {
    if (pid > 0) ::waitpid(pid, nullptr, 0);
    ::close(hub[0]);
    ::close(err[0]);
    return again(child, "cannot be started: " + launch.program + ": " + std::strerror(exec_error));
  }
  ::setpgid(pid, pid);
  child.pid = pid;
  child.err = err[0];
  child.pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  child.started = clock_.monotonic();
  child.starts += 1;
  child.end_watch =
      loop_.watch(child.pidfd, true, false, [this, &child](bool, bool) { take_end(child); });
  child.log_watch =
      loop_.watch(child.err, true, false, [this, &child](bool, bool) { drain(child); });
  log(Level::info, "function started", {{"function", child.spec.name}, {"pid", pid}});
  out_.started(child.spec.name, hub[0]);
}

void Starter::drain(Child& child) {
  std::array<char, 16384> chunk;
  const ssize_t n = ::read(child.err, chunk.data(), chunk.size());
  if (n > 0) child.log.write(chunk.data(), static_cast<std::size_t>(n));
  if (n == 0) child.log_watch.want(false, false);
}

void Starter::take_end(Child& child) {
  int status = 0;
  if (::waitpid(child.pid, &status, WNOHANG) != child.pid) return;
  drain(child);
  ::kill(-child.pid, SIGKILL);  // what it left behind
  child.pid = 0;
  // Destroying a watch inside its own call is not for us: a task does it.
  loop_.post([this, &child, why = text_of_end(status)] {
    child.close();
    again(child, why);
  });
}

void Starter::again(Child& child, std::string why) {
  child.last_end = std::move(why);
  out_.ended(child.spec.name);
  if (stopping_) {
    const bool all = std::all_of(children_.begin(), children_.end(),
                                 [](const auto& item) { return item.second->pid == 0; });
    if (all && stopped_) std::exchange(stopped_, nullptr)();
    return;
  }
  if (child.starts > 0 && clock_.monotonic() - child.started > kHealthyAfter) child.early_ends = 0;
  const Millis delay = restart_delay(child.early_ends++, random_);
  log(Level::warning, "function ended",
      {{"function", child.spec.name}, {"how", child.last_end}, {"again_in_ms", delay.count()}});
  child.restart = loop_.after(delay, [this, &child] {
    if (!stopping_) start(child);
  });
}

void Starter::stop(Millis deadline, std::function<void()> done) {
  stopping_ = true;
  stopped_ = std::move(done);
  bool any = false;
  for (auto& [name, child] : children_) {
    child->restart = Loop::Timer();
    if (child->pid == 0) continue;
    any = true;
    out_.say_stop(name, deadline);
    ::kill(-child->pid, SIGTERM);
  }
  if (!any) {
    loop_.post(std::exchange(stopped_, nullptr));
    return;
  }
  kill_ = loop_.after(deadline, [this] {
    for (auto& [name, child] : children_) {
      if (child->pid > 0) ::kill(-child->pid, SIGKILL);
    }
  });
}

Starter::Report Starter::report(const std::string& function) const {
  const auto found = children_.find(function);
  if (found == children_.end()) return {};
  return {found->second->pid, found->second->starts, found->second->last_end};
}

}  // namespace trayline::agent
