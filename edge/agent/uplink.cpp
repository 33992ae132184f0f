#include "edge/agent/uplink.hpp"

#include "edge/agent/lines.hpp"
#include "lib/base/check.hpp"
#include "lib/base/log.hpp"

namespace trayline::agent {

Uplink::Uplink(std::unique_ptr<bus::Bus> bus, const wire::Resource& resource, Out out)
    : resource_(resource),
      prefix_(wire::resource_name(resource) + "/down/"),
      out_(std::move(out)),
      bus_(std::move(bus)) {
  bus_->on_connection([this](bool up) { out_.connection(up); });
  const Result<void> subscribed =
      bus_->subscribe(prefix_ + "#", [this](const bus::Message& message) { take(message); });
  check(subscribed.has_value(), "the uplink's own filter is good");
}

void Uplink::publish(const std::string& function, const std::string& topic,
                     const std::string& payload, std::function<void(bool)> done) {
  bus_->publish({wire::up_topic(resource_, function, topic), payload},
                [done = std::move(done)](const Result<void>& answer) { done(answer.has_value()); });
}

void Uplink::take(const bus::Message& message) {
  const auto unusable = [&](std::string_view why) {
    ++bad_;
    log(Level::warning, "an unusable message from the cloud",
        {{"topic", message.topic}, {"why", why}});
  };
  if (!message.topic.starts_with(prefix_)) return unusable("another core's topic");
  const std::string rest = message.topic.substr(prefix_.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string::npos || !is_local_topic(rest)) return unusable("topic");
  const std::string function = rest.substr(0, slash);
  if (rest == "agent/acks") {
    const Result<wire::Ack> ack = from_json_text<wire::Ack>(message.payload);
    if (!ack) return unusable(ack.error().detail);
    return out_.ack(*ack);
  }
  const Result<Json> body = parse_json(
      message.payload, {.bytes_max = kLineBytesMax - 4096, .depth_max = kLineDepthMax - 1});
  if (!body) return unusable(body.error().detail);
  out_.down(function, "down/" + rest, body->dump());
}

}  // namespace trayline::agent
