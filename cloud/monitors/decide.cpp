// When a screen gets which state under which version. Rules only.
#include <algorithm>
#include <set>

#include "cloud/monitors/monitors.hpp"
#include "lib/wire/topics.hpp"

namespace trayline::monitors {
namespace {

constexpr Millis kFresh{60'000};
constexpr Millis kRepeatEvery{30'000};

void publish(Decision& d, const std::string& env, const CoreId& core,
             const wire::ScreenState& state) {
  d.out.publish.push_back(state_message(env, core, state));
}

bool has_room(const Snapshot& snapshot, const CoreId& core) {
  const auto first = snapshot.lower_bound({core, ScreenId()});
  const auto end = std::find_if(first, snapshot.end(),
                                [&](const auto& entry) { return entry.first.first != core; });
  return static_cast<std::size_t>(std::distance(first, end)) < kScreensPerCoreMax;
}

Decision refused(std::string reason, std::string payload) {
  Decision d;
  d.out.dead_letters.push_back(
      {std::string(wire::monitors::kService), std::move(reason), std::move(payload)});
  return d;
}

}  // namespace

bus::Message state_message(const std::string& env, const CoreId& core,
                           const wire::ScreenState& state) {
  return {wire::down_topic({env, core}, "screen", state.screen.value + "/state"),
          to_json_text(state)};
}

Decision decide_show(const Snapshot& snapshot, const std::string& env,
                     const wire::monitors::Show& show, Time now) {
  const ScreenKey key{show.core, show.state.screen};
  const auto found = snapshot.find(key);
  Screen screen = found == snapshot.end() ? Screen() : found->second;
  if (show.update && screen.state.order != show.state.order) return {};
  if (!show.boot_id.empty()) {
    if (show.boot_id == screen.boot_id && show.monotonic_ms < screen.monotonic_ms) return {};
    screen.boot_id = show.boot_id;
    screen.monotonic_ms = show.monotonic_ms;
  }
  const std::int64_t highest = std::max(screen.state.version, screen.painted.value_or(0));
  screen.state = show.state;
  screen.state.version = highest + 1;
  screen.state.since_ms = to_ms(now);
  Decision d;
  publish(d, env, show.core, screen.state);
  d.after = {key, std::move(screen)};
  return d;
}

Decision decide_shown(const Snapshot& snapshot, const std::string& env, const wire::Shown& shown,
                      Time now) {
  const ScreenKey key{shown.core, shown.screen};
  const auto found = snapshot.find(key);
  if (found == snapshot.end() && !has_room(snapshot, shown.core)) {
    return refused("too many screens on one core", to_json_text(shown));
  }
  Screen screen = found == snapshot.end() ? Screen() : found->second;
  screen.state.screen = shown.screen;
  screen.painted = shown.painted;
  screen.pages = shown.pages;
  screen.shown = now;
  // A screen that is new here has version 0, and lies below anything painted.
  const bool renew =
      found == snapshot.end() || shown.painted.value_or(0) > found->second.state.version;
  if (renew) {
    screen.state.version = shown.painted.value_or(0) + 1;
    screen.state.since_ms = to_ms(now);
  }
  Decision d;
  const bool news = found != snapshot.end() && found->second.painted != shown.painted;
  if (news && shown.painted == screen.state.version && screen.state.order) {
    d.painted = {*screen.state.order, key, screen.state.version, screen.state.status, now};
  }
  if (renew || shown.start) publish(d, env, shown.core, screen.state);
  d.after = {key, std::move(screen)};
  return d;
}

void keep_last_per_topic(std::vector<host::Output>& outputs) {
  std::set<std::string> later;
  for (auto output = outputs.rbegin(); output != outputs.rend(); ++output) {
    std::erase_if(output->publish,
                  [&](const bus::Message& message) { return !later.insert(message.topic).second; });
  }
}

bool is_repeat_due(Time since, std::optional<Time> last, Time now) {
  if (!last || now - since < kFresh) return true;
  return (now - since) / kRepeatEvery != (*last - since) / kRepeatEvery;
}

}  // namespace trayline::monitors
