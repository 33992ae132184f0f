// Plays a station: commands become short sequences (a hand comes, things appear or go, the hand
// leaves, all is still). Pure: time comes with each call, chance from the seed. One thread.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/base/result.hpp"
#include "sim/tray/scene.hpp"

namespace trayline::tray {

enum class Verb { put, add, take, nudge, remove, quit };
std::string_view to_string(Verb verb);

struct Command {
  Verb verb = Verb::quit;
  std::vector<std::string> skus;  // put, add: one per copy; take: one
  std::string code;               // put: bytes to draw; empty: none
  bool on_phone = false;          // put: shown on a phone instead of a card
  Spacing spacing;                // put
  std::string id;                 // given back with the answer; may be empty
};

// One line: {"put":{"items":[{"sku","count"}],"qr":"text"|"qr_base64url":"...","phone":bool,
// "touching":bool}} | {"add":{"sku"}} | {"take":{"sku"}} | {"nudge":true} | {"remove":true} |
// {"quit":true}; beside the verb an optional "id". invalid_argument says what does not fit.
Result<Command> parse_command(std::string_view line);

// Commands that wait for the present one.
inline constexpr std::size_t kCommandsMax = 64;

// How long the parts of a sequence take, in milliseconds.
struct Pace {
  std::int64_t reach = 550;   // the hand comes, carrying what is put
  std::int64_t work = 250;    // it lets go, or takes, or pushes
  std::int64_t leave = 500;   // it goes
  std::int64_t rest = 200;    // all lies still before the answer
  std::int64_t empty = 1500;  // after remove, so that the visit's end is seen
};

// What became of a command.
struct Played {
  Command command;
  Result<void> outcome;
  Scene scene;  // as it lies afterwards
};

class Clip {
 public:
  Clip(std::uint64_t seed, Shelf& shelf, Pace pace = {});

  // exhausted when kCommandsMax wait already.
  Result<void> queue(Command command);
  // The scene at this time; starts what waits as soon as nothing plays. Time must not go back.
  Scene at(std::int64_t time_ms);
  // Commands that have ended since the last call, oldest first.
  std::vector<Played> ended();
  bool idle() const { return !playing_ && waiting_.empty(); }

 private:
  struct Play {
    Command command;
    std::int64_t start_ms = 0;
    Scene before, after;
    Pose hand;  // where it works
    std::uint64_t hand_seed = 0;
  };
  Result<void> begin(const Command& command, std::int64_t time_ms);
  Result<Scene> outcome_of(const Command& command, std::uint64_t seed);
  Scene frame_of(const Play& play, std::int64_t since_ms) const;
  std::int64_t length_of(const Play& play) const;

  std::uint64_t seed_;
  Shelf& shelf_;
  Pace pace_;
  std::uint64_t count_ = 0;
  Scene still_;
  std::optional<Play> playing_;
  std::deque<Command> waiting_;
  std::vector<Played> ended_;
};

// The items as [{"sku","count"}], sorted by SKU.
Json counted(const Scene& scene);

}  // namespace trayline::tray
