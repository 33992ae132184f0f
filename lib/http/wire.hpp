// HTTP/1.1 as text on the way out: heads of answers, chunks, events. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/http/server.hpp"

namespace trayline::http {

// A token (RFC 9110 5.6.2), as methods and header names must be.
bool is_token(std::string_view text);
// True without control characters other than tab, so that nothing can break out of its line.
bool is_header_value(std::string_view text);
// Both of every header.
bool are_headers(const Headers& headers);

struct Head {
  int status = 200;
  const Headers& headers;  // Connection and framing fields in it are left out
  const Headers& always;   // those whose names headers does not have
  bool http10 = false;     // of the request
  bool close = false;      // the connection ends after this answer
  bool chunked = false;    // an open end instead of a length
  std::optional<std::uint64_t> content_length{};  // left out where there is no body by definition
  std::string_view date{};
};
// Status line and headers to the empty line, appended.
void append_head(std::string& out, const Head& head);

// Status codes that never have a body: 1xx, 204, 304.
bool has_no_body(int status);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7), seconds since 1970.
std::string http_date(std::int64_t seconds);

// One event of a text/event-stream (WHATWG HTML 9.2): data may have several lines, each line end
// (CR, LF, CRLF) starts a new "data:" line. Line ends and zero bytes in id and event are dropped.
std::string format_event(std::string_view id, std::string_view event, std::string_view data);

// The text as one chunk of a chunked body (RFC 9112 7.1).
std::string as_chunk(std::string_view text);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace trayline::http
