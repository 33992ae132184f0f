#include "lib/host/intake.hpp"

#include <algorithm>

#include "lib/base/encoding.hpp"

namespace trayline::host {
namespace {

// Bound on what a dead letter keeps of a payload; it may be any bytes.
constexpr std::size_t kKeptBytesMax = 64 * 1024;

std::string printable(const std::string& payload) {
  return "base64:" + to_base64(as_bytes(std::string_view(payload).substr(0, kKeptBytesMax)));
}

}  // namespace

Intake::Intake(Host& host, bus::Bus& bus, std::string env, std::vector<Topic> topics,
               Metrics& metrics)
    : host_(host),
      bus_(bus),
      env_(std::move(env)),
      topics_(std::move(topics)),
      taken_(metrics.counter("trayline_intake_messages_total", "Messages from devices.")),
      foreign_(metrics.counter("trayline_intake_foreign_total", "Of another environment.")),
      unknown_(metrics.counter("trayline_intake_unknown_total", "On topics that nobody takes.")),
      undecodable_(metrics.counter("trayline_intake_undecodable_total", "Refused as unreadable.")) {
}

Result<void> Intake::subscribe(bool shared) {
  const std::string filter = "+/up/#";
  return bus_.subscribe(shared ? "$share/trayline-" + env_ + "/" + filter : filter,
                        [this](const bus::Message& message) { take(message); });
}

void Intake::take(const bus::Message& message) {
  taken_.add();
  const Result<wire::UpTopic> topic = wire::parse_up_topic(message.topic);
  if (!topic || topic->resource.env != env_) return foreign_.add();
  const std::string name = topic->function + "/" + topic->topic;
  const auto found = std::find_if(topics_.begin(), topics_.end(),
                                  [&](const Topic& t) { return bus::matches(t.filter, name); });
  if (found == topics_.end()) return unknown_.add();
  Result<Message> decoded = found->decode(*topic, message.payload);
  if (decoded) {
    // Refused by a full queue: nothing was promised, the edge sends it again.
    (void)host_.post(std::move(*decoded));
    return;
  }
  undecodable_.add();
  DeadLetter letter{name, decoded.error().detail, printable(message.payload)};
  (void)host_.reject(std::move(letter), found->refuse(*topic, message.payload, decoded.error()));
}

}  // namespace trayline::host
