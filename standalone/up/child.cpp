#include "standalone/up/child.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace trayline::up {
namespace {

std::string how_ended(int status) {
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

// Whom the child becomes; nobody new where uid is ours.
struct Becomes {
  bool other = false;
  uid_t uid = 0;
  gid_t gid = 0;
};

Result<Becomes> whom(const std::string& user) {
  if (user.empty() || ::geteuid() != 0) return Becomes{};
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) return fail(Code::not_found, "there is no user " + user);
  return Becomes{true, entry->pw_uid, entry->pw_gid};
}

// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* argv, const int (&ends)[2], const Becomes& who,
                         pid_t parent) {
  ::setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_DFL);
  if (who.other &&
      (::setgroups(0, nullptr) != 0 || ::setgid(who.gid) != 0 || ::setuid(who.uid) != 0)) {
    ::_exit(126);
  }
  // After the change of user, which clears it. It ends with us, however we end.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);
  ::dup2(ends[0], STDIN_FILENO);
  ::dup2(ends[1], STDOUT_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  ::execv(argv[0], argv);
  ::_exit(127);
}

}  // namespace

Child::Child(Loop& loop, ChildSpec spec, Events events)
    : loop_(loop), spec_(std::move(spec)), events_(std::move(events)) {}

Result<std::unique_ptr<Child>> Child::start(Loop& loop, const ChildSpec& spec, Events events) {
  std::unique_ptr<Child> child(new Child(loop, spec, std::move(events)));
  if (auto launched = child->launch(); !launched) return fail(launched.error());
  return child;
}

Result<void> Child::launch() {
  if (::access(spec_.command[0].c_str(), X_OK) != 0) {
    return fail(Code::not_found, spec_.command[0] + ": " + std::strerror(errno));
  }
  const Result<Becomes> who = whom(spec_.user);
  if (!who) return fail(who.error());
  log_ = ::open(spec_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  int in[2] = {-1, -1};
  int out[2] = {-1, -1};
  if (log_ < 0 || ::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) {
    return fail(Code::unavailable, spec_.name + ": " + std::strerror(errno));
  }
  input_ = in[1];
  output_ = out[0];
  std::vector<char*> argv;
  for (std::string& word : spec_.command) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int ends[2] = {in[0], out[1]};
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(argv.data(), ends, *who, parent);
  ::close(in[0]);
  ::close(out[1]);
  if (pid_ < 0) return fail(Code::unavailable, spec_.name + ": " + std::strerror(errno));
  ::fcntl(input_, F_SETFL, O_NONBLOCK);
  pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd_ < 0) return fail(Code::unavailable, "pidfd_open: " + std::string(strerror(errno)));
  watch_output_ = loop_.watch(output_, true, false, [this](bool, bool) { read_lines(); });
  watch_end_ = loop_.watch(pidfd_, true, false, [this](bool, bool) { look_for_end(); });
  return {};
}

Child::~Child() {
  watch_output_ = {};
  watch_end_ = {};
  if (pid_ > 0) {
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (const int fd : {pidfd_, input_, output_, log_}) {
    if (fd >= 0) ::close(fd);
  }
}

void Child::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

Result<void> Child::write(const std::string& line) {
  const std::string text = line + "\n";
  const ssize_t n = ::write(input_, text.data(), text.size());
  if (n == static_cast<ssize_t>(text.size())) return {};
  return fail(Code::exhausted, spec_.name + " does not read its input");
}

void Child::read_lines() {
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t n = ::read(output_, buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) watch_output_.want(false, false);
    if (n <= 0) return;
    for (ssize_t i = 0; i < n; ++i) {
      if (buffer[i] == '\n') {
        take(std::exchange(partial_, {}));
      } else if (partial_.size() < kLineBytesMax) {
        partial_.push_back(buffer[i]);
      }
    }
  }
}

void Child::take(std::string line) {
  struct stat info {};
  if (::fstat(log_, &info) == 0 && static_cast<std::size_t>(info.st_size) > kLogBytesMax) {
    if (::ftruncate(log_, 0) != 0) return;
  }
  const std::string text = line + "\n";
  // A log that cannot be written must not stop the store.
  [[maybe_unused]] const ssize_t n = ::write(log_, text.data(), text.size());
  tail_.push_back(line);
  if (tail_.size() > kTailLines) tail_.pop_front();
  if (events_.line) events_.line(line);
}

void Child::look_for_end() {
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return;
  const pid_t group = std::exchange(pid_, -1);
  ::kill(-group, SIGKILL);  // what it left behind
  watch_end_ = {};
  read_lines();
  if (!partial_.empty()) take(std::exchange(partial_, {}));
  const auto ended = std::move(events_.ended);
  if (ended) ended(how_ended(status));
}

}  // namespace trayline::up
