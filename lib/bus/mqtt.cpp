// The bus over MQTT. One libmosquitto handle per connection: its own queue and its own reconnecting
// stay unused, and certificates are read anew each time. Its callbacks only take notes; handlers
// run after the library has returned.
#include "lib/bus/mqtt.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <mosquitto.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <vector>

#include "lib/base/log.hpp"
#include "lib/bus/backoff.hpp"

namespace trayline::bus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kConnectTimeout{10'000};  // from the first packet to the broker's answer
constexpr milliseconds kMiscInterval{1000};      // keep-alive and time-outs of the library
constexpr std::size_t kSubscriptionsMax = 1000;
constexpr std::size_t kInFlightHardMax = 60'000;  // packet ids are 16 bits
constexpr std::size_t kPayloadHardMax = 128 << 20;
constexpr int kQos = 1;
constexpr int kSubscriptionFailed = 0x80;  // MQTT 3.1.1, 3.9.3

using Handle = std::unique_ptr<mosquitto, decltype(&mosquitto_destroy)>;

// What the library said during one call into it.
struct Notes {
  bool accepted = false;
  int refused = 0;  // return code of the CONNACK
  std::vector<int> answered;
  std::vector<int> unsubscribed;  // ids of subscriptions that the broker refused
  std::vector<Message> messages;
  std::size_t payload_bytes_max = 0;
  std::size_t too_large = 0;
};

void note_connect(mosquitto*, void* notes, int code) {
  auto& out = *static_cast<Notes*>(notes);
  out.accepted = code == 0;
  out.refused = code;
}
void note_publish(mosquitto*, void* notes, int id) {
  static_cast<Notes*>(notes)->answered.push_back(id);
}
void note_subscribe(mosquitto*, void* notes, int id, int count, const int* granted) {
  if (count > 0 && granted[0] >= kSubscriptionFailed)
    static_cast<Notes*>(notes)->unsubscribed.push_back(id);
}
void note_message(mosquitto*, void* notes, const mosquitto_message* message) {
  auto& out = *static_cast<Notes*>(notes);
  const auto size = static_cast<std::size_t>(message->payloadlen);
  if (size > out.payload_bytes_max) {
    ++out.too_large;
    return;
  }
  out.messages.push_back(
      {message->topic, size == 0 ? "" : std::string(static_cast<char*>(message->payload), size)});
}

std::string library_text(int code) {
  return code == MOSQ_ERR_ERRNO ? std::strerror(errno) : mosquitto_strerror(code);
}

// That a socket which is ready has a peer. SO_ERROR does not tell: the library may have read it.
bool has_peer(int fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  return ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
}

class MqttBus final : public Bus {
 public:
  MqttBus(Loop& loop, Random& random, MqttConfig config)
      : loop_(loop), random_(random), config_(std::move(config)) {
    later([this] { attempt(); });
  }
  ~MqttBus() override {
    if (handle_) mosquitto_disconnect(handle_.get());
    close();
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
    if (auto refusal = refuse(message); !refusal)
      return later([done = std::move(done), refusal] { done(refusal); });
    int id = 0;
    const int code = mosquitto_publish(handle_.get(), &id, message.topic.c_str(),
                                       static_cast<int>(message.payload.size()),
                                       message.payload.data(), kQos, false);
    if (code != MOSQ_ERR_SUCCESS) {
      later([done = std::move(done), text = library_text(code)] {
        done(fail(Code::unavailable, "the connection was lost: " + text));
      });
      return later([this, code, at = connection_] {
        if (at == connection_) settle(code);
      });
    }
    // Packet ids come round after 65,535 publications.
    if (auto older = in_flight_.extract(id))
      later([done = std::move(older.mapped())] {
        done(fail(Code::unavailable, "the broker never answered"));
      });
    in_flight_.emplace(id, std::move(done));
    want();
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

  Result<void> refuse(const Message& message) const {
    if (!is_topic(message.topic))
      return fail(Code::invalid_argument, "no MQTT topic: " + message.topic);
    if (message.payload.size() > config_.payload_bytes_max)
      return fail(Code::invalid_argument,
                  fmt::format("a payload of {} bytes, {} are allowed", message.payload.size(),
                              config_.payload_bytes_max));
    if (!connected_) return fail(Code::unavailable, "the broker is away");
    if (in_flight_.size() >= config_.in_flight_max)
      return fail(Code::exhausted,
                  fmt::format("{} publications without an answer", in_flight_.size()));
    return {};
  }

  void attempt() {
    ++connection_;
    notes_ = {};
    notes_.payload_bytes_max = config_.payload_bytes_max;
    handle_.reset(mosquitto_new(config_.client_id.empty() ? nullptr : config_.client_id.c_str(),
                                config_.clean_session, &notes_));
    if (!handle_) return lose(std::strerror(errno));
    mosquitto_connect_callback_set(handle_.get(), note_connect);
    mosquitto_publish_callback_set(handle_.get(), note_publish);
    mosquitto_subscribe_callback_set(handle_.get(), note_subscribe);
    mosquitto_message_callback_set(handle_.get(), note_message);
    mosquitto_int_option(handle_.get(), MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_max_inflight_messages_set(handle_.get(), 0);  // the limit is in_flight_max
    if (const int code = set_tls(); code != MOSQ_ERR_SUCCESS) return lose(library_text(code));
    const int code = mosquitto_connect_async(handle_.get(), config_.host.c_str(), config_.port,
                                             static_cast<int>(config_.keep_alive.count()));
    if (code != MOSQ_ERR_SUCCESS) return lose(library_text(code));
    // A duplicate, because the library closes its own whenever it likes.
    fd_ = ::fcntl(mosquitto_socket(handle_.get()), F_DUPFD_CLOEXEC, 0);
    if (fd_ < 0) return lose(std::strerror(errno));
    deadline_ = loop_.after(kConnectTimeout, [this] { lose("no answer in time"); });
    misc_ = loop_.after(kMiscInterval, [this] { misc(); });
    // Writable says that TCP is connected, which is when TLS begins.
    watch_ = loop_.watch(fd_, true, true, [this](bool readable, bool writable) {
      // With TLS the library goes on trying on a connection that was refused.
      if (!connected_ && !has_peer(fd_)) return lose("the connection was refused");
      int result = MOSQ_ERR_SUCCESS;
      if (readable) result = mosquitto_loop_read(handle_.get(), 1);
      if (writable && result == MOSQ_ERR_SUCCESS) result = mosquitto_loop_write(handle_.get(), 1);
      settle(result);
    });
  }

  int set_tls() {
    if (config_.ca_file.empty()) return MOSQ_ERR_SUCCESS;
    const auto path = [](const std::string& file) { return file.empty() ? nullptr : file.c_str(); };
    const int code = mosquitto_tls_set(handle_.get(), config_.ca_file.c_str(), nullptr,
                                       path(config_.cert_file), path(config_.key_file), nullptr);
    if (code != MOSQ_ERR_SUCCESS) return code;
    constexpr int kVerifyPeer = 1;  // SSL_VERIFY_PEER
    return mosquitto_tls_opts_set(handle_.get(), kVerifyPeer, "tlsv1.2", nullptr);  // or newer
  }

  void misc() {
    misc_ = loop_.after(kMiscInterval, [this] { misc(); });
    settle(mosquitto_loop_misc(handle_.get()));
  }

  // After each call into the library: tells everybody what it noted, then sees to the connection.
  void settle(int code) {
    Notes notes;
    notes.payload_bytes_max = config_.payload_bytes_max;
    std::swap(notes, notes_);
    if (notes.accepted) accepted();
    for (const int id : notes.answered) answer(id);
    for (const int id : notes.unsubscribed) {
      const auto asked = asked_.find(id);
      log(Level::error, "mqtt broker refused a subscription",
          {{"filter", asked == asked_.end() ? "" : subscriptions_[asked->second].filter}});
    }
    if (notes.too_large > 0)
      log(Level::warning, "mqtt messages above the limit were dropped",
          {{"count", notes.too_large}, {"bytes_max", config_.payload_bytes_max}});
    for (const Message& message : notes.messages) deliver(message);
    if (code != MOSQ_ERR_SUCCESS || notes.refused != 0)
      return lose(notes.refused != 0 ? mosquitto_connack_string(notes.refused)
                                     : library_text(code));
    want();
  }

  void accepted() {
    connected_ = true;
    backoff_.reset();
    deadline_ = {};
    log(Level::info, "mqtt connected", {{"host", config_.host}, {"port", config_.port}});
    for (std::size_t i = 0; i < subscriptions_.size(); ++i) ask_for(i);
    tell(true);
  }

  void ask_for(std::size_t subscription) {
    if (!connected_) return;
    int id = 0;
    // A failure shows at the next read or write of this connection.
    if (mosquitto_subscribe(handle_.get(), &id, subscriptions_[subscription].filter.c_str(),
                            kQos) == MOSQ_ERR_SUCCESS)
      asked_[id] = subscription;
    want();
  }

  void answer(int id) {
    auto found = in_flight_.extract(id);
    if (found) found.mapped()({});
  }

  void deliver(const Message& message) {
    // By index and by copy: a handler may subscribe.
    for (std::size_t i = 0; i < subscriptions_.size(); ++i) {
      if (!matches(subscriptions_[i].filter, message.topic)) continue;
      const Handler handler = subscriptions_[i].handler;
      handler(message);
    }
  }

  void want() { watch_.want(true, mosquitto_want_write(handle_.get())); }

  void close() {
    watch_ = {};
    deadline_ = {};
    misc_ = {};
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    handle_.reset();
    asked_.clear();
  }

  void lose(std::string reason) {
    ++connection_;
    close();
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
  std::map<int, Published> in_flight_;  // by packet id
  std::map<int, std::size_t> asked_;    // packet id of a subscription -> its index
  Notes notes_;
  Handle handle_{nullptr, &mosquitto_destroy};
  std::uint64_t connection_ = 0;  // counts attempts and losses
  int fd_ = -1;
  Backoff backoff_;
  bool connected_ = false;
  Loop::Watch watch_;
  Loop::Timer deadline_;
  Loop::Timer misc_;
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
  static const int initialised = mosquitto_lib_init();
  if (initialised != MOSQ_ERR_SUCCESS)
    return fail(Code::unavailable, "libmosquitto cannot start: " + library_text(initialised));
  return std::make_unique<MqttBus>(loop, random, std::move(config));
}

}  // namespace trayline::bus
