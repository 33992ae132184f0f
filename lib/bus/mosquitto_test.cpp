// A mosquitto for tests.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "lib/bus/test_mosquitto.hpp"

namespace trayline::bus::test {
namespace {

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

}  // namespace

Mosquitto::Mosquitto(const std::filesystem::path& folder, const std::string& settings)
    : port_(free_port()), config_(folder / "mosquitto.conf") {
  std::ofstream(config_) << fmt::format(
      "user root\nlistener {} 127.0.0.1\nallow_anonymous true\nlog_dest stderr\n"
      "max_queued_messages 100000\n{}",
      port_, settings);
  start();
}

Mosquitto::~Mosquitto() { kill(); }

void Mosquitto::start() {
  int out[2];
  ASSERT_EQ(::pipe(out), 0);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(out[1], STDERR_FILENO);
    ::close(out[0]);
    ::execl(kMosquitto, kMosquitto, "-c", config_.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(out[1]);
  log_ = out[0];
  ASSERT_TRUE(says("running")) << "mosquitto did not start";
}

void Mosquitto::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::close(log_);
  pid_ = 0;
}

void Mosquitto::signal(int number) const { ::kill(pid_, number); }

bool Mosquitto::says(std::string_view text) {
  std::string seen;
  pollfd waiting{log_, POLLIN, 0};
  while (seen.find(text) == std::string::npos) {
    char buffer[512];
    const auto limit = static_cast<int>(std::chrono::milliseconds(kPatience).count());
    if (::poll(&waiting, 1, limit) <= 0) return false;
    const ssize_t size = ::read(log_, buffer, sizeof buffer);
    if (size <= 0) return false;
    seen.append(buffer, static_cast<std::size_t>(size));
  }
  return true;
}

}  // namespace trayline::bus::test
