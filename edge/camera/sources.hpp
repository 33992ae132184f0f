// Where frames come from. A source gives the next frame or says why there is none; it never throws
// and never crashes on what it reads. One thread per source; see grabber.hpp for the thread.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "edge/camera/frame.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/result.hpp"

namespace trayline::camera {

struct Grab {
  enum class Kind {
    frame,  // here is one
    bad,    // something came that is no sound picture; more may follow
    idle,   // nothing within the wait
    lost,   // the connection broke; it is being made again
    ended,  // nothing will ever come again
  };
  Kind kind = Kind::idle;
  Frame frame;
  std::string why;  // of bad and lost
};

class FrameSource {
 public:
  virtual ~FrameSource() = default;
  // Waits at most this long.
  virtual Grab next(Millis wait) = 0;
};

// What a folder source shows and when.
inline constexpr std::string_view kSidecar = "frames.json";
inline constexpr std::size_t kDirFramesMax = 100'000;
inline constexpr std::int64_t kDirFrameMs = 200;  // 5 a second without sidecar
inline constexpr std::int64_t kDirHoldMs = 2000;  // of stills, see below

struct DirFrame {
  std::string file;  // within the folder
  std::int64_t time_ms = 0;
};
// The JPEG and PNG files of a folder in their order:
// - with frames.json {"frames":[{"file","time_ms"}]}: those, at those times, which must not fall;
// - with reference.jpg or reference.png: stills, each shown 2 s, the reference 2 s before each and
//   at the end, so that each is a visit of its own;
// - else by name, one every 200 ms.
// not_found, invalid_argument with what is wrong.
Result<std::vector<DirFrame>> plan_of(const std::string& folder);

enum class Pacing { at_once, by_clock };

// "dir:FOLDER" or "pipe:PATH". by_clock: a folder's frames come when they are due.
Result<std::unique_ptr<FrameSource>> open_source(const std::string& uri, const Clock& clock,
                                                 Pacing pacing);

// Plays what it is given, then ends. Times of frames stay as given.
class MemorySource final : public FrameSource {
 public:
  explicit MemorySource(std::vector<Grab> grabs) : grabs_(std::move(grabs)) {}
  Grab next(Millis wait) override;

 private:
  std::vector<Grab> grabs_;
  std::size_t at_ = 0;
};

}  // namespace trayline::camera
