// What the text of a variable stands for.
#include "lib/config/reader.hpp"

#include <charconv>
#include <cmath>

namespace trayline::config {

Json Reader::number_or_bool(const std::string& text) {
  if (text == "true") return Json(true);
  if (text == "false") return Json(false);
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto r = std::from_chars(text.data(), end, whole); r.ec == std::errc() && r.ptr == end)
    return Json(whole);
  double real = 0;
  if (const auto r = std::from_chars(text.data(), end, real, std::chars_format::general);
      r.ec == std::errc() && r.ptr == end && std::isfinite(real))
    return Json(real);
  return Json(text);
}

}  // namespace trayline::config
