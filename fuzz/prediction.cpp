// A prediction from the bus: JSON, its members, its bounds.
#include "lib/wire/prediction.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lib/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto prediction = trayline::from_json_text<trayline::wire::Prediction>(text);
  if (!prediction || !trayline::wire::problem_of(*prediction).empty()) return 0;
  // What is accepted can be kept and read back.
  const auto back =
      trayline::from_json_text<trayline::wire::Prediction>(trayline::to_json_text(*prediction));
  trayline::check(back.has_value() && back->id == prediction->id, "an accepted prediction is lost");
  return 0;
}
