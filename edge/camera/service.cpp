// Wiring on the function's thread.
#include "edge/camera/service.hpp"

#include <fstream>

#include "lib/base/log.hpp"

namespace trayline::camera {
namespace {

constexpr std::chrono::seconds kTick{1};
constexpr Millis kTroubleShown{10'000};  // how long a trouble stays on the health page
// Frames handled before the hub's messages are looked at again.
constexpr int kFramesAtOnce = 4;

// What repeating cannot mend.
bool is_final(Code code) {
  return code == Code::invalid_argument || code == Code::permission_denied ||
         code == Code::conflict;
}

}  // namespace

Service::Service(edge::Function& hub, Camera& camera, Grabber& grabber, const Clock& clock)
    : hub_(hub), camera_(camera), grabber_(grabber), clock_(clock), watchdog_(clock.monotonic()) {
  camera_.on_prediction([this](const wire::Prediction& p) { return publish(p); });
}

int Service::run() {
  hub_.watch(grabber_.fd(), [this] { look_for_frames(); });
  hub_.every(kTick, [this] { once_a_second(); });
  return hub_.run();
}

Result<void> Service::publish(const wire::Prediction& prediction) {
  const Result<std::int64_t> stored =
      hub_.publish("predictions", to_json(prediction),
                   {edge::To::cloud, edge::Class::critical, prediction.id.value});
  if (stored) {
    log(Level::info, "prediction stored",
        {{"prediction", prediction.id.value},
         {"visit", prediction.visit.value},
         {"number", prediction.number},
         {"items", prediction.items.size()},
         {"codes", prediction.codes.size()},
         {"verdict", enum_name(prediction.verdict)}});
    return {};
  }
  if (!is_final(stored.error().code)) return fail(stored.error());
  log(Level::error, "prediction refused by the hub",
      {{"prediction", prediction.id.value}, {"why", stored.error().detail}});
  return {};
}

void Service::trouble(const Error& error) {
  trouble_until_ = clock_.monotonic() + kTroubleShown;
  if (error == last_trouble_) return;
  last_trouble_ = error;
  log(Level::warning, "camera trouble", {{"why", error.detail}});
}

void Service::look_for_frames() {
  for (int i = 0; i < kFramesAtOnce; ++i) {
    std::optional<Frame> frame = grabber_.take();
    if (!frame) break;
    watchdog_.frame(clock_.monotonic());
    const Result<void> taken = camera_.take(std::move(*frame));
    if (!taken) trouble(taken.error());
  }
  while (const auto why = grabber_.trouble()) trouble({Code::unavailable, *why});
  tell_state();
}

void Service::once_a_second() {
  const Result<void> published = camera_.publish_waiting();
  if (!published) trouble(published.error());
  // Progress means frames: a camera that is alive but blind shall be restarted.
  const PictureState picture = watchdog_.state(clock_.monotonic(), grabber_.ended());
  if (picture == PictureState::live || picture == PictureState::ended) hub_.progress();
  tell_state();
}

void Service::tell_state() {
  const std::string picture(to_string(watchdog_.state(clock_.monotonic(), grabber_.ended())));
  const std::string settle(vision::to_string(camera_.state()));
  const bool in_trouble = clock_.monotonic() < trouble_until_;
  const std::string health = picture + (in_trouble ? ": " + last_trouble_.detail : "");
  if (health != told_health_) hub_.health(picture, in_trouble ? last_trouble_.detail : "");
  told_health_ = health;
  const GrabCounts counts = grabber_.counts();
  const Json state = Json::object({{"picture", picture},
                                   {"surface", settle},
                                   {"waiting", camera_.waiting()},
                                   {"bad_frames", counts.bad},
                                   {"lost_connections", counts.lost}});
  const std::string text = state.dump();
  if (text == told_state_) return;
  told_state_ = text;
  // Lost telemetry is told again with the next change.
  (void)hub_.publish_async("state", state, {edge::To::local, edge::Class::latest, {}});
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

}  // namespace trayline::camera
