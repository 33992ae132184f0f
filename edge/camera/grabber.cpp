// Thread, mailbox, bell.
#include "edge/camera/grabber.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>

#include "lib/base/check.hpp"

namespace trayline::camera {
namespace {

constexpr Millis kWait{100};  // how long the thread may take to notice that it shall end

}  // namespace

Grabber::Grabber(std::unique_ptr<FrameSource> source) : source_(std::move(source)) {
  wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  check(wake_ >= 0, "the system gives no event descriptor");
  thread_ = std::thread([this] { run(); });
}

Grabber::~Grabber() {
  stop_ = true;
  thread_.join();
  ::close(wake_);
}

void Grabber::wake() const {
  const std::uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof one);
}

void Grabber::handle(Grab grab) {
  switch (grab.kind) {
    case Grab::Kind::frame:
      ++frames_;
      dropped_ += newest_.take(1, Millis(0)).size();
      newest_.push(std::move(grab.frame));
      break;
    case Grab::Kind::bad:
      ++bad_;
      troubles_.push(std::move(grab.why));
      break;
    case Grab::Kind::lost:
      ++lost_;
      troubles_.push(std::move(grab.why));
      break;
    case Grab::Kind::ended:
      ended_ = true;
      break;
    case Grab::Kind::idle:
      return;
  }
  wake();
}

void Grabber::run() {
  while (!stop_ && !ended_) handle(source_->next(kWait));
}

std::optional<Frame> Grabber::take() {
  std::uint64_t count = 0;
  (void)!::read(wake_, &count, sizeof count);
  std::vector<Frame> frames = newest_.take(1, Millis(0));
  if (frames.empty()) return std::nullopt;
  return std::move(frames.front());
}

GrabCounts Grabber::counts() const { return {frames_, dropped_, bad_, lost_}; }

std::optional<std::string> Grabber::trouble() {
  std::vector<std::string> troubles = troubles_.take(1, Millis(0));
  if (troubles.empty()) return std::nullopt;
  return std::move(troubles.front());
}

std::string_view to_string(PictureState state) {
  constexpr std::array<std::string_view, 4> names{"starting", "live", "no_picture", "ended"};
  return names[static_cast<std::size_t>(state)];
}

}  // namespace trayline::camera
