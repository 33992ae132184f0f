// For tests: a server on a loop of its own thread, and a thread that answers.
#pragma once
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <thread>

#include "lib/base/queue.hpp"
#include "lib/http/server.hpp"

namespace trayline::http::test {

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

}  // namespace trayline::http::test
