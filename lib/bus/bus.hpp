// Publish/subscribe towards devices. At least once from the peer's point of view, never a place
// where anything is kept: what must not be lost is kept by who sends it until the answer comes.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"

namespace trayline::bus {

struct Message {
  std::string topic;
  std::string payload;
  bool operator==(const Message&) const = default;
};

// True if the topic fits the filter (MQTT 3.1.1, 4.7: + is one level, # the rest; neither matches
// a leading $; a shared filter fits what its inner filter fits). False for what is no filter.
bool matches(std::string_view filter, std::string_view topic);
// MQTT 3.1.1 rules for a topic to publish on and for a filter to subscribe to, at most 512 bytes,
// and printable ASCII only, which every broker takes alike.
bool is_topic(std::string_view topic);
bool is_filter(std::string_view filter);

// The seam. Calls belong to one thread (the loop's); handlers run on it and do not destroy the bus.
class Bus {
 public:
  using Handler = std::function<void(Message)>;
  using Published = std::function<void(Result<void>)>;
  virtual ~Bus() = default;
  // Kept over reconnects. A shared filter "$share/group/filter" where the broker can. A message
  // that fits several filters goes to each of their handlers, perhaps more than once.
  // invalid_argument: no filter; exhausted: too many.
  virtual Result<void> subscribe(const std::string& filter, Handler handler) = 0;
  // QoS 1. done runs when the broker has answered (not durability!), or with unavailable when
  // the connection was lost first; exhausted where too much is in flight; invalid_argument for
  // what is no topic or too large. Never inside this call, and not after the bus is gone.
  virtual void publish(Message message, Published done) = 0;
  // QoS 0, for what its sender repeats until the receiver answers: nobody says whether it arrived,
  // and what cannot be sent now is dropped.
  virtual void send(Message message) {
    publish(std::move(message), [](Result<void>) {});
  }
  virtual bool connected() const = 0;
  // Called after each connect and each loss, also the first connect.
  virtual void on_connection(std::function<void(bool connected)> task) = 0;
};

}  // namespace trayline::bus
