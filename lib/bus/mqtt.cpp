// The bus over MQTT: one Link for each connection, so certificates are read anew each time.
// Whatever a turn of the loop wants to send leaves with one write at its end.
#include "lib/bus/mqtt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <vector>

#include "lib/base/log.hpp"
#include "lib/base/utf8.hpp"
#include "lib/bus/backoff.hpp"
#include "lib/bus/codec.hpp"
#include "lib/bus/link.hpp"

namespace trayline::bus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kConnectTimeout{10'000};  // from the first packet to the broker's answer
constexpr std::size_t kSubscriptionsMax = 1000;
constexpr std::size_t kInFlightHardMax = 60'000;  // packet ids are 16 bits
constexpr std::size_t kPayloadHardMax = 128 << 20;

class MqttBus final : public Bus {
 public:
  MqttBus(Loop& loop, Random& random, MqttConfig config)
      : loop_(loop), random_(random), config_(std::move(config)) {
    later([this] { attempt(); });
  }
  ~MqttBus() override {
    if (!connected_) return;
    encode_disconnect(link_->out());
    static_cast<void>(link_->flush());
  }
  MqttBus(const MqttBus&) = delete;
  MqttBus& operator=(const MqttBus&) = delete;

  Result<void> subscribe(const std::string& filter, Handler handler) override {
    if (!is_filter(filter)) return fail(Code::invalid_argument, "no MQTT filter: " + filter);
    if (subscriptions_.size() >= kSubscriptionsMax)
      return fail(Code::exhausted,
                  fmt::format("more than {} subscriptions on a bus", kSubscriptionsMax));
    subscriptions_.push_back({filter, std::move(handler)});
    if (connected_) later([this, at = subscriptions_.size() - 1] { ask_for(at); });
    return {};
  }

  void publish(Message message, Published done) override {
    if (auto allowed = may_publish(message); !allowed)
      return later([done = std::move(done), allowed] { done(allowed); });
    const std::uint16_t id = next_id();
    encode_publish(frames(), id, message.topic, message.payload);
    in_flight_.emplace(id, std::move(done));
  }

  void send(Message message) override {
    if (may_send(message)) encode_publish(frames(), std::nullopt, message.topic, message.payload);
  }

  bool connected() const override { return connected_; }
  void on_connection(std::function<void(bool)> task) override {
    on_connection_.push_back(std::move(task));
    if (connected_)
      later([this, at = on_connection_.size() - 1] {
        if (connected_) on_connection_[at](true);
      });
  }

 private:
  struct Subscription {
    std::string filter;
    Handler handler;
  };

  // Runs the task on the loop, unless the bus is gone by then.
  void later(Loop::Task task) {
    loop_.post([alive = std::weak_ptr<int>(alive_), task = std::move(task)] {
      if (!alive.expired()) task();
    });
  }

  Result<void> may_send(const Message& message) const {
    if (!is_topic(message.topic))
      return fail(Code::invalid_argument, "no MQTT topic: " + message.topic);
    if (message.payload.size() > config_.payload_bytes_max)
      return fail(Code::invalid_argument,
                  fmt::format("a payload of {} bytes, {} are allowed", message.payload.size(),
                              config_.payload_bytes_max));
    if (!connected_) return fail(Code::unavailable, "the broker is away");
    if (link_->unsent() > kUnsentBytesMax)
      return fail(Code::exhausted,
                  fmt::format("{} bytes that the broker has not taken", link_->unsent()));
    return {};
  }

  Result<void> may_publish(const Message& message) const {
    if (auto sendable = may_send(message); !sendable) return sendable;
    if (in_flight_.size() >= config_.in_flight_max)
      return fail(Code::exhausted,
                  fmt::format("{} publications without an answer", in_flight_.size()));
    return {};
  }

  void attempt() {
    ++connection_;
    auto link = Link::open(loop_, config_, [this] { turn(); });
    if (!link) return lose(link.error().detail);
    link_ = std::move(*link);
    encode_connect(link_->out(), config_.client_id,
                   static_cast<std::uint16_t>(config_.keep_alive.count()), config_.clean_session);
    deadline_ = loop_.after(kConnectTimeout, [this] { lose("no answer in time"); });
  }

  // What has come, to everybody concerned, then what that and others want to send.
  void turn() {
    flush_due_ = true;
    const std::size_t before = in_.size();
    const auto received = link_->receive(in_);
    heard_ = heard_ || in_.size() > before;
    if (const auto taken = take_frames(); !taken) return lose(taken.error().detail);
    if (!received) return lose(received.error().detail);
    flush();
  }

  void flush() {
    flush_due_ = false;
    if (const auto sent = link_->flush(); !sent) lose(sent.error().detail);
  }

  // Where to append frames; they leave at the end of the turn.
  std::string& frames() {
    said_ = true;
    if (!std::exchange(flush_due_, true))
      later([this, at = connection_] {
        if (at == connection_) flush();
      });
    return link_->out();
  }

  std::uint16_t next_id() {
    do {
      last_id_ = static_cast<std::uint16_t>(last_id_ % 0xffff + 1);
    } while (in_flight_.contains(last_id_) || asked_.contains(last_id_));
    return last_id_;
  }

  // Takes the frames of in_; what is left is the beginning of one.
  Result<void> take_frames() {
    std::string_view rest = in_;
    std::size_t too_large = 0;
    Result<void> taken;
    for (;;) {
      const std::size_t dropped = std::min(drop_, rest.size());
      rest.remove_prefix(dropped);
      drop_ -= dropped;
      const auto frame = decode(rest, config_.payload_bytes_max);
      if (!frame) taken = fail(frame.error());
      if (!frame || !*frame) break;
      if (taken = take((*frame)->packet, too_large); !taken) break;
      drop_ = (*frame)->bytes;
    }
    if (too_large > 0)
      log(Level::warning, "mqtt messages above the limit were dropped",
          {{"count", too_large}, {"bytes_max", config_.payload_bytes_max}});
    in_.erase(0, in_.size() - rest.size());
    return taken;
  }

  Result<void> take(const Packet& packet, std::size_t& too_large) {
    const auto* const accepted = std::get_if<ConnAck>(&packet);
    if (accepted != nullptr && accepted->code != 0)
      return fail(Code::unavailable, connack_text(accepted->code));
    if ((accepted != nullptr) == connected_)
      return fail(Code::unavailable, connected_ ? "the broker accepted the connection twice"
                                                : "the broker began without accepting");
    if (accepted != nullptr) {
      enter();
    } else if (const auto* const answer = std::get_if<PubAck>(&packet)) {
      if (auto found = in_flight_.extract(answer->id)) found.mapped()({});
    } else if (const auto* const granted = std::get_if<SubAck>(&packet)) {
      const auto asked = asked_.extract(granted->id);
      if (asked && granted->refused)
        log(Level::error, "mqtt broker refused a subscription",
            {{"filter", subscriptions_[asked.mapped()].filter}});
    } else if (const auto* const message = std::get_if<Publish>(&packet)) {
      if (message->too_large)
        ++too_large;
      else
        deliver(*message);
      if (message->id != 0) encode_puback(frames(), message->id);
    }
    return {};
  }

  void enter() {
    connected_ = true;
    backoff_.reset();
    deadline_ = {};
    heard_ = said_ = true;
    beat_ = loop_.after(config_.keep_alive / 2, [this] { beat(); });
    log(Level::info, "mqtt connected", {{"host", config_.host}, {"port", config_.port}});
    for (std::size_t i = 0; i < subscriptions_.size(); ++i) ask_for(i);
    tell(true);
  }

  // Twice in each keep_alive: pings where one side was silent, and gives up a broker from whom
  // nothing came since the last ping.
  void beat() {
    beat_ = loop_.after(config_.keep_alive / 2, [this] { beat(); });
    const std::uint64_t at = connection_;
    turn();  // what waits to be read was heard
    if (at != connection_) return;
    if (pinged_ && !heard_) return lose("the broker has fallen silent");
    pinged_ = !heard_ || !said_;
    if (pinged_) encode_pingreq(frames());
    heard_ = said_ = false;
  }

  void ask_for(std::size_t subscription) {
    if (!connected_) return;
    const std::uint16_t id = next_id();
    encode_subscribe(frames(), id, subscriptions_[subscription].filter);
    asked_[id] = subscription;
  }

  void deliver(const Publish& message) {
    // By index and by copy: a handler may subscribe.
    for (std::size_t i = 0; i < subscriptions_.size(); ++i) {
      if (!matches(subscriptions_[i].filter, message.topic)) continue;
      const Handler handler = subscriptions_[i].handler;
      handler({std::string(message.topic), std::string(message.payload)});
    }
  }

  void lose(std::string reason) {
    ++connection_;
    link_.reset();
    deadline_ = {};
    beat_ = {};
    in_.clear();
    drop_ = 0;
    flush_due_ = pinged_ = false;
    asked_.clear();
    const milliseconds wait = backoff_.next(random_);
    log(Level::warning, connected_ ? "mqtt connection lost" : "mqtt broker cannot be reached",
        {{"host", config_.host},
         {"port", config_.port},
         {"error", std::string_view(reason)},
         {"retry_ms", wait.count()}});
    retry_ = loop_.after(wait, [this] { attempt(); });
    const bool was_connected = std::exchange(connected_, false);
    const auto lost = std::exchange(in_flight_, {});
    for (const auto& [id, done] : lost)
      done(fail(Code::unavailable, "the connection was lost: " + reason));
    if (was_connected) tell(false);
  }

  void tell(bool connected) {
    for (std::size_t i = 0; i < on_connection_.size(); ++i) on_connection_[i](connected);
  }

  Loop& loop_;
  Random& random_;
  MqttConfig config_;
  std::vector<Subscription> subscriptions_;
  std::vector<std::function<void(bool)>> on_connection_;
  std::map<std::uint16_t, Published> in_flight_;  // by packet id
  std::map<std::uint16_t, std::size_t> asked_;    // packet id -> subscription
  std::unique_ptr<Link> link_;                    // none while waiting for the next attempt
  std::string in_;        // received and not taken: the beginning of a frame
  std::size_t drop_ = 0;  // bytes to come that nobody needs
  std::uint16_t last_id_ = 0;
  std::uint64_t connection_ = 0;  // counts attempts and losses
  bool connected_ = false;
  bool flush_due_ = false;             // somebody will flush in this turn
  bool heard_ = false, said_ = false;  // since the last beat
  bool pinged_ = false;                // at the last beat
  Backoff backoff_;
  Loop::Timer deadline_;
  Loop::Timer beat_;
  Loop::Timer retry_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

Result<void> must_be_readable(const std::string& path, std::string_view what) {
  std::ifstream file(path);
  if (path.empty() || !file || file.peek() == std::ifstream::traits_type::eof())
    return fail(Code::invalid_argument,
                fmt::format("{} \"{}\" is missing, empty or unreadable", what, path));
  return {};
}

Result<void> validate(const MqttConfig& config) {
  const auto wrong = [](std::string text) { return fail(Code::invalid_argument, std::move(text)); };
  if (config.host.empty()) return wrong("the MQTT host is empty");
  if (config.client_id.empty() && !config.clean_session)
    return wrong("a lasting MQTT session needs a client id");
  if (config.client_id.size() > kTextBytesMax || !is_utf8(config.client_id) ||
      config.client_id.find('\0') != std::string::npos)
    return wrong(fmt::format("client_id must be UTF-8 of at most {} bytes", kTextBytesMax));
  if (config.in_flight_max == 0 || config.in_flight_max > kInFlightHardMax)
    return wrong(fmt::format("in_flight_max must be 1 to {}", kInFlightHardMax));
  if (config.payload_bytes_max > kPayloadHardMax)
    return wrong(fmt::format("payload_bytes_max must be at most {}", kPayloadHardMax));
  if (config.keep_alive < seconds(5) || config.keep_alive > seconds(65535))
    return wrong("keep_alive must be 5 to 65535 seconds");
  const bool identity = !config.cert_file.empty() || !config.key_file.empty();
  if (config.ca_file.empty() && identity)
    return wrong("a client certificate needs the CA's certificate (ca_file) as well");
  if (config.ca_file.empty()) return {};
  if (auto ca = must_be_readable(config.ca_file, "CA certificate"); !ca) return ca;
  if (!identity) return {};
  if (auto cert = must_be_readable(config.cert_file, "client certificate"); !cert) return cert;
  return must_be_readable(config.key_file, "client key");
}

}  // namespace

Result<std::unique_ptr<Bus>> connect_mqtt(Loop& loop, Random& random, MqttConfig config) {
  if (auto valid = validate(config); !valid) return fail(valid.error());
  return std::make_unique<MqttBus>(loop, random, std::move(config));
}

}  // namespace trayline::bus
