// When does a tray lie still? A state machine over frames; it predicts nothing, keeps no pictures
// and knows no clock: time comes with the frame. One thread at a time.
//
//   empty -> moving -> settled -> reported -> moving (tray changed) ... -> empty
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "edge/vision/image.hpp"
#include "edge/vision/shapes.hpp"
#include "lib/base/result.hpp"

namespace trayline::vision {

struct SettleLimits {
  int motion_step = 12;         // grey levels between two frames that count as motion
  int presence_step = 16;       // grey levels against the reference that count as a thing
  float motion_share = 0.003f;  // of the tray's cells: from here on something moves
  float present_share = 0.01f;  // of the tray's cells: more is a thing on the tray
  float absent_share = 0.005f;  // of the tray's cells: less is an empty tray
  float follow = 0.02f;         // how far the reference follows an empty frame, 0..1
  int still_ms = 400;           // without motion before a tray counts as settled
  int still_frames = 6;         // and at least so many frames
  int motion_ms = 200;          // of motion before a reported tray counts as changed
  int absent_ms = 1000;         // without a thing before the tray counts as empty

  bool operator==(const SettleLimits&) const = default;
  static void describe(auto& member, auto& self) {
    member.defaulted("motion_step", self.motion_step);
    member.defaulted("presence_step", self.presence_step);
    member.defaulted("motion_share", self.motion_share);
    member.defaulted("present_share", self.present_share);
    member.defaulted("absent_share", self.absent_share);
    member.defaulted("follow", self.follow);
    member.defaulted("still_ms", self.still_ms);
    member.defaulted("still_frames", self.still_frames);
    member.defaulted("motion_ms", self.motion_ms);
    member.defaulted("absent_ms", self.absent_ms);
  }
};

enum class SettleState { empty, moving, settled, reported, disturbed };
enum class SettleEvent {
  none,
  arrived,  // something came onto the empty tray: a visit begins
  settled,  // make one prediction from frame `sharpest`, then call reported()
  changed,  // the settled or reported tray is being changed: `settled` will come again
  emptied,  // the visit is over
};
std::string_view to_string(SettleState state);
std::string_view to_string(SettleEvent event);

struct SettleStep {
  SettleEvent event = SettleEvent::none;
  std::uint64_t frame = 0;     // number of the frame given, counting from 0
  std::uint64_t sharpest = 0;  // with `settled`: which of the last kFramesKept frames to use
  float motion = 0;            // share of cells that changed since the last frame
  float presence = 0;          // share of cells that differ from the reference
};

class Settle {
 public:
  // A caller that keeps this many newest frames always holds the sharpest one.
  static constexpr std::uint64_t kFramesKept = 6;
  static constexpr int kColumns = 160;
  static constexpr int kRows = 90;
  using Cells = std::array<std::uint8_t, kColumns * kRows>;

  // reference: the empty tray. tray: what counts, in pixels of the frames; empty: everything.
  static Result<Settle> create(const SettleLimits& limits, ImageView reference,
                               const Polygon& tray);

  // time_ms is monotonic; a step back restarts the waiting times. A frame of another size than the
  // reference's is invalid_argument and changes nothing.
  Result<SettleStep> step(ImageView frame, std::int64_t time_ms);
  // Answers `settled`. Without an item on a tray that clearly differs from its reference the
  // station is disturbed (the camera or the light was moved) until the tray looks empty again.
  void reported(int items);

  SettleState state() const { return state_; }
  // The full-size reference may follow this frame too: the tray is empty and nothing moves.
  bool quiet() const { return state_ == SettleState::empty && quiet_; }

 private:
  struct Seen {
    std::uint64_t frame = 0;
    double sharpness = 0;
  };
  Settle() = default;
  double shrink(ImageView frame, Cells& cells) const;
  float moved(const Cells& now) const;
  float differs(const Cells& now, const std::vector<float>& from, int step) const;
  SettleEvent decide(const Cells& now, const SettleStep& seen, std::int64_t time_ms);
  SettleEvent while_moving(bool still, const SettleStep& seen, std::int64_t time_ms);
  SettleEvent while_lying(const Cells& now, bool still, std::int64_t time_ms);
  void restart();

  SettleLimits limits_;
  int width_ = 0;
  int height_ = 0;
  std::vector<std::uint8_t> counts_;  // per cell: 1 within the tray
  int counted_ = 0;
  std::vector<float> reference_;
  std::vector<float> lying_;  // the tray as it was when it settled
  std::optional<Cells> last_;
  std::vector<Seen> still_;  // the newest still frames, at most kFramesKept
  int still_frames_ = 0;
  std::optional<std::int64_t> still_since_, absent_since_, motion_since_;
  std::int64_t time_ms_ = 0;
  std::uint64_t frames_ = 0;
  float presence_ = 0;
  bool quiet_ = false;
  SettleState state_ = SettleState::empty;
};

}  // namespace trayline::vision
