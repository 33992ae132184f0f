// The event loop of a process: one thread owns it and everything that hangs on it. Tasks, timers
// and descriptors; no I/O library appears here (Asio lives in loop.cpp, and lib/http reaches it
// through native()). Timers, watches and whatever else hangs on a loop are destroyed before it.
// A process with a loop ignores SIGPIPE.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace trayline {

class Loop {
 public:
  using Task = std::function<void()>;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop(). Called by the thread that owns the loop. A stop() before it ends it at once;
  // it may be called again after it returned. What a task throws comes out of run().
  void run();
  // Thread-safe; run() returns after the task in hand.
  void stop();
  // Thread-safe: the task runs on the loop's thread, in the order of posting.
  void post(Task task);
  // Thread-safe: whether the caller is inside run().
  bool here() const;

  // The rest belongs to the loop's thread (or to anybody before run()).
  // A timer runs its task once, after the delay, unless it was destroyed before.
  class Timer {
   public:
    Timer();
    ~Timer();
    Timer(Timer&&) noexcept;
    Timer& operator=(Timer&&) noexcept;

   private:
    friend class Loop;
    struct State;
    std::unique_ptr<State> state_;
  };
  [[nodiscard]] Timer after(std::chrono::milliseconds delay, Task task);

  // Calls ready(readable, writable) whenever the descriptor is ready for what is wanted, until the
  // watch is destroyed. The descriptor stays its owner's, who destroys the watch before closing it;
  // it becomes non-blocking. One watch per descriptor; regular files cannot be watched.
  class Watch {
   public:
    Watch();
    ~Watch();
    Watch(Watch&&) noexcept;
    Watch& operator=(Watch&&) noexcept;
    // May be called inside ready().
    void want(bool read, bool write);

   private:
    friend class Loop;
    struct State;
    std::shared_ptr<State> state_;
  };
  using Ready = std::function<void(bool readable, bool writable)>;
  [[nodiscard]] Watch watch(int fd, bool read, bool write, Ready ready);

  // Calls the task on the loop's thread each time the process gets SIGINT or SIGTERM.
  void on_stop_signal(Task task);

  // The io_context behind it, for lib/http alone.
  void* native();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trayline
