// The settle detector: 160x90 grey cells, two shares, five states.
#include "edge/vision/settle.hpp"

#include <cmath>
#include <cstdlib>

#include "edge/vision/mat.hpp"

namespace trayline::vision {

namespace {

// A gain beyond these is no change of light.
constexpr float kGainMin = 0.5f;
constexpr float kGainMax = 2.0f;
// Samples per cell: enough to halve the noise twice over, few enough for 0.1 ms a frame.
constexpr int kSampleColumns = 4;
constexpr int kSampleRows = 2;
// A tray that differs this much from its reference and yet holds nothing is a disturbed station.
constexpr float kDisturbedShare = 0.05f;

// Even-odd rule.
bool inside(const Polygon& polygon, float x, float y) {
  bool in = false;
  for (std::size_t i = 0, j = polygon.size() - 1; i < polygon.size(); j = i++) {
    const Point &a = polygon[i], &b = polygon[j];
    if ((a.y > y) != (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) in = !in;
  }
  return in;
}

int grey(const std::uint8_t* pixel, int channels) {
  return channels == 1 ? pixel[0] : (pixel[0] + 2 * pixel[1] + pixel[2]) / 4;
}

}  // namespace

std::string_view to_string(SettleState state) {
  switch (state) {
    case SettleState::empty:
      return "empty";
    case SettleState::moving:
      return "moving";
    case SettleState::settled:
      return "settled";
    case SettleState::reported:
      return "reported";
    case SettleState::disturbed:
      return "disturbed";
  }
  return "?";
}

std::string_view to_string(SettleEvent event) {
  switch (event) {
    case SettleEvent::none:
      return "none";
    case SettleEvent::arrived:
      return "arrived";
    case SettleEvent::settled:
      return "settled";
    case SettleEvent::changed:
      return "changed";
    case SettleEvent::emptied:
      return "emptied";
  }
  return "?";
}

Result<Settle> Settle::create(const SettleLimits& limits, ImageView reference,
                              const Polygon& tray) {
  if (auto sound = check_picture(reference, "the reference"); !sound) return fail(sound.error());
  if (!tray.empty() && tray.size() < 3) {
    return fail(Code::invalid_argument, "a tray's outline needs at least three corners");
  }
  Settle settle;
  settle.limits_ = limits;
  settle.width_ = reference.width;
  settle.height_ = reference.height;
  settle.counts_.assign(Cells{}.size(), 1);
  for (int i = 0; !tray.empty() && i < kColumns * kRows; ++i) {
    const float x = (static_cast<float>(i % kColumns) + 0.5f) / kColumns;
    const float y = (static_cast<float>(i / kColumns) + 0.5f) / kRows;
    settle.counts_[static_cast<std::size_t>(i)] = inside(
        tray, x * static_cast<float>(reference.width), y * static_cast<float>(reference.height));
  }
  for (const std::uint8_t count : settle.counts_) settle.counted_ += count;
  if (settle.counted_ == 0) {
    return fail(Code::invalid_argument, "the tray's outline lies outside the picture");
  }
  Cells cells;
  settle.shrink(reference, cells);
  settle.reference_.assign(cells.begin(), cells.end());
  return settle;
}

// Mean grey of each cell; returns the mean step between near pixels, a measure of sharpness.
double Settle::shrink(ImageView frame, Cells& cells) const {
  const int bytes = channels(frame.format);
  std::array<int, kColumns * kSampleColumns> offsets{};
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const double at = (static_cast<double>(i) + 0.5) / static_cast<double>(offsets.size());
    offsets[i] = std::min(static_cast<int>(at * frame.width), frame.width - 2) * bytes;
  }
  std::int64_t steps = 0;
  for (int row = 0; row < kRows; ++row) {
    std::array<int, kColumns> sums{};
    for (int sample = 0; sample < kSampleRows; ++sample) {
      const double at = (row + (sample + 0.5) / kSampleRows) / kRows;
      const int y = std::min(static_cast<int>(at * frame.height), frame.height - 1);
      const std::uint8_t* line = frame.data + static_cast<std::ptrdiff_t>(y) * frame.stride;
      for (std::size_t i = 0; i < offsets.size(); ++i) {
        const std::uint8_t* pixel = line + offsets[i];
        sums[i / kSampleColumns] += grey(pixel, bytes);
        steps += std::abs(pixel[bytes / 2] - pixel[bytes + bytes / 2]);
      }
    }
    for (int column = 0; column < kColumns; ++column) {
      const int mean = sums[static_cast<std::size_t>(column)] / (kSampleColumns * kSampleRows);
      cells[static_cast<std::size_t>(row * kColumns + column)] = static_cast<std::uint8_t>(mean);
    }
  }
  return static_cast<double>(steps) / static_cast<double>(offsets.size() * kRows * kSampleRows);
}

// A row's median ratio is the light (mains flicker moves whole rows), the rest is motion.
float Settle::moved(const Cells& now) const {
  constexpr int kOne = 256;
  int moving = 0;
  for (std::size_t row = 0; row < kRows; ++row) {
    const std::uint8_t* is = now.data() + row * kColumns;
    const std::uint8_t* was = last_->data() + row * kColumns;
    std::array<int, kColumns> ratios{};
    for (std::size_t i = 0; i < kColumns; ++i) ratios[i] = is[i] * kOne / std::max<int>(was[i], 1);
    std::nth_element(ratios.begin(), ratios.begin() + kColumns / 2, ratios.end());
    const int light = ratios[kColumns / 2];
    for (std::size_t i = 0; i < kColumns; ++i) {
      const int step = is[i] - std::min(was[i] * light / kOne, 255);
      moving += counts_[row * kColumns + i] && std::abs(step) > limits_.motion_step;
    }
  }
  return static_cast<float>(moving) / static_cast<float>(counted_);
}

// The share that differs from `from` once the change of the whole light (the median ratio) is out.
float Settle::differs(const Cells& now, const std::vector<float>& from, int step) const {
  constexpr int kBins = 256;
  constexpr float kPerBin = 1.0f / 64;
  std::array<int, kBins> ratios{};
  for (std::size_t i = 0; i < now.size(); ++i) {
    const float ratio = static_cast<float>(now[i]) / std::max(from[i], 1.0f);
    if (counts_[i])
      ++ratios[std::min(static_cast<std::size_t>(ratio / kPerBin + 0.5f), kBins - 1ul)];
  }
  std::size_t median = 0;
  for (int below = ratios[0]; below * 2 < counted_;) below += ratios[++median];
  float gain = static_cast<float>(median) * kPerBin;
  if (gain < kGainMin || gain > kGainMax) gain = 1;
  int different = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const float off = static_cast<float>(now[i]) - std::min(from[i] * gain, 255.0f);
    different += counts_[i] && std::abs(off) > static_cast<float>(step);
  }
  return static_cast<float>(different) / static_cast<float>(counted_);
}

Result<SettleStep> Settle::step(ImageView frame, std::int64_t time_ms) {
  if (auto sound = check_picture(frame, "the frame"); !sound) return fail(sound.error());
  if (frame.width != width_ || frame.height != height_) {
    return fail(Code::invalid_argument, "the frame is " + std::to_string(frame.width) + "x" +
                                            std::to_string(frame.height) +
                                            " but the reference is " + std::to_string(width_) +
                                            "x" + std::to_string(height_));
  }
  Cells now;
  const double sharpness = shrink(frame, now);
  SettleStep seen;
  seen.frame = frames_++;
  seen.motion = last_ ? moved(now) : 0;
  seen.presence = differs(now, reference_, limits_.presence_step);
  if (time_ms < time_ms_) restart();
  time_ms_ = time_ms;
  presence_ = seen.presence;

  const bool still = seen.motion < limits_.motion_share;
  if (!still) {
    still_.clear();
    still_frames_ = 0;
    still_since_.reset();
  } else {
    if (still_.size() == kFramesKept) still_.erase(still_.begin());
    still_.push_back({seen.frame, sharpness});
    ++still_frames_;
    if (!still_since_) still_since_ = time_ms;
  }
  if (seen.presence >= limits_.absent_share) absent_since_.reset();
  if (seen.presence < limits_.absent_share && !absent_since_) absent_since_ = time_ms;

  seen.event = decide(now, seen, time_ms);
  if (seen.event == SettleEvent::settled) {
    const auto less = [](const Seen& a, const Seen& b) { return a.sharpness < b.sharpness; };
    seen.sharpest = std::max_element(still_.begin(), still_.end(), less)->frame;
  }
  last_ = now;
  return seen;
}

SettleEvent Settle::decide(const Cells& now, const SettleStep& seen, std::int64_t time_ms) {
  const bool still = seen.motion < limits_.motion_share;
  quiet_ = still && seen.presence < limits_.absent_share;
  if (state_ == SettleState::empty) {
    if (seen.presence > limits_.present_share) {
      state_ = SettleState::moving;
      return SettleEvent::arrived;
    }
    for (std::size_t i = 0; quiet_ && i < now.size(); ++i) {
      reference_[i] += limits_.follow * (static_cast<float>(now[i]) - reference_[i]);
    }
    return SettleEvent::none;
  }
  if (absent_since_ && time_ms - *absent_since_ >= limits_.absent_ms) {
    state_ = SettleState::empty;
    return SettleEvent::emptied;
  }
  if (state_ != SettleState::moving) return while_lying(now, still, time_ms);
  const SettleEvent event = while_moving(still, seen, time_ms);
  if (event == SettleEvent::settled) lying_.assign(now.begin(), now.end());
  return event;
}

SettleEvent Settle::while_moving(bool still, const SettleStep& seen, std::int64_t time_ms) {
  if (!still || seen.presence <= limits_.present_share) return SettleEvent::none;
  if (time_ms - *still_since_ < limits_.still_ms) return SettleEvent::none;
  if (still_frames_ < limits_.still_frames) return SettleEvent::none;
  state_ = SettleState::settled;
  motion_since_.reset();
  return SettleEvent::settled;
}

// Motion, or a tray that no longer looks as it did: things may change between two frames.
SettleEvent Settle::while_lying(const Cells& now, bool still, std::int64_t time_ms) {
  const bool other = !still || differs(now, lying_, limits_.presence_step) > limits_.present_share;
  if (!other) {
    motion_since_.reset();
    return SettleEvent::none;
  }
  if (!motion_since_) motion_since_ = time_ms;
  if (time_ms - *motion_since_ < limits_.motion_ms) return SettleEvent::none;
  state_ = SettleState::moving;
  still_.clear();
  still_frames_ = 0;
  still_since_.reset();
  return SettleEvent::changed;
}

void Settle::reported(int items) {
  if (state_ != SettleState::settled) return;
  const bool disturbed = items == 0 && presence_ > kDisturbedShare;
  state_ = disturbed ? SettleState::disturbed : SettleState::reported;
}

void Settle::restart() {
  still_.clear();
  still_frames_ = 0;
  still_since_.reset();
  absent_since_.reset();
  motion_since_.reset();
}

}  // namespace trayline::vision
