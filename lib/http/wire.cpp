#include "lib/http/wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace trayline::http {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view reason(int status) {
  struct Known {
    int status;
    std::string_view text;
  };
  // RFC 9110 15, RFC 6585, sorted by status.
  static constexpr std::array known{
      Known{100, "Continue"},
      Known{101, "Switching Protocols"},
      Known{200, "OK"},
      Known{201, "Created"},
      Known{202, "Accepted"},
      Known{204, "No Content"},
      Known{206, "Partial Content"},
      Known{301, "Moved Permanently"},
      Known{302, "Found"},
      Known{303, "See Other"},
      Known{304, "Not Modified"},
      Known{307, "Temporary Redirect"},
      Known{308, "Permanent Redirect"},
      Known{400, "Bad Request"},
      Known{401, "Unauthorized"},
      Known{402, "Payment Required"},
      Known{403, "Forbidden"},
      Known{404, "Not Found"},
      Known{405, "Method Not Allowed"},
      Known{406, "Not Acceptable"},
      Known{408, "Request Timeout"},
      Known{409, "Conflict"},
      Known{410, "Gone"},
      Known{411, "Length Required"},
      Known{412, "Precondition Failed"},
      Known{413, "Content Too Large"},
      Known{415, "Unsupported Media Type"},
      Known{416, "Range Not Satisfiable"},
      Known{417, "Expectation Failed"},
      Known{422, "Unprocessable Content"},
      Known{428, "Precondition Required"},
      Known{429, "Too Many Requests"},
      Known{431, "Request Header Fields Too Large"},
      Known{500, "Internal Server Error"},
      Known{501, "Not Implemented"},
      Known{502, "Bad Gateway"},
      Known{503, "Service Unavailable"},
      Known{504, "Gateway Timeout"},
  };
  const auto at = std::lower_bound(known.begin(), known.end(), status,
                                   [](const Known& k, int s) { return k.status < s; });
  return at != known.end() && at->status == status ? at->text : std::string_view();
}

void append_number(std::string& out, std::uint64_t number, int base = 10) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
  out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

// The connection's own business.
bool is_framing(std::string_view name) {
  return same_name(name, "connection") || same_name(name, "content-length") ||
         same_name(name, "transfer-encoding") || same_name(name, "keep-alive") ||
         same_name(name, "date");
}

void append_one_line(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out += name;
  for (const char c : text) {
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  }
  out += '\n';
}

}  // namespace

const std::string* find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return &value;
  }
  return nullptr;
}

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  const auto fits = [&](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           marks.find(c) != marks.npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

bool is_header_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

bool are_headers(const Headers& headers) {
  return std::all_of(headers.begin(), headers.end(), [](const auto& header) {
    return is_token(header.first) && is_header_value(header.second);
  });
}

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

void append_head(std::string& out, const Head& head) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(head.status));
  out += ' ';
  out += reason(head.status);
  out += "\r\n";
  if (!head.date.empty()) append_field(out, "Date", head.date);
  for (const auto& [name, value] : head.headers) {
    if (!is_framing(name)) append_field(out, name, value);
  }
  for (const auto& [name, value] : head.always) {
    if (find_header(head.headers, name) == nullptr) append_field(out, name, value);
  }
  if (head.chunked) out += "Transfer-Encoding: chunked\r\n";
  if (head.content_length && !has_no_body(head.status)) {
    out += "Content-Length: ";
    append_number(out, *head.content_length);
    out += "\r\n";
  }
  if (head.close) {
    out += "Connection: close\r\n";
  } else if (head.http10) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

std::string http_date(std::int64_t seconds) {
  static constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed",
                                                        "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> months{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  const auto append_padded = [](std::string& out, std::uint64_t number) {
    if (number < 10) out += '0';
    append_number(out, number);
  };
  std::string text(days[std::chrono::weekday(day).c_encoding()]);
  text += ", ";
  append_padded(text, static_cast<unsigned>(date.day()));
  text += ' ';
  text += months[static_cast<unsigned>(date.month()) - 1];
  text += ' ';
  append_number(text, static_cast<std::uint64_t>(static_cast<int>(date.year())));
  text += ' ';
  append_padded(text, static_cast<std::uint64_t>(clock.hours().count()));
  text += ':';
  append_padded(text, static_cast<std::uint64_t>(clock.minutes().count()));
  text += ':';
  append_padded(text, static_cast<std::uint64_t>(clock.seconds().count()));
  text += " GMT";
  return text;
}

std::string format_event(std::string_view id, std::string_view event, std::string_view data) {
  std::string out;
  out.reserve(id.size() + event.size() + data.size() + 32);
  append_one_line(out, "id: ", id);
  append_one_line(out, "event: ", event);
  while (true) {
    const auto end = std::min(data.find_first_of("\r\n"), data.size());
    out += "data: ";
    out += data.substr(0, end);
    out += '\n';
    if (end == data.size()) break;
    data.remove_prefix(data.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  out += '\n';
  return out;
}

std::string as_chunk(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 20);
  append_number(out, text.size(), 16);
  out += "\r\n";
  out += text;
  out += "\r\n";
  return out;
}

}  // namespace trayline::http
