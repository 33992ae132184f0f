// The request target (RFC 9112 3.2) taken apart: decoded path segments and query. Pure.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"

namespace trayline::http {

struct Target {
  std::string path;                          // decoded; "/" and the segments joined by "/"
  std::vector<std::string> segments;         // split before decoding: %2F stays inside its segment
  std::map<std::string, std::string> query;  // '+' is a space; of a repeated name the last
};

// Takes the origin form ("/a?b"), the absolute form ("http://host/a?b", whose host is dropped) and
// "*" (no segments). "/" has one empty segment, "/a/" two. invalid_argument: anything else, a
// broken escape, an encoded or bare control character in the path, %00 anywhere, "." or ".." as a
// segment, "#", text that is not UTF-8.
Result<Target> parse_target(std::string_view text);

}  // namespace trayline::http
