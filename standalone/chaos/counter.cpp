#include "standalone/chaos/counter.hpp"

namespace trayline::chaos {
namespace {

constexpr Millis kAgain{60};
constexpr Millis kAnswerWithin{5'000};
// A stream says something each 15 s.
constexpr Millis kSilenceMax{20'000};

Json seen(const char* sku, std::int64_t count) {
  return Json::object({{"sku", sku}, {"count", count}, {"score", 0.97}, {"margin", 3}});
}

}  // namespace

// Callbacks of a visit that is over do nothing.
template <class Callback>
auto Counter::alive(Callback callback) {
  return [guard = std::weak_ptr<int>(live_), callback = std::move(callback)](auto&&... arguments) {
    if (!guard.expired()) callback(std::forward<decltype(arguments)>(arguments)...);
  };
}

Counter::Counter(Surroundings& around, Feeder& feeder, std::string core, std::string station)
    : around_(around), feeder_(feeder), core_(std::move(core)), station_(std::move(station)) {}
Counter::~Counter() = default;

void Counter::let_in(bool open) {
  open_ = open;
  if (open_ && idle()) begin();
}

void Counter::later(Millis wait, std::function<void()> step) {
  timers_.push_back(around_.loop.after(wait, alive(std::move(step))));
}

void Counter::begin() {
  timers_.clear();
  Random& random = around_.random;
  Visit visit;
  visit.kind = draw_kind(random);
  visit.core = core_;
  visit.station = station_;
  visit.phone = static_cast<std::size_t>(random.below(around_.tokens.size()));
  soups_ = 1 + static_cast<std::int64_t>(random.below(2));
  rolls_ = 1 + static_cast<std::int64_t>(random.below(3));
  visit.total_minor = soups_ * kSoupMinor + rolls_ * kRollMinor;
  around_.visits.push_back(std::move(visit));
  visit_ = &around_.visits.back();
  lines_ = Json::Array{Json::object({{"sku", "soup"}, {"quantity", soups_}}),
                       Json::object({{"sku", "roll"}, {"quantity", rolls_}})};
  live_ = std::make_shared<int>(0);
  key_ = uuid7(around_.clock.now(), random);
  cancel_key_ = uuid7(around_.clock.now(), random);
  stay_ = uuid7(around_.clock.now(), random);
  acted_ = corrected_ = false;
  place();
}

http::ClientRequest Counter::request(const std::string& method, const std::string& path) const {
  const std::size_t host =
      static_cast<std::size_t>(around_.random.below(around_.stage.cloud_ports.size()));
  http::ClientRequest out;
  out.method = method;
  out.url = around_.stage.cloud_url(host) + path;
  out.headers = {{"Authorization", "Bearer " + around_.tokens[visit_->phone]}};
  out.timeout = kAnswerWithin;
  return out;
}

void Counter::place() {
  http::ClientRequest ask = request("POST", "/v1/orders");
  ask.headers.emplace_back("Content-Type", "application/json");
  ask.headers.emplace_back("Idempotency-Key", key_);
  ask.body = Json::object({{"site", "main"}, {"lines", lines_}}).dump();
  around_.http.send(std::move(ask),
                    alive([this](const Result<http::Response>& response) { placed(response); }));
  around_.moments.note(Moment::ordered);
}

void Counter::placed(const Result<http::Response>& response) {
  if (!response || response->status / 100 != 2 || response->status == 202) {
    return later(kAgain, [this] { place(); });
  }
  const Result<Json> order = parse_json(response->body);
  if (!order || order->text_at("id").empty()) return later(kAgain, [this] { place(); });
  visit_->order = order->text_at("id");
  around_.moments.note(Moment::placed);
  follow();
}

void Counter::follow() {
  reader_ = display::EventReader();
  http::ClientRequest ask = request("GET", "/v1/orders/" + visit_->order + "/events");
  ask.headers.emplace_back("Accept", "text/event-stream");
  ask.timeout = kSilenceMax;
  around_.http.stream(
      std::move(ask),
      [this, guard = std::weak_ptr<int>(live_)](std::string_view chunk) {
        if (guard.expired()) return false;
        heard(chunk);
        return !guard.expired();
      },
      alive([this](const Result<http::Response>&) { later(kAgain, [this] { follow(); }); }));
}

void Counter::heard(std::string_view chunk) {
  for (const display::Event& event : reader_.feed(chunk)) {
    const Result<Json> order = parse_json(event.data);
    if (event.event == "order" && order && visit_ != nullptr) heard_order(*order);
  }
}

void Counter::heard_order(const Json& order) {
  const std::string state = order.text_at("state");
  const bool news = state != std::exchange(visit_->told, state);
  if (news && state == "paid") {
    around_.moments.settled(order.text_at("updated_at"));
    around_.moments.note(Moment::paid);
  }
  if (state == "authorised" && !std::exchange(acted_, true)) act(order.text_at("code"));
  if (state == "mismatch" && visit_->kind == Kind::corrected && !std::exchange(corrected_, true)) {
    put(order.text_at("code"), true, true);
  }
  look_for_end();
}

void Counter::act(const std::string& code) {
  const Kind kind = visit_->kind;
  if (kind == Kind::cancel) return cancel();
  put(code, kind != Kind::mismatch && kind != Kind::corrected, kind != Kind::unsure);
  if (kind == Kind::race) cancel();
}

void Counter::put(const std::string& code, bool whole, bool sure) {
  const std::size_t tray = visit_->trays.size();
  visit_->trays.push_back({uuid7(around_.clock.now(), around_.random), false});
  Json::Array items{seen("soup", soups_)};
  if (whole) items.push_back(seen(sure ? "roll" : "unknown", rolls_));
  const Json body = Json::object({{"id", visit_->trays[tray].prediction},
                                  {"core", core_},
                                  {"station", station_},
                                  {"visit", stay_},
                                  {"number", static_cast<std::int64_t>(tray + 1)},
                                  {"monotonic_ms", around_.clock.monotonic().count()},
                                  {"boot_id", "the bench"},
                                  {"codes", Json::Array{code}},
                                  {"items", std::move(items)},
                                  {"verdict", sure ? "confident" : "review"}});
  newest_ = visit_;
  hand_over(tray, body, visit_->kind == Kind::repeat);
}

void Counter::hand_over(std::size_t tray, const Json& body, bool again) {
  // The visit outlives its end here: an answer may come later than that.
  Visit* visit = visit_;
  const std::string& key = visit->trays[tray].prediction;
  feeder_.publish(key, "predictions", body, [this, visit, tray, body, again] {
    visit->trays[tray].accepted = true;
    around_.moments.note(Moment::accepted);
    if (visit != visit_) return;
    if (again) hand_over(tray, body, false);
    look_for_end();
  });
  around_.moments.note(Moment::sent);
}

void Counter::cancel() {
  http::ClientRequest ask = request("POST", "/v1/orders/" + visit_->order + "/cancel");
  ask.headers.emplace_back("Content-Type", "application/json");
  ask.headers.emplace_back("Idempotency-Key", cancel_key_);
  ask.body = R"({"reason":"changed my mind"})";
  around_.http.send(std::move(ask), alive([this](const Result<http::Response>& response) {
                      // 409: it is being paid for.
                      const int status = response ? response->status : 0;
                      if (status != 200 && status != 409)
                        return later(kAgain, [this] { cancel(); });
                      visit_->cancel_answered = true;
                      look_for_end();
                    }));
}

void Counter::look_for_end() {
  if (visit_ == nullptr || !has_ended(*visit_)) return;
  visit_->over = true;
  visit_ = nullptr;
  live_.reset();
  const auto most = static_cast<std::uint64_t>(around_.pause.count());
  next_ =
      around_.loop.after(Millis(static_cast<std::int64_t>(around_.random.below(most + 1))), [this] {
        if (open_ && idle()) begin();
      });
}

void Counter::give_up() {
  if (visit_ == nullptr) return;
  visit_->stuck = true;
  visit_ = nullptr;
  live_.reset();
}

}  // namespace trayline::chaos
