// One sequence for every verb: what is there before, what is there after, and who is carried by
// the hand in between.
#include "sim/tray/clip.hpp"

#include <algorithm>
#include <map>

#include "sim/tray/dice.hpp"

namespace trayline::tray {
namespace {

constexpr float kAwayMm = 560;  // a hand this far below its place is out of the picture

float smooth(float t) {
  const float s = std::clamp(t, 0.0F, 1.0F);
  return s * s * (3 - 2 * s);
}
float share(std::int64_t part, std::int64_t whole) {
  return whole <= 0 ? 1.0F : static_cast<float>(part) / static_cast<float>(whole);
}

// The middle of what one scene has and the other has not (of everything, when they are alike).
Pose middle_of(const Scene& more, const Scene& less) {
  float x = 0, y = 0, n = 0;
  const auto count = [&](const Pose& pose) {
    x += pose.x_mm;
    y += pose.y_mm;
    n += 1;
  };
  for (const Placed& item : more.items) {
    if (std::find(less.items.begin(), less.items.end(), item) == less.items.end()) count(item.pose);
  }
  if (n == 0 && more.code) count(more.code->pose);
  if (n == 0) return {kMatWidthMm / 2, kMatHeightMm / 2, 0};
  return {x / n, y / n, 0};
}

// Scene `more`, with what `less` lacks moved down by so many millimetres.
Scene carried(const Scene& more, const Scene& less, float down_mm) {
  Scene scene = more;
  for (Placed& item : scene.items) {
    if (std::find(less.items.begin(), less.items.end(), item) == less.items.end()) {
      item.pose.y_mm += down_mm;
    }
  }
  if (scene.code && scene.code != less.code) scene.code->pose.y_mm += down_mm;
  return scene;
}

Pose between(const Pose& a, const Pose& b, float t) {
  return {std::lerp(a.x_mm, b.x_mm, t), std::lerp(a.y_mm, b.y_mm, t), std::lerp(a.turn, b.turn, t)};
}

}  // namespace

Clip::Clip(std::uint64_t seed, Shelf& shelf, Pace pace)
    : seed_(mix(seed, seed_of("clip"))), shelf_(shelf), pace_(pace) {}

Result<void> Clip::queue(Command command) {
  if (waiting_.size() >= kCommandsMax) return fail(Code::exhausted, "too many commands wait");
  waiting_.push_back(std::move(command));
  return {};
}

Result<Scene> Clip::outcome_of(const Command& command, std::uint64_t seed) {
  Scene next = still_;
  switch (command.verb) {
    case Verb::put: {
      if (!still_.items.empty() || still_.code) {
        return fail(Code::conflict, "the mat is not empty: remove first");
      }
      std::optional<CodeCard> card;
      if (!command.code.empty()) card = CodeCard{command.code, {}, command.on_phone};
      if (const auto laid = lay(next, {command.skus, card, command.spacing}, shelf_, seed); !laid) {
        return fail(laid.error());
      }
      return next;
    }
    case Verb::add:
      if (const auto laid = lay(next, {command.skus, {}, {}}, shelf_, seed); !laid) {
        return fail(laid.error());
      }
      return next;
    case Verb::take: {
      const auto is_it = [&](const Placed& p) { return p.sku == command.skus.front(); };
      const auto found = std::find_if(next.items.begin(), next.items.end(), is_it);
      if (found == next.items.end()) return fail(Code::not_found, "no such item on the mat");
      next.items.erase(found);
      return next;
    }
    case Verb::nudge:
      return nudged(still_, seed);
    case Verb::remove:
    case Verb::quit:
      return Scene{};
  }
  return next;
}

Result<void> Clip::begin(const Command& command, std::int64_t time_ms) {
  const std::uint64_t seed = mix(seed_, ++count_);
  Result<Scene> after = outcome_of(command, seed);
  if (!after) return fail(after.error());
  Dice dice(mix(seed, seed_of("hand")));
  const bool more = command.verb == Verb::put || command.verb == Verb::add;
  Pose hand = more ? middle_of(*after, still_) : middle_of(still_, *after);
  hand.x_mm = std::clamp(hand.x_mm + dice.about(0, 30), 80.0F, kMatWidthMm - 80);
  hand.y_mm = std::clamp(hand.y_mm + dice.between(10, 50), 120.0F, kMatHeightMm - 20);
  hand.turn = dice.about(0, 0.25F);
  playing_ = Play{command, time_ms, still_, std::move(*after), hand, seed};
  return {};
}

std::int64_t Clip::length_of(const Play& play) const {
  const std::int64_t rest = play.command.verb == Verb::remove ? pace_.empty : pace_.rest;
  return pace_.reach + pace_.work + pace_.leave + rest;
}

Scene Clip::frame_of(const Play& play, std::int64_t since_ms) const {
  const Verb verb = play.command.verb;
  const float coming = 1 - smooth(share(since_ms, pace_.reach));
  const std::int64_t working = since_ms - pace_.reach;
  const float going = smooth(share(working - pace_.work, pace_.leave));
  Scene scene;
  if (verb == Verb::put || verb == Verb::add) {
    scene = carried(play.after, play.before, coming * kAwayMm);
  } else if (verb == Verb::nudge) {
    scene = play.before;
    const float t = smooth(share(working, pace_.work));
    for (std::size_t i = 0; i < scene.items.size(); ++i) {
      scene.items[i].pose = between(scene.items[i].pose, play.after.items[i].pose, t);
    }
    if (scene.code) scene.code->pose = between(scene.code->pose, play.after.code->pose, t);
    if (working >= pace_.work) scene = play.after;
  } else {
    scene = going >= 1 ? play.after : carried(play.before, play.after, going * kAwayMm);
  }
  if (working < pace_.work + pace_.leave) {
    scene.hand = play.hand;
    scene.hand->y_mm += std::max(coming, going) * kAwayMm;
    scene.hand_seed = play.hand_seed;
  }
  return scene;
}

Scene Clip::at(std::int64_t time_ms) {
  if (playing_ && time_ms - playing_->start_ms >= length_of(*playing_)) {
    still_ = playing_->after;
    ended_.push_back({std::move(playing_->command), {}, still_});
    playing_.reset();
  }
  while (!playing_ && !waiting_.empty()) {
    const Command command = std::move(waiting_.front());
    waiting_.pop_front();
    if (const Result<void> begun = begin(command, time_ms); !begun) {
      ended_.push_back({command, begun, still_});
    }
  }
  return playing_ ? frame_of(*playing_, time_ms - playing_->start_ms) : still_;
}

std::vector<Played> Clip::ended() { return std::exchange(ended_, {}); }

Json counted(const Scene& scene) {
  std::map<std::string, std::int64_t> counts;
  for (const Placed& item : scene.items) ++counts[item.sku];
  Json::Array items;
  for (const auto& [sku, count] : counts) {
    items.push_back(Json::object({{"sku", sku}, {"count", count}}));
  }
  return Json(std::move(items));
}

}  // namespace trayline::tray
