// pipe:PATH: raw frames that another program writes (frame_pipe.hpp). Opened again with back-off
// when the writer goes or the path is not there. One thread.
#pragma once
#include <deque>
#include <string>

#include "edge/camera/backoff.hpp"
#include "edge/camera/frame_parser.hpp"
#include "edge/camera/sources.hpp"

namespace trayline::camera {

class PipeSource final : public FrameSource {
 public:
  static constexpr Millis kFirstWait{500};
  static constexpr Millis kLastWait{30'000};

  PipeSource(std::string path, const Clock& clock) : path_(std::move(path)), clock_(clock) {}
  ~PipeSource() override;
  PipeSource(const PipeSource&) = delete;
  PipeSource& operator=(const PipeSource&) = delete;
  Grab next(Millis wait) override;

 private:
  Grab open(Millis wait);
  Grab lose(std::string why);
  Grab read_some();

  std::string path_;
  const Clock& clock_;
  int fd_ = -1;
  Backoff backoff_{kFirstWait, kLastWait};
  Millis open_at_{0};
  FrameParser parser_;
  std::uint64_t bad_told_ = 0;
  std::uint64_t sequence_ = 0;
  std::deque<Frame> ready_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace trayline::camera
