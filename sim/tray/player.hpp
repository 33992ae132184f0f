// The video child: frames out through a pipe in real time, commands in and answers out as JSON
// lines. Owns no state of its own but what it plays; one thread.
#pragma once
#include <cstdint>
#include <string>

#include "lib/base/clock.hpp"
#include "lib/base/result.hpp"

namespace trayline::tray {

struct PlayOptions {
  std::uint64_t seed = 1;     // of what lies where, of hands and light
  std::uint64_t station = 1;  // of mat and lamp; enrolment and clips must agree in it
  int fps = 15;               // 1..60
  std::string out = "-";      // a named pipe (made where absent), or - for standard output
  std::string iconic;         // folder of studio photos, or empty
  int commands = 0;           // descriptor of the commands
};

// Plays until {"quit":true} or until the commands end. Answers, one JSON line each, go to standard
// output, or to standard error where the frames go there: {"ready":true,...} at start, then for
// every command {"done":verb,"id","items","code","time_ms"} when the scene stands still, or
// {"error":text,"id"}. A reader that is slow or gone costs frames, never the clip.
Result<void> play(const PlayOptions& options, const Clock& clock);

}  // namespace trayline::tray
