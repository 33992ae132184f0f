#include "standalone/bench/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

namespace trayline::bench {
namespace {

constexpr int kEndsWithinMs = 3'000;
constexpr int kLookMs = 10;

}  // namespace

Result<Process> Process::start(const std::vector<std::string>& command, const std::string& log,
                               const std::string& out) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (out.empty()) {
    posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  }
  std::vector<std::string> words{"setpriv", "--pdeathsig", "KILL", "--"};
  words.insert(words.end(), command.begin(), command.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, arguments[0], &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) return fail(Code::not_found, command[0] + ": " + std::strerror(error));
  return Process(pid);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(other.status_) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this == &other) return *this;
  end();
  pid_ = std::exchange(other.pid_, -1);
  status_ = other.status_;
  return *this;
}

Process::~Process() { end(); }

void Process::end() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  if (!ended_within(kEndsWithinMs)) kill();
}

void Process::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, &status_, 0);
  pid_ = -1;
}

bool Process::ended_within(int ms) {
  for (int waited = 0; pid_ >= 0; waited += kLookMs) {
    if (::waitpid(pid_, &status_, WNOHANG) == pid_) {
      pid_ = -1;
    } else if (waited >= ms) {
      return false;
    } else {
      give_way(kLookMs);
    }
  }
  return true;
}

Result<std::string> run(const std::vector<std::string>& command, const std::string& log) {
  const std::string out = log + ".out";
  Result<Process> process = Process::start(command, log, out);
  if (!process) return fail(process.error());
  while (!process->ended_within(1'000)) {
  }
  if (process->succeeded()) return text_of(out);
  const std::string said = text_of(log);
  return fail(Code::unavailable, command[0] + " failed: " + said);
}

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

void give_way(int ms) { ::poll(nullptr, 0, ms); }

}  // namespace trayline::bench
