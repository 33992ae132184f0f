// The grab thread: reads a source and keeps the newest frame for the loop; older ones are dropped
// and counted. take() and the rest belong to the loop's thread.
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "edge/camera/sources.hpp"
#include "lib/base/queue.hpp"

namespace trayline::camera {

struct GrabCounts {
  std::uint64_t frames = 0;
  std::uint64_t dropped = 0;  // because a newer one came
  std::uint64_t bad = 0;
  std::uint64_t lost = 0;  // connections
};

class Grabber {
 public:
  explicit Grabber(std::unique_ptr<FrameSource> source);
  ~Grabber();
  Grabber(const Grabber&) = delete;
  Grabber& operator=(const Grabber&) = delete;

  // Readable while there is a frame or news; take() makes it quiet again.
  int fd() const { return wake_; }
  std::optional<Frame> take();
  GrabCounts counts() const;
  // What was wrong last, once.
  std::optional<std::string> trouble();
  bool ended() const { return ended_; }

 private:
  void run();
  void wake() const;
  void handle(Grab grab);

  std::unique_ptr<FrameSource> source_;
  int wake_ = -1;
  BoundedQueue<Frame> newest_{1};
  BoundedQueue<std::string> troubles_{8};
  std::atomic<std::uint64_t> frames_{0}, dropped_{0}, bad_{0}, lost_{0};
  std::atomic<bool> stop_{false}, ended_{false};
  std::thread thread_;
};

enum class PictureState { starting, live, no_picture, ended };
std::string_view to_string(PictureState state);

// Says no_picture when no frame came for the limit. Pure.
class Watchdog {
 public:
  static constexpr Millis kLimit{5000};
  explicit Watchdog(Millis now) : last_(now) {}
  void frame(Millis now) {
    last_ = now;
    seen_ = true;
  }
  PictureState state(Millis now, bool ended) const {
    if (ended) return PictureState::ended;
    if (now - last_ >= kLimit) return PictureState::no_picture;
    return seen_ ? PictureState::live : PictureState::starting;
  }

 private:
  Millis last_;
  bool seen_ = false;
};

}  // namespace trayline::camera
