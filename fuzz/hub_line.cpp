// Fuzz target: any bytes as what a function writes to the hub.
#include <cstdint>
#include <string_view>
#include <variant>

#include "edge/agent/lines.hpp"
#include "lib/base/check.hpp"
#include "lib/base/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trayline;
  agent::LineBuffer buffer;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  // In two pieces, so that the cut is fuzzed as well.
  for (const std::string_view piece : {input.substr(0, size / 2), input.substr(size / 2)}) {
    for (const agent::LineBuffer::Item& item : buffer.feed(piece)) {
      const std::string* text = std::get_if<std::string>(&item);
      if (text == nullptr) continue;
      check(text->size() <= agent::kLineBytesMax, "a line within the limit");
      const agent::Line line = agent::parse_line(*text);
      if (const auto* pub = std::get_if<agent::Publish>(&line)) {
        check(agent::is_local_topic(pub->topic), "only a topic is published on");
        const Result<Json> body =
            parse_json(pub->payload, {.bytes_max = 4 * agent::kLineBytesMax, .depth_max = 32});
        check(body.has_value(), "a payload is JSON again");
      } else if (const auto* bad = std::get_if<agent::BadLine>(&line)) {
        check(!bad->code.empty() && !bad->why.empty(), "a refusal says why");
      }
    }
  }
  return 0;
}
