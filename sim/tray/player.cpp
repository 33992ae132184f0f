// The player's loop: poll() over commands, pipe and the next frame's time.
#include "sim/tray/player.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>

#include "lib/base/encoding.hpp"
#include "lib/wire/frame_pipe.hpp"
#include "sim/tray/clip.hpp"
#include "sim/tray/dice.hpp"
#include "sim/tray/render.hpp"

namespace trayline::tray {
namespace {

constexpr std::size_t kLineMax = 64 * 1024;
constexpr int kPipeBytes = 1 << 20;  // asked for; what the system gives is enough as well

// The writing end of the pipe; opened again whenever there is a reader.
class FrameOut {
 public:
  explicit FrameOut(std::string path) : path_(std::move(path)) {}
  ~FrameOut() {
    if (fd_ >= 0 && fd_ != STDOUT_FILENO) ::close(fd_);
  }
  FrameOut(const FrameOut&) = delete;
  FrameOut& operator=(const FrameOut&) = delete;

  Result<void> prepare() {
    std::signal(SIGPIPE, SIG_IGN);
    if (path_ == "-") {
      fd_ = STDOUT_FILENO;
      set_up();
      return {};
    }
    struct stat info {};
    if (::mkfifo(path_.c_str(), 0600) != 0 && errno != EEXIST) {
      return fail(Code::unavailable, path_ + ": " + std::strerror(errno));
    }
    if (::stat(path_.c_str(), &info) != 0 || !S_ISFIFO(info.st_mode)) {
      return fail(Code::invalid_argument, path_ + ": is no named pipe");
    }
    return {};
  }

  // True when the last frame is through and somebody reads.
  bool ready() {
    if (fd_ < 0) {
      fd_ = ::open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
      if (fd_ < 0) return false;
      set_up();
    }
    return sent_ == bytes_.size();
  }
  bool pending() const { return fd_ >= 0 && sent_ < bytes_.size(); }
  int fd() const { return fd_; }

  void send(const vision::Image& picture, std::int64_t time_ms) {
    const wire::FrameHeader header{static_cast<std::uint32_t>(picture.width),
                                   static_cast<std::uint32_t>(picture.height),
                                   static_cast<std::uint64_t>(time_ms), sequence_++};
    const auto head = wire::encode_header(header);
    bytes_.assign(head.begin(), head.end());
    bytes_.insert(bytes_.end(), picture.pixels.begin(), picture.pixels.end());
    sent_ = 0;
    advance();
  }
  void advance() {
    while (pending()) {
      const ssize_t n = ::write(fd_, bytes_.data() + sent_, bytes_.size() - sent_);
      if (n > 0) {
        sent_ += static_cast<std::size_t>(n);
      } else if (errno == EINTR) {
        continue;
      } else {
        if (errno != EAGAIN) lose();
        return;
      }
    }
  }
  bool lost() const { return fd_ < 0 && path_ == "-"; }

 private:
  void set_up() const {
    ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
    ::fcntl(fd_, F_SETPIPE_SZ, kPipeBytes);
  }
  void lose() {
    if (fd_ != STDOUT_FILENO) ::close(fd_);
    fd_ = -1;
    sent_ = bytes_.size();
  }

  std::string path_;
  int fd_ = -1;
  std::vector<std::uint8_t> bytes_;
  std::size_t sent_ = 0;
  std::uint64_t sequence_ = 0;
};

// Whole lines from a descriptor; a line beyond kLineMax is given as it is, cut.
class Lines {
 public:
  explicit Lines(int fd) : fd_(fd) {}
  // False at the end of the input.
  bool read(std::vector<std::string>& lines) {
    char buffer[4096];
    const ssize_t n = ::read(fd_, buffer, sizeof buffer);
    if (n < 0) return errno == EINTR || errno == EAGAIN;
    if (n == 0) return false;
    for (ssize_t i = 0; i < n; ++i) {
      if (buffer[i] == '\n') {
        lines.push_back(std::exchange(held_, {}));
      } else if (held_.size() < kLineMax) {
        held_.push_back(buffer[i]);
      }
    }
    return true;
  }

 private:
  int fd_;
  std::string held_;
};

class Player {
 public:
  Player(const PlayOptions& options, const Clock& clock)
      : options_(options),
        clock_(clock),
        shelf_(options.iconic),
        renderer_(options.station, shelf_),
        clip_(options.seed, shelf_),
        day_(light_of(mix(options.seed, seed_of("clip day")), 0.04F)),
        out_(options.out),
        lines_(options.commands) {}

  Result<void> run() {
    if (const Result<void> ready = out_.prepare(); !ready) return ready;
    answer(Json::object({{"ready", true}, {"width", kFrameWidth}, {"height", kFrameHeight}}));
    start_ms_ = next_ms_ = now_ms();
    while (!quit_ && !out_.lost()) {
      wait();
      const std::int64_t now = now_ms();
      if (now < next_ms_) continue;
      next_ms_ = std::max(next_ms_ + 1000 / options_.fps, now - 1000);
      const Scene scene = clip_.at(now);
      if (out_.ready()) {
        const auto picture = renderer_.render(scene, light_at(now), mix(options_.seed, ++frames_));
        if (picture) out_.send(*picture, now);
      }
      for (const Played& played : clip_.ended()) report(played, now);
    }
    return {};
  }

 private:
  std::int64_t now_ms() const { return clock_.monotonic().count(); }

  // Until a command came, the pipe takes more, or the next frame is due.
  void wait() {
    const auto left = std::clamp<std::int64_t>(next_ms_ - now_ms(), 0, 1000);
    pollfd fds[2] = {{options_.commands, POLLIN, 0}, {out_.fd(), POLLOUT, 0}};
    const nfds_t count = out_.pending() ? 2 : 1;
    if (::poll(fds, count, static_cast<int>(left)) <= 0) return;
    if (count == 2 && fds[1].revents != 0) out_.advance();
    if (fds[0].revents == 0) return;
    std::vector<std::string> lines;
    if (!lines_.read(lines)) quit_ = true;
    for (const std::string& line : lines) take(line);
  }

  void take(const std::string& line) {
    if (line.empty()) return;
    Result<Command> command = parse_command(line);
    if (!command) return refuse(command.error(), "");
    if (command->verb == Verb::quit) {
      quit_ = true;
      return;
    }
    const std::string id = command->id;
    if (const auto queued = clip_.queue(std::move(*command)); !queued) refuse(queued.error(), id);
  }

  // The lamps of the day, drifting by a hundredth within minutes.
  Light light_at(std::int64_t now) const {
    Light light = day_;
    const auto seconds = static_cast<float>(now - start_ms_) / 1000;
    light.gain *= 1 + 0.01F * std::sin(seconds * 0.035F);
    light.cast_r *= 1 + 0.004F * std::sin(seconds * 0.021F);
    return light;
  }

  void report(const Played& played, std::int64_t now) {
    if (!played.outcome) return refuse(played.outcome.error(), played.command.id);
    const std::string code = played.scene.code ? played.scene.code->bytes : "";
    answer(Json::object({{"done", to_string(played.command.verb)},
                         {"id", played.command.id},
                         {"items", counted(played.scene)},
                         {"code", to_base64url(as_bytes(code))},
                         {"time_ms", now}}));
  }
  void refuse(const Error& error, const std::string& id) {
    answer(Json::object({{"error", error.detail}, {"code", to_string(error.code)}, {"id", id}}));
  }
  void answer(const Json& json) const {
    const std::string line = json.dump() + "\n";
    const int fd = options_.out == "-" ? STDERR_FILENO : STDOUT_FILENO;
    for (std::size_t at = 0; at < line.size();) {
      const ssize_t n = ::write(fd, line.data() + at, line.size() - at);
      if (n < 0 && errno != EINTR) return;  // nobody listens; the frames go on
      if (n > 0) at += static_cast<std::size_t>(n);
    }
  }

  const PlayOptions& options_;
  const Clock& clock_;
  Shelf shelf_;
  Renderer renderer_;
  Clip clip_;
  Light day_;
  FrameOut out_;
  Lines lines_;
  std::int64_t start_ms_ = 0;
  std::int64_t next_ms_ = 0;
  std::uint64_t frames_ = 0;
  bool quit_ = false;
};

}  // namespace

Result<void> play(const PlayOptions& options, const Clock& clock) {
  if (options.fps < 1 || options.fps > 60) {
    return fail(Code::invalid_argument, "fps: 1 to 60");
  }
  return Player(options, clock).run();
}

}  // namespace trayline::tray
