#include "standalone/simulate/broker.hpp"

#include <algorithm>

namespace trayline::simulate {
namespace {

constexpr Millis kReconnectMost{30'000};

}  // namespace

class Broker::Client final : public bus::Bus {
 public:
  Client(Broker& broker, std::string name) : broker_(broker), name_(std::move(name)) {}
  ~Client() override { std::erase(broker_.clients_, this); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Result<void> subscribe(const std::string& filter, Handler handler) override {
    subscriptions_.push_back({filter, std::move(handler)});
    return {};
  }

  void publish(bus::Message message, Published done) override {
    Engine& engine = broker_.engine_;
    const Swarm& swarm = broker_.swarm_;
    const bool lost = !connected_ || engine.chance(swarm.lose);
    const bool lied = !lost && engine.chance(swarm.receipt_lie);
    const bool twice = !lost && engine.chance(swarm.duplicate);
    const auto session = session_;
    if (!lost && !lied) {
      for (int copies = twice ? 2 : 1; copies > 0; --copies) {
        engine.after(broker_.latency(), [&broker = broker_, session, message] {
          if (*session) broker.route(message);
        });
      }
    }
    engine.after(broker_.latency(), [session, lost, done = std::move(done)] {
      if (!lost && *session) return done({});
      done(fail(Code::unavailable, "the connection is lost"));
    });
  }
  bool connected() const override { return connected_; }
  void on_connection(std::function<void(bool)> task) override {
    tasks_.push_back(std::move(task));
    later([this, at = tasks_.size() - 1] { tasks_[at](connected_); });
  }

  // What hangs on the old connection never happens.
  void connect(bool on) {
    if (connected_ == on) return;
    connected_ = on;
    *session_ = false;
    session_ = std::make_shared<bool>(true);
    for (std::size_t i = 0; i < tasks_.size(); ++i) later([this, i, on] { tasks_[i](on); });
  }

 private:
  friend class Broker;
  struct Subscription {
    std::string filter;
    Handler handler;
  };
  void later(Engine::Task task) {
    broker_.engine_.after(Millis(0), [alive = std::weak_ptr<int>(alive_), task = std::move(task)] {
      if (!alive.expired()) task();
    });
  }

  Broker& broker_;
  std::string name_;
  bool connected_ = true;
  std::shared_ptr<bool> session_ = std::make_shared<bool>(true);
  std::vector<Subscription> subscriptions_;
  std::vector<std::function<void(bool)>> tasks_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

std::unique_ptr<bus::Bus> Broker::client(std::string name) {
  auto made = std::make_unique<Client>(*this, std::move(name));
  if (std::find(cut_off_.begin(), cut_off_.end(), made->name_) != cut_off_.end()) {
    made->connected_ = false;
  }
  clients_.push_back(made.get());
  return made;
}

Broker::Client* Broker::find(const std::string& name) {
  const auto found = std::find_if(clients_.begin(), clients_.end(),
                                  [&](const Client* c) { return c->name_ == name; });
  return found == clients_.end() ? nullptr : *found;
}

void Broker::cut(const std::string& name, bool off) {
  engine_.note(off ? "cut off" : "joined again", {name});
  std::erase(cut_off_, name);
  if (off) cut_off_.push_back(name);
  if (Client* client = find(name)) client->connect(!off);
}

void Broker::restart() {
  engine_.note("the broker restarts");
  for (Client* client : clients_) {
    if (!client->connected_) continue;
    client->connect(false);
    engine_.after(engine_.between(Millis(100), kReconnectMost), [this, name = client->name_] {
      const bool cut = std::find(cut_off_.begin(), cut_off_.end(), name) != cut_off_.end();
      Client* again = find(name);
      if (again != nullptr && !cut) again->connect(true);
    });
  }
}

Millis Broker::latency() {
  if (engine_.chance(swarm_.slow)) return engine_.between(Millis(100), Millis(60'000));
  return engine_.between(Millis(1), Millis(20));
}

// One delivery to each plain subscriber, and one to one of those that share.
void Broker::route(const bus::Message& message) {
  std::vector<Client*> sharers;
  std::vector<Client*> receivers;
  for (Client* client : clients_) {
    for (const auto& s : client->subscriptions_) {
      if (!bus::matches(s.filter, message.topic)) continue;
      if (!s.filter.starts_with("$share/")) {
        receivers.push_back(client);
      } else if (client->connected_) {
        sharers.push_back(client);
      }
      break;
    }
  }
  if (!sharers.empty()) receivers.push_back(sharers[turns_++ % sharers.size()]);
  for (Client* client : receivers) deliver(*client, message);
}

void Broker::deliver(Client& to, const bus::Message& message) {
  if (!to.connected_ || engine_.chance(swarm_.lose)) {
    return engine_.note("message lost", {message.topic});
  }
  for (int copies = engine_.chance(swarm_.duplicate) ? 2 : 1; copies > 0; --copies) {
    engine_.after(latency(),
                  [&to, alive = std::weak_ptr<int>(to.alive_), session = to.session_, message] {
                    if (alive.expired() || !*session) return;
                    for (std::size_t i = 0; i < to.subscriptions_.size(); ++i) {
                      if (!bus::matches(to.subscriptions_[i].filter, message.topic)) continue;
                      const bus::Bus::Handler handler = to.subscriptions_[i].handler;
                      return handler(message);
                    }
                  });
  }
}

}  // namespace trayline::simulate
