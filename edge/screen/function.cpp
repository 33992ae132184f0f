#include "edge/screen/function.hpp"

#include <algorithm>

#include "edge/screen/server.hpp"
#include "lib/base/log.hpp"

namespace trayline::screen {

Result<int> serve(edge::Function& hub, Loop& loop, const Clock& clock) {
  if (auto ready = hub.ready(); !ready) return fail(ready.error());
  const Result<Settings> settings = hub.config<Settings>();
  if (!settings) return fail(settings.error());
  if (!std::all_of(settings->screens.begin(), settings->screens.end(),
                   [](const std::string& id) { return is_name(id); })) {
    return fail(Code::invalid_argument, "a screen must be [A-Za-z0-9_-]{1,64}");
  }
  const ServerConfig config{settings->screens, settings->address, settings->port,
                            hub.work().empty() ? "" : hub.work() + "/screens.json", hub.core()};
  // The newest report replaces the one before; a screen's pages are told apart by the cloud.
  const edge::PublishOptions options{
      .to = edge::To::cloud,
      .cls = settings->screens.size() == 1 ? edge::Class::latest : edge::Class::normal,
      .key = ""};
  Result<std::unique_ptr<Server>> server =
      Server::start(loop, clock, config, [&](const wire::Shown& shown) {
        const auto sent = hub.publish_async("shown", to_json(shown), options);
        if (!sent) log(Level::warning, "a report was not taken", {{"why", sent.error().detail}});
      });
  if (!server) return fail(server.error());
  hub.on("down/screen/+/state", [&](const edge::Message& message) -> edge::Outcome {
    const Result<wire::ScreenState> state = from_json<wire::ScreenState>(message.body);
    const Result<void> taken = state ? (*server)->take(*state) : fail(state.error());
    if (taken) return edge::Done{};
    log(Level::warning, "a state that cannot be shown", {{"why", taken.error().detail}});
    return edge::Drop{};
  });
  hub.on("agent/uplink", [&](const edge::Message& message) {
    const Json* connected = message.body.at("connected");
    (*server)->uplink(connected != nullptr && connected->as_bool() != nullptr &&
                      *connected->as_bool());
  });
  hub.health("ready",
             "http://" + settings->address + ":" + std::to_string((*server)->port()) + "/");
  bool gone = false;
  const Loop::Watch watch = loop.watch(hub.fd(), true, false, [&](bool, bool) {
    if (hub.step(Millis(0))) return;
    gone = !hub.stopped();
    loop.stop();
  });
  loop.on_stop_signal([&] { loop.stop(); });
  loop.run();
  return gone ? 1 : 0;
}

}  // namespace trayline::screen
