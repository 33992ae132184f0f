#include "infra/broker/process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

namespace trayline::broker {
namespace {

constexpr std::chrono::milliseconds kLook{10};
constexpr std::size_t kTailBytes = 2000;

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

std::string mosquitto_program() {
  for (const char* path :
       {"/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"}) {
    if (::access(path, X_OK) == 0) return path;
  }
  return {};
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ::ntohs(address.sin_port);
}

Result<std::unique_ptr<Process>> Process::start(const BrokerConfig& config,
                                                std::chrono::milliseconds wait) {
  const std::string program = mosquitto_program();
  if (program.empty()) return fail(Code::not_found, "mosquitto is not installed");
  const std::string file = config.dir + "/mosquitto.conf";
  const int log =
      ::open((config.dir + "/log").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (log < 0) return fail(Code::unavailable, "cannot write " + config.dir + "/log");
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    // It ends with us, however we end.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(127);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execl(program.c_str(), "mosquitto", "-c", file.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(log);
  if (pid < 0) return fail(Code::unavailable, "cannot start mosquitto");
  std::unique_ptr<Process> process(new Process(pid, config.dir));
  for (std::chrono::milliseconds waited{0}; waited < wait; waited += kLook) {
    const std::string said = process->log();
    if (said.find(" running") != std::string::npos) return process;
    int status = 0;
    if (::waitpid(pid, &status, WNOHANG) == pid) {
      process->pid_ = -1;
      break;
    }
    std::this_thread::sleep_for(kLook);
  }
  const std::string said = process->log();
  return fail(Code::unavailable,
              "mosquitto does not run: " +
                  said.substr(said.size() > kTailBytes ? said.size() - kTailBytes : 0));
}

Process::~Process() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string Process::log() const { return text_of(dir_ + "/log"); }

}  // namespace trayline::broker
