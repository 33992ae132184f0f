// poll, read, parse; wait and open again.
#include "edge/camera/pipe_source.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

namespace trayline::camera {
namespace {

constexpr std::size_t kReadBytes = 1 << 20;

}  // namespace

PipeSource::~PipeSource() {
  if (fd_ >= 0) ::close(fd_);
}

Grab PipeSource::open(Millis wait) {
  const Millis left = open_at_ - clock_.monotonic();
  if (left > Millis(0)) {
    std::this_thread::sleep_for(std::min(left, wait));
    return {};
  }
  fd_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd_ < 0) return lose(path_ + ": " + std::strerror(errno));
  ::fcntl(fd_, F_SETPIPE_SZ, static_cast<int>(kReadBytes));
  buffer_.resize(kReadBytes);
  return {};
}

Grab PipeSource::lose(std::string why) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  parser_.restart();
  bad_told_ = parser_.bad_frames();
  open_at_ = clock_.monotonic() + backoff_.failed();
  return {Grab::Kind::lost, {}, std::move(why)};
}

Grab PipeSource::read_some() {
  const ssize_t n = ::read(fd_, buffer_.data(), buffer_.size());
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return {};
  if (n < 0) return lose(path_ + ": " + std::strerror(errno));
  if (n == 0) return lose(path_ + ": the writer is gone");
  std::vector<Frame> frames;
  parser_.feed({buffer_.data(), static_cast<std::size_t>(n)}, frames);
  for (Frame& frame : frames) {
    frame.time_ms = clock_.monotonic().count();
    frame.sequence = sequence_++;
    ready_.push_back(std::move(frame));
  }
  if (!frames.empty()) backoff_.succeeded();
  return {};
}

Grab PipeSource::next(Millis wait) {
  if (ready_.empty()) {
    if (fd_ < 0) return open(wait);
    pollfd poll_fd{fd_, POLLIN, 0};
    if (::poll(&poll_fd, 1, static_cast<int>(wait.count())) <= 0) return {};
    Grab grab = read_some();
    if (grab.kind != Grab::Kind::idle) return grab;
  }
  if (parser_.bad_frames() != bad_told_) {
    bad_told_ = parser_.bad_frames();
    return {Grab::Kind::bad, {}, path_ + ": bytes that are no frame"};
  }
  if (ready_.empty()) return {};
  Grab grab{Grab::Kind::frame, std::move(ready_.front()), {}};
  ready_.pop_front();
  return grab;
}

}  // namespace trayline::camera
