// A bounded queue between threads. A full queue refuses; it never blocks the writer and never
// drops. Thread-safe; the only place of the product with a lock.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace trayline {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t limit) : limit_(limit) {}

  // False when the queue is full or closed.
  bool push(T item) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= limit_) return false;
      items_.push_back(std::move(item));
    }
    ready_.notify_one();
    return true;
  }

  // Up to max items, waiting for the first one until the deadline (none: for ever). Empty when
  // the deadline passed, poke() was called, or the queue is closed and drained.
  std::vector<T> take(std::size_t max, std::optional<std::chrono::milliseconds> wait) {
    std::unique_lock lock(mutex_);
    const auto woken = [&] { return closed_ || poked_ || !items_.empty(); };
    if (wait && *wait > std::chrono::milliseconds(0)) {
      ready_.wait_for(lock, *wait, woken);
    } else if (!wait) {
      ready_.wait(lock, woken);
    }
    poked_ = false;
    std::vector<T> taken;
    while (!items_.empty() && taken.size() < max) {
      taken.push_back(std::move(items_.front()));
      items_.pop_front();
    }
    return taken;
  }

  // Wakes a waiting take() although nothing came in.
  void poke() {
    {
      const std::lock_guard lock(mutex_);
      poked_ = true;
    }
    ready_.notify_one();
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }

  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<T> items_;
  bool closed_ = false;
  bool poked_ = false;
};

}  // namespace trayline
