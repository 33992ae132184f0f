// Any bytes as JSON: what is read is printed as JSON that means the same.
#include "lib/base/json.hpp"

#include "lib/base/check.hpp"
#include "lib/base/encoding.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trayline;
  const Result<Json> json = parse_json(as_text({data, size}));
  if (!json) {
    check(!json.error().detail.empty(), "a refusal says why");
    return 0;
  }
  const std::string text = json->dump();
  // Escapes may make the text longer than what is read by default.
  const Result<Json> again = parse_json(text, {.bytes_max = 8 << 20, .depth_max = 32});
  check(again.has_value(), "what is printed is JSON");
  check(again->dump() == text, "and prints the same again");
  return 0;
}
