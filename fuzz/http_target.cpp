// Fuzzes what reads HTTP from outside: request bytes cut anywhere, targets, routes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/base/utf8.hpp"
#include "lib/http/reader.hpp"
#include "lib/http/router.hpp"
#include "lib/http/target.hpp"

namespace {

using trayline::http::parse_target;
using trayline::http::RequestReader;
using trayline::http::Router;

constexpr std::size_t header_bytes_max = 4096;
constexpr std::size_t body_bytes_max = 4096;

void require(bool holds) {
  if (!holds) std::abort();
}

const Router& routes() {
  static const Router router = [] {
    Router made;
    made.add("GET", "/v1/orders/{id}", 0);
    made.add("POST", "/v1/orders", 1);
    made.add("GET", "/files/{path*}", 2);
    return made;
  }();
  return router;
}

void feed_target(std::string_view text) {
  const auto target = parse_target(text);
  if (!target) return;
  require(target->path.find('\0') == std::string::npos);
  require(trayline::is_utf8(target->path));
  const auto match = routes().find("GET", target->segments);
  require(!match.found || match.allowed.empty());
}

// The same bytes in pieces of one size; the number of bytes that whole requests took.
std::size_t feed_requests(std::string_view bytes, std::size_t piece) {
  RequestReader reader(header_bytes_max);
  std::size_t begin = 0, end = 0, whole = 0;
  while (true) {
    std::size_t consumed = 0;
    const auto step = reader.feed(bytes.substr(begin, end - begin), consumed);
    begin += consumed;
    require(begin <= end);
    if (step == RequestReader::Step::broken) return whole;
    if (step == RequestReader::Step::need_more) {
      if (end == bytes.size()) return whole;
      end = std::min(end + piece, bytes.size());
    } else if (step == RequestReader::Step::head) {
      feed_target(reader.target());
      if (!reader.limit_body(body_bytes_max, true)) return whole;
    } else {
      require(reader.request().body.size() <= body_bytes_max);
      whole = begin;
      reader.reset();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  feed_target(bytes);
  // How the network cuts a request must not change what it says.
  const auto at_once = feed_requests(bytes, std::max<std::size_t>(size, 1));
  require(feed_requests(bytes, 1) == at_once);
  require(feed_requests(bytes, 7) == at_once);
  return 0;
}
