// How long to wait before the next attempt: doubles from first to last, back to first after
// success. Pure.
#pragma once
#include <algorithm>
#include <chrono>

namespace trayline::camera {

class Backoff {
 public:
  using Wait = std::chrono::milliseconds;
  Backoff(Wait first, Wait last) : first_(first), last_(last), next_(first) {}
  Wait failed() {
    const Wait wait = next_;
    next_ = std::min(next_ * 2, last_);
    return wait;
  }
  void succeeded() { next_ = first_; }

 private:
  Wait first_, last_, next_;
};

}  // namespace trayline::camera
