#include "standalone/simulate/core.hpp"

#include "lib/base/check.hpp"
#include "lib/base/digest.hpp"

namespace trayline::simulate {
namespace {

constexpr Millis kPublishRetryMost{300'000};
constexpr std::int64_t kSmallOutbox = 6'000;  // a few predictions

agent::Row row_of(std::string key, std::string topic, agent::Class cls, std::string payload) {
  agent::Row row;
  row.key = std::move(key);
  row.function = topic == "shown" ? "screen" : "camera";
  row.topic = std::move(topic);
  row.cls = cls;
  row.sha256 = sha256_hex(payload);
  row.payload = std::move(payload);
  return row;
}

void see(const Tray& tray, wire::Prediction& p) {
  const bool blurred = tray.sight == Sight::blurred;
  p.verdict = tray.sight == Sight::clear ? wire::Verdict::confident : wire::Verdict::review;
  for (const auto& [sku, count] : tray.items) {
    p.items.push_back({sku, count, blurred ? 0.5 : 0.97, blurred ? 1.05 : 3.0, std::nullopt, 0,
                       blurred ? std::vector<wire::RunnerUp>{{Sku("other"), 0.48}}
                               : std::vector<wire::RunnerUp>{}});
  }
  if (tray.sight == Sight::unknown_item) {
    p.verdict = wire::Verdict::unknown;
    p.items.push_back({Sku(std::string(wire::kUnknownSku)), 1, 0.4, 1.1, std::nullopt, 0, {}});
  }
  if (tray.sight == Sight::count_in_doubt) {
    wire::Alternative other;
    for (const wire::SeenItem& item : p.items) other.items.push_back({item.sku, item.count + 1});
    other.cost = p.cost + 0.001;
    p.alternatives.push_back(std::move(other));
  }
}

}  // namespace

Core::Core(Parts parts, CoreId id, std::vector<StationId> stations, std::vector<ScreenId> screens)
    : parts_(parts), id_(std::move(id)), clock_(parts.engine), screens_(std::move(screens)) {
  for (StationId& station : stations) {
    Place place;
    place.id = std::move(station);
    stations_.push_back(std::move(place));
  }
  start();
}

void Core::start() {
  if (!has_power_ || agent_) return;
  agent::OutboxLimits limits;
  if (parts_.swarm.small_outbox) limits.bytes_max = kSmallOutbox;
  agent_ = std::make_unique<Agent>(Agent::Parts{
      parts_.engine,
      parts_.swarm,
      parts_.plants,
      parts_.rules,
      parts_.broker,
      clock_,
      parts_.disk,
      {parts_.env, id_},
      limits,
      [this](bool up) {
        if (!up) return;
        for (const ScreenId& screen : screens_) report(screen);
      },
      [this](const std::string& topic, const std::string& body) { down(topic, body); }});
  if (!boards_) {
    std::vector<std::string> names;
    for (const ScreenId& screen : screens_) names.push_back(screen.value);
    boards_ = std::make_unique<screen::Boards>(names);
    boards_->from_file(boards_file_);
    for (const ScreenId& screen : screens_) {
      check(boards_->page_opened(screen.value).has_value(), "a screen of this core");
      paint(screen);
    }
  }
  publish_waiting();
}

const wire::ScreenState* Core::shows(std::size_t station) const {
  const screen::Board* board = boards_ ? boards_->find(screens_[station].value) : nullptr;
  return board != nullptr && board->state ? &*board->state : nullptr;
}

agent::Totals Core::totals() const { return agent_ ? agent_->totals() : last_totals_; }

void Core::put_tray(std::size_t station, Tray tray) {
  Place& place = stations_[station];
  place.visit = VisitId(uuid7(clock_.now(), parts_.engine.random));
  place.number = 0;
  place.uncertain = false;
  place.tray = std::move(tray);
  look(place);
}

void Core::change_tray(std::size_t station, Tray tray) {
  Place& place = stations_[station];
  place.tray = std::move(tray);
  look(place);
}

void Core::look(Place& place) {
  if (!has_power_) return;
  wire::Prediction p;
  p.id = PredictionId(uuid7(clock_.now(), parts_.engine.random));
  p.core = id_;
  p.station = place.id;
  p.visit = place.visit;
  p.number = ++place.number;
  p.visit_uncertain = place.uncertain && !parts_.plants.has("visits vouched for after a restart");
  p.device_time_ms = to_ms(clock_.now());
  see(*place.tray, p);
  for (const auto& [order, text] : place.tray->codes) p.codes.push_back(text);
  for (const auto& [user, text] : place.tray->customers) p.codes.push_back(text);
  p.image = sha256_hex(p.id.value);
  Look truth;
  truth.items = place.tray->items;
  truth.sure = place.tray->sight == Sight::clear && !place.uncertain;
  truth.core = id_;
  truth.visit = p.visit;
  truth.number = p.number;
  for (const auto& [order, text] : place.tray->codes) truth.codes.push_back(order);
  for (const auto& [user, text] : place.tray->customers) truth.customers.push_back(user);
  if (std::exchange(killer_next_, false)) {
    // Beyond three times in quick succession it is refused.
    parts_.killers[p.id.value] = static_cast<int>(parts_.engine.between(1, 6));
    truth.readable = false;
  }
  parts_.engine.note("prediction", {p.id.value, id_.value, place.id.value, std::to_string(p.number),
                                    truth.sure ? "sure" : "unsure"});
  parts_.rules.looked(p.id, std::move(truth));
  waiting_.push_back(row_of(p.id.value, "predictions", agent::Class::critical, to_json_text(p)));
  publish_waiting();
}

void Core::send_garbage() {
  if (!has_power_) return;
  const std::string key = uuid7(clock_.now(), parts_.engine.random);
  Look truth;
  truth.readable = false;
  parts_.rules.looked(PredictionId(key), std::move(truth));
  waiting_.push_back(
      row_of(key, "predictions", agent::Class::critical, "{\"id\":\"" + key + "\"}"));
  publish_waiting();
}

// The camera keeps what the agent has not taken, and asks again.
void Core::publish_waiting() {
  if (!agent_ || waiting_.empty() || std::exchange(publishing_, true)) return;
  agent_->put(waiting_.front(), [this](agent::PutResult result) {
    publishing_ = false;
    if (result == agent::PutResult::stored || result == agent::PutResult::repeated) {
      parts_.rules.accepted(id_, PredictionId(waiting_.front().key));
      waiting_.pop_front();
      retry_ = kPublishRetry;
      return publish_waiting();
    }
    parts_.engine.note("the outbox is full", {id_.value});
    parts_.engine.after(retry_, [this] { publish_waiting(); });
    retry_ = std::min(2 * retry_, kPublishRetryMost);
  });
}

void Core::down(const std::string& topic, const std::string& body) {
  const Result<wire::ScreenState> state = from_json_text<wire::ScreenState>(body);
  check(state.has_value(), "the cloud sends screen states that can be read");
  if (!boards_ || !topic.starts_with("down/screen/")) return;
  if (parts_.plants.has("screens take any version")) {
    return parts_.rules.painted(id_, *state);
  }
  const Result<screen::Effects> effects = boards_->take(*state, clock_.now());
  if (!effects) return;
  if (effects->keep) boards_file_ = boards_->to_file();
  if (effects->show) {
    parts_.engine.after(parts_.engine.between(Millis(5), Millis(300)),
                        [this, screen = state->screen] { paint(screen); });
  }
  if (effects->report) report(state->screen);
}

void Core::paint(const ScreenId& screen) {
  const screen::Board* board = boards_ ? boards_->find(screen.value) : nullptr;
  if (board == nullptr || !board->state) return;
  const wire::ScreenState state = *board->state;
  parts_.engine.note("painted",
                     {id_.value, screen.value, std::to_string(state.version), state.status});
  parts_.rules.painted(id_, state);
  const Result<screen::Effects> effects = boards_->paint(screen.value, state.version);
  if (effects && effects->report) report(screen);
}

void Core::report(const ScreenId& screen) {
  if (!agent_ || !boards_) return;
  agent_->put(row_of(uuid7(clock_.now(), parts_.engine.random), "shown", agent::Class::normal,
                     to_json_text(boards_->report(id_.value, screen.value))),
              [](agent::PutResult) {});
}

void Core::crash_agent() {
  if (!agent_) return;
  parts_.engine.note("the agent crashes", {id_.value});
  last_totals_ = agent_->totals();
  agent_.reset();
  publishing_ = false;
  parts_.engine.after(parts_.engine.between(Millis(500), Millis(20'000)), [this] { start(); });
}

// A visit under way cannot be vouched for afterwards.
void Core::cut_power() {
  if (!has_power_) return;
  parts_.engine.note("power is cut", {id_.value});
  if (agent_) last_totals_ = agent_->totals();
  agent_.reset();
  boards_.reset();
  waiting_.clear();
  publishing_ = false;
  killer_next_ = false;
  has_power_ = false;
  for (Place& place : stations_) place.uncertain = place.tray.has_value();
  const Millis most{parts_.engine.chance(0.5) ? 20'000 : 600'000};
  parts_.engine.after(parts_.engine.between(Millis(2'000), most), [this] {
    has_power_ = true;
    parts_.engine.note("power is back", {id_.value});
    start();
    for (Place& place : stations_) {
      if (place.tray) look(place);
    }
  });
}

}  // namespace trayline::simulate
