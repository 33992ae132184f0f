// The way to the cloud: topics with this core's name in front, over the bus. Keeps nothing. One
// thread, the loop's.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "lib/bus/bus.hpp"
#include "lib/wire/prediction.hpp"
#include "lib/wire/topics.hpp"

namespace trayline::agent {

class Uplink {
 public:
  struct Out {
    std::function<void(bool up)> connection;
    std::function<void(const wire::Ack&)> ack;
    // topic "down/<function>/<topic>"; body is JSON text
    std::function<void(const std::string& function, const std::string& topic,
                       const std::string& body)>
        down;
  };
  Uplink(std::unique_ptr<bus::Bus> bus, const wire::Resource& resource, Out out);

  // done(true) when the broker has it.
  void publish(const std::string& function, const std::string& topic, const std::string& payload,
               std::function<void(bool)> done);
  bool connected() const { return bus_->connected(); }
  // Messages from the cloud that could not be used, since start.
  std::uint64_t bad() const { return bad_; }

 private:
  void take(const bus::Message& message);

  wire::Resource resource_;
  std::string prefix_;  // "<resource>/down/"
  Out out_;
  std::uint64_t bad_ = 0;
  std::unique_ptr<bus::Bus> bus_;  // last: its handlers use the others
};

}  // namespace trayline::agent
