// For tests: a server on a loop of its own thread, and a client that can misbehave.
#pragma once
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <thread>

#include "lib/base/queue.hpp"
#include "lib/http/server.hpp"

namespace trayline::http::test {

inline constexpr int patience_ms = 10'000;

inline Response plain_refusal(int status, std::string_view detail) {
  return {.status = status, .headers = {{"X-Refused", "yes"}}, .body = std::string(detail)};
}

// set_up declares the routes before the loop runs.
class TestServer {
 public:
  explicit TestServer(const std::function<void(Server&)>& set_up, Limits limits = {})
      : server_(std::make_unique<Server>(loop_, limits, plain_refusal)) {
    set_up(*server_);
    port_ = server_->listen("127.0.0.1", 0).value();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~TestServer() {
    loop_.stop();
    thread_.join();
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  Loop& loop() { return loop_; }
  // Runs the task on the loop's thread and waits for it.
  void on_loop(const std::function<void(Server&)>& task) {
    std::promise<void> done;
    loop_.post([&] {
      task(*server_);
      done.set_value();
    });
    done.get_future().wait();
  }
  void destroy() {
    on_loop([&](Server&) { server_.reset(); });
  }

 private:
  Loop loop_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

// Another thread that works off tasks; ends with what it has got.
class Worker {
 public:
  ~Worker() { finish(); }
  // To be called while the loop that its tasks post to still lives.
  void finish() {
    tasks_.close();
    if (thread_.joinable()) thread_.join();
  }
  void push(std::function<void()> task) { tasks_.push(std::move(task)); }

 private:
  BoundedQueue<std::function<void()>> tasks_{10'000};
  std::thread thread_{[this] {
    while (true) {
      auto taken = tasks_.take(1, std::nullopt);
      if (taken.empty()) return;
      taken[0]();
    }
  }};
};

// A blocking TCP client that sends what it is told.
class Peer {
 public:
  explicit Peer(std::uint16_t port, int receive_buffer = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0)
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Peer() { ::close(fd_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  bool connected() const { return connected_; }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void shut_writing() const { ::shutdown(fd_, SHUT_WR); }
  // What comes until the text has come, the peer closed, or patience ends.
  std::string read_until(std::string_view text) const {
    std::string got;
    while (got.find(text) == got.npos) {
      pollfd wait{fd_, POLLIN, 0};
      if (::poll(&wait, 1, patience_ms) <= 0) return got + "<nothing more came>";
      char byte = 0;
      if (::recv(fd_, &byte, 1, 0) <= 0) return got + "<closed>";
      got += byte;
    }
    return got;
  }
  // To the end of the connection.
  std::string read_all() const {
    std::string got;
    while (true) {
      pollfd wait{fd_, POLLIN, 0};
      if (::poll(&wait, 1, patience_ms) <= 0) return got + "<still open>";
      char bytes[4096];
      const auto count = ::recv(fd_, bytes, sizeof bytes, 0);
      if (count < 0) return got + "<reset>";
      if (count == 0) return got;
      got.append(bytes, static_cast<std::size_t>(count));
    }
  }

 private:
  int fd_;
  bool connected_ = false;
};

}  // namespace trayline::http::test
