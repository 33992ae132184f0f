#include "standalone/chaos/market.hpp"

#include <algorithm>

namespace trayline::chaos {

Market::Market(Loop& loop, const Clock& clock, Random& random, Moments& moments, const Stage& stage)
    : http_(loop, {.per_host_max = 512}), around_{loop,  clock, random,      moments, stage,
                                                  http_, {},    Millis(400), {}} {}
Market::~Market() = default;

Result<void> Market::listen() {
  for (const Core& core : around_.stage.cores) {
    auto feeder = std::make_unique<Feeder>(around_.loop);
    if (auto done = feeder->listen(core.feed_socket); !done) return done;
    feeders_[core.name] = std::move(feeder);
  }
  return {};
}

void Market::open(std::vector<std::string> tokens) {
  around_.tokens = std::move(tokens);
  for (const Core& core : around_.stage.cores) {
    for (const std::string& station : core.stations) {
      Place place{core.name, screen_of(station), nullptr, nullptr};
      place.counter = std::make_unique<Counter>(around_, *feeders_[core.name], core.name, station);
      place.display = std::make_unique<display::Display>(
          around_.loop, around_.clock, "http://127.0.0.1:" + std::to_string(core.screen),
          place.screen);
      place.display->on_frame([this](const display::Frame& frame) {
        if (frame.state.status == "checking") around_.moments.note(Moment::checking);
      });
      places_.push_back(std::move(place));
    }
  }
}

void Market::let_in(bool open) {
  for (const Place& place : places_) place.counter->let_in(open);
}

bool Market::idle() const {
  return std::all_of(places_.begin(), places_.end(),
                     [](const Place& place) { return place.counter->idle(); });
}

void Market::give_up() {
  for (const Place& place : places_) place.counter->give_up();
}

std::vector<ScreenSeen> Market::screens() const {
  std::vector<ScreenSeen> out;
  for (const Place& place : places_) {
    ScreenSeen screen;
    screen.core = place.core;
    screen.screen = place.screen;
    if (const display::Frame* frame = place.display->now()) {
      screen.live = place.display->streaming() && frame->connected;
      screen.version = frame->state.version;
      screen.status = frame->state.status;
      if (frame->state.order) screen.order = frame->state.order->value;
    }
    const Visit* newest = place.counter->newest();
    // Who won a race decides what the screen says of it.
    if (newest != nullptr && newest->kind != Kind::race) screen.newest_order = newest->order;
    out.push_back(std::move(screen));
  }
  return out;
}

std::uint64_t Market::steps_back() const {
  std::uint64_t sum = 0;
  for (const Place& place : places_) sum += place.display->steps_back();
  return sum;
}

}  // namespace trayline::chaos
