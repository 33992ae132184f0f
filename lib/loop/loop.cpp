// Loop on boost::asio::io_context. The concurrency hint is above 1 so that tasks posted by
// different threads keep one common order (with 1, Asio keeps the loop's own posts apart).
#include "lib/loop/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>

#include "lib/base/check.hpp"
#include "lib/base/log.hpp"

namespace trayline {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// A SIGINT or SIGTERM calls the task each time it comes.
class StopSignal : public std::enable_shared_from_this<StopSignal> {
 public:
  StopSignal(asio::io_context& io, Loop::Task task)
      : signals_(io, SIGINT, SIGTERM), task_(std::move(task)) {}

  void arm() {
    signals_.async_wait([self = shared_from_this()](const error_code& error, int) {
      if (error) return;
      self->task_();
      self->arm();
    });
  }

 private:
  asio::signal_set signals_;
  Loop::Task task_;
};

}  // namespace

struct Loop::State {
  asio::io_context io{2};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
};

Loop::Loop() : state_(std::make_unique<State>()) { std::signal(SIGPIPE, SIG_IGN); }
Loop::~Loop() = default;

void Loop::run() {
  state_->io.run();
  state_->io.restart();
}

void Loop::stop() { state_->io.stop(); }

void Loop::post(Task task) { asio::post(state_->io, std::move(task)); }

bool Loop::here() const { return state_->io.get_executor().running_in_this_thread(); }

void* Loop::native() { return &state_->io; }

// The task is shared with the handler that waits for it: a handler that Asio has already queued
// when the timer is destroyed finds nothing to run, and a task may destroy its own timer.
struct Loop::Timer::State {
  asio::steady_timer timer;
  std::shared_ptr<Task> task;
};

Loop::Timer::Timer() = default;
Loop::Timer::~Timer() = default;
Loop::Timer::Timer(Timer&&) noexcept = default;
Loop::Timer& Loop::Timer::operator=(Timer&&) noexcept = default;

Loop::Timer Loop::after(std::chrono::milliseconds delay, Task task) {
  Timer made;
  made.state_ = std::make_unique<Timer::State>(
      Timer::State{asio::steady_timer(state_->io, delay), std::make_shared<Task>(std::move(task))});
  made.state_->timer.async_wait(
      [weak = std::weak_ptr<Task>(made.state_->task)](const error_code& error) {
        if (const auto shared = weak.lock(); shared && !error) (*shared)();
      });
  return made;
}

struct Loop::Watch::State : std::enable_shared_from_this<State> {
  State(asio::io_context& io, int fd, Ready task) : descriptor(io), ready(std::move(task)) {
    error_code error;
    descriptor.assign(fd, error);
    check(!error, "a descriptor can be watched once, and while it is open");
  }

  // At most one wait of each kind is under way; a kind no longer wanted is left to run out.
  void arm() {
    if (ended) return;
    if (want_read && !waits_read) {
      waits_read = true;
      wait(asio::posix::descriptor_base::wait_read, waits_read, want_read, true);
    }
    if (want_write && !waits_write) {
      waits_write = true;
      wait(asio::posix::descriptor_base::wait_write, waits_write, want_write, false);
    }
  }

  void wait(asio::posix::descriptor_base::wait_type kind, bool& waits, const bool& wanted,
            bool readable) {
    descriptor.async_wait(
        kind, [self = shared_from_this(), &waits, &wanted, readable](const error_code& error) {
          waits = false;
          if (self->ended || error == asio::error::operation_aborted) return;
          if (error) {
            log(Level::error, "descriptor cannot be watched", {{"error", error.message()}});
            return;
          }
          if (wanted) self->ready(readable, !readable);
          self->arm();
        });
  }

  void end() {
    ended = true;
    if (descriptor.is_open()) descriptor.release();
  }

  asio::posix::stream_descriptor descriptor;
  Ready ready;
  bool want_read = false, want_write = false;
  bool waits_read = false, waits_write = false;
  bool ended = false;
};

Loop::Watch::Watch() = default;
Loop::Watch::~Watch() {
  if (state_) state_->end();
}
Loop::Watch::Watch(Watch&&) noexcept = default;
Loop::Watch& Loop::Watch::operator=(Watch&& other) noexcept {
  if (state_ && state_ != other.state_) state_->end();
  state_ = std::move(other.state_);
  return *this;
}

void Loop::Watch::want(bool read, bool write) {
  check(state_ != nullptr, "an empty watch wants nothing");
  state_->want_read = read;
  state_->want_write = write;
  state_->arm();
}

Loop::Watch Loop::watch(int fd, bool read, bool write, Ready ready) {
  Watch made;
  made.state_ = std::make_shared<Watch::State>(state_->io, fd, std::move(ready));
  made.want(read, write);
  return made;
}

void Loop::on_stop_signal(Task task) {
  std::make_shared<StopSignal>(state_->io, std::move(task))->arm();
}

}  // namespace trayline
