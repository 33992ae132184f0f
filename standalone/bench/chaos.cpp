#include "standalone/bench/chaos.hpp"

#include <map>
#include <set>

#include "lib/base/clock.hpp"
#include "lib/base/json.hpp"
#include "lib/base/random.hpp"
#include "lib/bus/mqtt.hpp"
#include "lib/http/client.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::bench {
namespace {

constexpr Millis kRepeatAfter{2'000};  // as the edge's first wait
constexpr Millis kLookEvery{200};
constexpr int kSettleSeconds = 10;  // after the last state, for acknowledgements still due

// Stands for the outboxes of all cores, which the generator does not have: it sees every
// prediction on its way and sends it again, every 2 s, until the cloud has acknowledged it.
class Outbox {
 public:
  Outbox(Loop& loop, bus::Bus& bus) : loop_(loop), bus_(bus) {}
  Result<void> open() {
    if (auto r =
            bus_.subscribe("+/up/camera/predictions", [this](const bus::Message& m) { keep(m); });
        !r) {
      return r;
    }
    if (auto r = bus_.subscribe("+/down/agent/acks", [this](const bus::Message& m) { forget(m); });
        !r) {
      return r;
    }
    look();
    return {};
  }
  std::uint64_t repeats() const { return repeats_; }

 private:
  struct Waiting {
    bus::Message message;
    Millis due;
  };
  static std::string member(const bus::Message& message, const std::string& name) {
    const Result<Json> body = parse_json(message.payload);
    return body ? body->text_at(name) : std::string();
  }
  void keep(const bus::Message& message) {
    const std::string id = member(message, "id");
    if (!answered_.contains(id))
      waiting_.try_emplace(id, Waiting{message, clock_.monotonic() + kRepeatAfter});
  }
  void forget(const bus::Message& message) {
    const std::string id = member(message, "prediction");
    answered_.insert(id);
    waiting_.erase(id);
  }
  void look() {
    const Millis now = clock_.monotonic();
    for (auto& [id, waiting] : waiting_) {
      if (waiting.due > now) continue;
      waiting.due = now + kRepeatAfter;
      ++repeats_;
      bus_.publish(waiting.message, [](Result<void>) {});
    }
    timer_ = loop_.after(kLookEvery, [this] { look(); });
  }

  Loop& loop_;
  bus::Bus& bus_;
  const SystemClock clock_;
  std::map<std::string, Waiting> waiting_;  // by prediction
  std::set<std::string> answered_;
  std::uint64_t repeats_ = 0;
  Loop::Timer timer_;
};

Result<void> lose_replies(const Ground& ground, int per_mille) {
  http::ClientRequest request;
  request.method = "POST";
  request.url = "http://127.0.0.1:" + std::to_string(ground.double_port) + "/_set";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "lost_reply_per_mille=" + std::to_string(per_mille);
  const auto response = http::fetch(request);
  if (!response) return fail(response.error());
  if (response->status != 200) return fail(Code::unavailable, "double: " + response->body);
  return {};
}

// Kills and looks until the generator has ended.
class Run {
 public:
  Run(Loop& loop, Ours& ours, Load& load, std::chrono::seconds kill_every)
      : loop_(loop), ours_(ours), load_(load), kill_every_(kill_every) {}
  Result<int> until_end() {
    look();
    kill_timer_ = loop_.after(kill_every_, [this] { kill(); });
    loop_.run();
    if (!failed_) return fail(failed_.error());
    return kills_;
  }

 private:
  void look() {
    if (load_.ended_within(0)) return loop_.stop();
    look_timer_ = loop_.after(kLookEvery, [this] { look(); });
  }
  void kill() {
    ++kills_;
    failed_ = ours_.start_after_kill();
    if (!failed_) return loop_.stop();
    kill_timer_ = loop_.after(kill_every_, [this] { kill(); });
  }

  Loop& loop_;
  Ours& ours_;
  Load& load_;
  const std::chrono::seconds kill_every_;
  int kills_ = 0;
  Result<void> failed_;
  Loop::Timer look_timer_;
  Loop::Timer kill_timer_;
};

}  // namespace

Result<ChaosResult> run_chaos(const Ground& ground, Ours& ours, const ChaosOptions& options) {
  Loop loop;
  SystemRandom random;
  bus::MqttConfig config;
  config.port = ground.broker_port;
  config.client_id = "outboxes";
  Result<std::unique_ptr<bus::Bus>> bus = bus::connect_mqtt(loop, random, config);
  if (!bus) return fail(bus.error());
  Outbox outbox(loop, **bus);
  if (auto opened = outbox.open(); !opened) return fail(opened.error());
  (*bus)->on_connection([&loop](bool) { loop.stop(); });
  loop.run();  // until it is connected
  if (auto set = lose_replies(ground, options.lost_replies_per_mille); !set)
    return fail(set.error());

  Orders& orders = ours.orders();
  LoadSpec spec{ours.config(), orders.tsv, orders.used, options.orders, options.in_flight, {}};
  spec.more = {"dup_per_mille=" + std::to_string(options.twice_per_mille), "timeout=60",
               "linger=" + std::to_string(kSettleSeconds)};
  orders.used += options.orders;
  Result<Load> load = Load::start(ground.dir, spec);
  if (!load) return fail(load.error());
  const Result<int> kills = Run(loop, ours, *load, options.kill_every).until_end();
  if (!kills) return fail(kills.error());
  if (auto set = lose_replies(ground, 0); !set) return fail(set.error());
  Result<Measure> measure = load->measure();
  if (!measure) return fail(measure.error());
  return ChaosResult{std::move(*measure), *kills, outbox.repeats()};
}

}  // namespace trayline::bench
