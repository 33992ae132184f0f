// Fuzz target: any bytes as what a broker sends. Frames come out alike whether the bytes come at
// once or one by one, and a message that is written again is read as the same.
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/check.hpp"
#include "lib/bus/codec.hpp"

namespace {

using namespace trayline;

constexpr std::size_t kPayloadBytesMax = 100;  // small, so that both sides of it are met

// The frames as text, and what ended them.
struct Stream {
  std::string waiting;
  std::size_t drop = 0;
  std::vector<std::string> seen;

  bool feed(std::string_view bytes) {
    waiting += bytes;
    for (;;) {
      const std::size_t dropped = std::min(drop, waiting.size());
      waiting.erase(0, dropped);
      drop -= dropped;
      const auto frame = bus::decode(waiting, kPayloadBytesMax);
      if (!frame) {
        check(!frame.error().detail.empty(), "a refusal says why");
        return false;
      }
      if (!*frame) break;
      take(**frame);
      drop = (*frame)->bytes;
    }
    check(waiting.size() <= bus::kPublishHeadBytesMax + kPayloadBytesMax, "waiting is bounded");
    return true;
  }

  void take(const bus::Frame& frame) {
    check(frame.bytes >= 2, "a frame has a header");
    check(frame.bytes <= bus::kFixedHeaderBytesMax + bus::kFrameBytesMax, "a frame that MQTT has");
    std::string text = std::to_string(frame.packet.index()) + " " + std::to_string(frame.bytes);
    const auto* const message = std::get_if<bus::Publish>(&frame.packet);
    check(message != nullptr || frame.bytes <= waiting.size(), "only messages are told early");
    if (message != nullptr) {
      text += message->topic;
      text += message->payload;
      if (!message->too_large) write_again(*message);
    }
    seen.push_back(std::move(text));
  }

  static void write_again(const bus::Publish& message) {
    check(message.payload.size() <= kPayloadBytesMax, "a payload within the limit");
    std::string again;
    const std::uint16_t id = message.id == 0 ? 1 : message.id;
    bus::encode_publish(again, id, message.topic, message.payload);
    const auto frame = bus::decode(again, kPayloadBytesMax);
    check(frame && *frame && (*frame)->bytes == again.size(), "one whole frame");
    const auto* const read = std::get_if<bus::Publish>(&(*frame)->packet);
    check(read != nullptr && read->topic == message.topic && read->payload == message.payload &&
              read->id == id,
          "the same message");
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Stream whole, slow;
  const bool good = whole.feed(input);
  bool still_good = true;
  for (std::size_t i = 0; i < input.size() && still_good; ++i)
    still_good = slow.feed(input.substr(i, 1));
  check(good == still_good, "the same verdict however the bytes come");
  check(whole.seen == slow.seen, "the same frames however the bytes come");
  return 0;
}
