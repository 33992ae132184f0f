#include "sim/display/display.hpp"

#include <deque>

#include "lib/base/encoding.hpp"
#include "lib/base/log.hpp"
#include "sim/display/events.hpp"

namespace trayline::display {
namespace {

constexpr Millis kReconnect{200};
// The server sends a comment every 15 s; longer silence is a loss.
constexpr Millis kSilenceMax{45'000};

}  // namespace

// Shared with callbacks of the client, which may come after the Display is gone.
struct Display::State : std::enable_shared_from_this<Display::State> {
  State(Loop& l, const Clock& c, std::string b, std::string s)
      : loop(l), clock(c), base(std::move(b)), screen(std::move(s)), client(l) {}

  Loop& loop;
  const Clock& clock;
  const std::string base;
  const std::string screen;
  http::Client client;
  EventReader reader;
  Loop::Timer again;
  std::vector<Frame> frames;
  std::function<void(const Frame&)> task;
  std::uint64_t steps_back = 0;
  bool streaming = false;
  bool closed = false;

  void connect() {
    reader = EventReader();
    http::ClientRequest request;
    request.url = base + "/events?screen=" + percent_encode(screen);
    request.timeout = kSilenceMax;
    client.stream(
        std::move(request),
        [self = weak_from_this()](std::string_view chunk) {
          const std::shared_ptr<State> state = self.lock();
          return state != nullptr && !state->closed && state->take(chunk);
        },
        [self = weak_from_this()](const Result<http::Response>&) {
          const std::shared_ptr<State> state = self.lock();
          if (state == nullptr || state->closed) return;
          state->streaming = false;
          state->again = state->loop.after(kReconnect, [raw = state.get()] { raw->connect(); });
        });
  }

  bool take(std::string_view chunk) {
    streaming = true;
    for (const Event& event : reader.feed(chunk)) {
      if (event.event == "state") show(event.data);
    }
    return true;
  }

  void show(const std::string& data) {
    const Result<Json> json = parse_json(data);
    const Json* shown = json ? json->at("state") : nullptr;
    if (shown == nullptr || shown->is_null()) return;
    const Result<wire::ScreenState> state = from_json<wire::ScreenState>(*shown);
    if (!state) {
      log(Level::warning, "a state that no page could show", {{"why", state.error().detail}});
      return;
    }
    if (!frames.empty() && state->version < frames.back().state.version) {
      ++steps_back;
      return;
    }
    const Json* connected = json->at("connected");
    const bool up =
        connected == nullptr || connected->as_bool() == nullptr || *connected->as_bool();
    if (frames.empty() || frames.back().connected != up || !(frames.back().state == *state)) {
      frames.push_back({clock.now(), up, *state});
      if (task) task(frames.back());
    }
    paint(state->version);
  }

  void paint(std::int64_t version) {
    http::ClientRequest request;
    request.method = "POST";
    request.url = base + "/painted";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = Json::object({{"screen", screen}, {"version", version}}).dump();
    // What is lost comes again: the stream repeats the state when it is opened anew.
    client.send(std::move(request), [](const auto&) {});
  }
};

Display::Display(Loop& loop, const Clock& clock, std::string base, std::string screen)
    : state_(std::make_shared<State>(loop, clock, std::move(base), std::move(screen))) {
  state_->connect();
}

Display::~Display() { state_->closed = true; }

const std::vector<Frame>& Display::frames() const { return state_->frames; }
const Frame* Display::now() const {
  return state_->frames.empty() ? nullptr : &state_->frames.back();
}
bool Display::streaming() const { return state_->streaming; }
std::uint64_t Display::steps_back() const { return state_->steps_back; }
void Display::on_frame(std::function<void(const Frame&)> task) { state_->task = std::move(task); }

}  // namespace trayline::display
