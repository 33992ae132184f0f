// The broker in memory. Everything that a client may notice passes through waiting_.
#include "lib/bus/memory.hpp"

#include <algorithm>

namespace trayline::bus {

namespace {

constexpr std::size_t kInFlightMax = 4096;  // publications of a client without an answer

}  // namespace

class MemoryBroker::Client final : public Bus {
 public:
  explicit Client(MemoryBroker& broker) : broker_(broker) {}
  ~Client() override { std::erase(broker_.clients_, this); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Result<void> subscribe(const std::string& filter, Handler handler) override {
    if (!is_filter(filter)) return fail(Code::invalid_argument, "no MQTT filter: " + filter);
    subscriptions_.push_back({filter, std::move(handler)});
    return {};
  }

  void publish(Message message, Published done) override {
    Result<void> refusal;
    if (!is_topic(message.topic))
      refusal = fail(Code::invalid_argument, "no MQTT topic: " + message.topic);
    else if (!broker_.up_)
      refusal = fail(Code::unavailable, "the broker is away");
    else if (in_flight_ >= kInFlightMax)
      refusal = fail(Code::exhausted, "too many publications without an answer");
    if (!refusal) {
      later([done = std::move(done), refusal] { done(refusal); });
      return;
    }
    ++in_flight_;
    later([this, message = std::move(message), done = std::move(done)] {
      --in_flight_;
      if (!broker_.up_) return done(fail(Code::unavailable, "the broker went away"));
      broker_.published_.push_back(message);
      broker_.route(message);
      done({});
    });
  }

  bool connected() const override { return broker_.up_; }

  void on_connection(std::function<void(bool)> task) override {
    on_connection_.push_back(std::move(task));
    if (broker_.up_) later([this, at = on_connection_.size() - 1] { on_connection_[at](true); });
  }

 private:
  friend class MemoryBroker;
  struct Subscription {
    std::string filter;
    Handler handler;
  };

  // Runs the task at a pump, unless the client is gone by then.
  void later(std::function<void()> task) {
    broker_.waiting_.push_back([alive = std::weak_ptr<int>(alive_), task = std::move(task)] {
      if (!alive.expired()) task();
    });
  }
  void deliver(const Message& message) {
    if (!broker_.up_) return;
    // By index: a handler may subscribe.
    for (std::size_t i = 0; i < subscriptions_.size(); ++i) {
      if (!matches(subscriptions_[i].filter, message.topic)) continue;
      const Handler handler = subscriptions_[i].handler;
      handler(message);
    }
  }
  void tell(bool up) {
    for (std::size_t i = 0; i < on_connection_.size(); ++i)
      later([this, i, up] { on_connection_[i](up); });
  }

  MemoryBroker& broker_;
  std::vector<Subscription> subscriptions_;
  std::vector<std::function<void(bool)>> on_connection_;
  std::size_t in_flight_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

std::unique_ptr<Bus> MemoryBroker::client() {
  auto made = std::make_unique<Client>(*this);
  clients_.push_back(made.get());
  return made;
}

// One delivery per client that has a plain filter that fits, and one per shared filter to the
// client whose turn it is.
void MemoryBroker::route(const Message& message) {
  std::map<std::string, std::vector<Client*>> shared;
  std::vector<Client*> receivers;
  for (Client* client : clients_) {
    bool plain = false;
    for (const auto& s : client->subscriptions_) {
      if (!matches(s.filter, message.topic)) continue;
      if (!s.filter.starts_with("$share/"))
        plain = true;
      else if (auto& group = shared[s.filter]; group.empty() || group.back() != client)
        group.push_back(client);
    }
    if (plain) receivers.push_back(client);
  }
  for (const auto& [filter, group] : shared) {
    Client* chosen = group[turns_[filter]++ % group.size()];
    if (std::find(receivers.begin(), receivers.end(), chosen) == receivers.end())
      receivers.push_back(chosen);
  }
  for (Client* client : receivers) client->later([client, message] { client->deliver(message); });
}

std::size_t MemoryBroker::pump(std::size_t max) {
  std::size_t done = 0;
  for (; done < max && !waiting_.empty(); ++done) {
    const std::function<void()> task = std::move(waiting_.front());
    waiting_.pop_front();
    task();
  }
  return done;
}

void MemoryBroker::set_up(bool up) {
  if (up_ == up) return;
  up_ = up;
  for (Client* client : clients_) client->tell(up);
}

}  // namespace trayline::bus
