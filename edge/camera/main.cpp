// trayline-camera: the camera as an edge function. Started by the agent, which hands over its
// configuration; by hand it only explains itself.
#include <cstdio>
#include <cstring>

#include "edge/camera/config.hpp"
#include "edge/camera/service.hpp"
#include "lib/base/log.hpp"

namespace {

using trayline::Error;

constexpr const char* kHelp =
    "trayline-camera: looks at a tray and predicts what lies on it.\n"
    "An edge function: trayline-edge starts it and gives it, as JSON,\n"
    "  station     station.json of this place, with its picture of the empty tray\n"
    "  gallery     menu.gallery, made by `trayline vision enrol`\n"
    "  source      dir:FOLDER or pipe:PATH; the station's own where absent\n"
    "  station_id  the station's name within the core (\"1\")\n";

int give_up(trayline::edge::Function& hub, const Error& error) {
  trayline::log(trayline::Level::error, "camera cannot start", {{"why", error.detail}});
  hub.health("broken", error.detail);
  return 1;
}

int run() {
  using namespace trayline;
  edge::Function hub;
  if (const Result<void> ready = hub.ready(); !ready) {
    std::fprintf(stderr, "trayline-camera: %s\n\n%s", ready.error().detail.c_str(), kHelp);
    return 2;
  }
  const auto config = hub.config<camera::Config>();
  if (!config) return give_up(hub, config.error());
  auto station = camera::load_station(config->station);
  if (!station) return give_up(hub, station.error());
  auto gallery = camera::load_gallery(config->gallery);
  if (!gallery) return give_up(hub, gallery.error());
  const auto versions = camera::versions_of(*config, *gallery);
  if (!versions) return give_up(hub, versions.error());
  const SystemClock clock;
  SystemRandom random;
  const std::string uri = config->source.empty() ? station->source : config->source;
  auto source = camera::open_source(uri, clock, camera::Pacing::by_clock);
  if (!source) return give_up(hub, source.error());

  camera::Place place{CoreId(hub.core()), StationId(config->station_id),
                      camera::boot_id(),  *versions,
                      hub.work(),         hub.handover()};
  auto eye = camera::Camera::create(std::move(place), std::move(*station), std::move(*gallery),
                                    clock, random);
  if (!eye) return give_up(hub, eye.error());
  camera::Grabber grabber(std::move(*source));
  return camera::Service(hub, *eye, grabber, clock).run();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool asked = std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0;
    std::fputs(kHelp, asked ? stdout : stderr);
    return asked ? 0 : 2;
  }
  return run();
}
