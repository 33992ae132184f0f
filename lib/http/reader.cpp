#include "lib/http/reader.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "lib/http/wire.hpp"

namespace trayline::http {

namespace beast = boost::beast;
using beast::string_view;
using beast::http::error;
using beast::http::field;
using boost::system::error_code;

namespace {

std::string_view text_of(string_view text) { return {text.data(), text.size()}; }

// A chunked body ends with five bytes at least ("0", CRLF, CRLF), so until it is done there is
// always that much to come; Beast's parser takes that for granted.
constexpr std::size_t chunk_end_bytes_min = 5;

constexpr std::size_t chunk_extension_bytes_max = 256;
// Room taken beforehand; more is taken as it comes.
constexpr std::size_t headers_usual = 12;
constexpr std::size_t body_reserve_max = 64 * 1024;

struct Refused {
  int status;
  std::string_view detail;
};

Refused refusal_of(const error_code& code) {
  if (code == error::header_limit || code == error::buffer_overflow)
    return {431, "the header is too large"};
  if (code == error::bad_method) return {400, "the method is not a token"};
  if (code == error::bad_target) return {400, "the target holds a character that it must not"};
  if (code == error::bad_version) return {400, "the request line does not end in HTTP/1.1"};
  if (code == error::bad_field) return {400, "a header name is not a token"};
  if (code == error::bad_value) return {400, "a header value holds a control character"};
  if (code == error::bad_line_ending) return {400, "a line does not end in CR LF"};
  if (code == error::bad_content_length || code == error::multiple_content_length)
    return {400, "Content-Length is not one number"};
  if (code == error::bad_transfer_encoding)
    return {400, "Transfer-Encoding is repeated or meets Content-Length"};
  if (code == error::bad_chunk || code == error::bad_chunk_extension)
    return {400, "a chunk is malformed"};
  return {400, "not an HTTP request"};
}

}  // namespace

struct RequestReader::Parser final : beast::http::basic_parser<true> {
  Request request;
  std::string target;
  std::uint64_t body_bytes = 0;
  std::uint64_t body_bytes_max = 0;
  bool keep_body = true;
  bool http10 = false;
  bool head_done = false;
  bool expects_continue = false;
  bool encoded = false;
  int hosts = 0;
  Refused refused{0, {}};

  void refuse(int status, std::string_view detail, error_code& code) {
    refused = {status, detail};
    code = error::bad_value;
  }

  void on_request_impl(beast::http::verb, string_view method, string_view where, int version,
                       error_code&) override {
    request.method = text_of(method);
    target = text_of(where);
    request.query_text = target.substr(std::min(target.find('?'), target.size() - 1) + 1);
    http10 = version < 11;
    request.headers.reserve(headers_usual);
  }

  void on_response_impl(int, string_view, int, error_code&) override {}

  void on_field_impl(field name, string_view text, string_view value, error_code& code) override {
    if (head_done) return;  // a trailer; RFC 9110 6.5.1 lets us drop it
    if (name == field::host) ++hosts;
    if (name == field::expect) {
      if (!beast::iequals(value, "100-continue"))
        return refuse(417, "only Expect: 100-continue is known", code);
      expects_continue = !http10;
    }
    if (name == field::transfer_encoding) {
      encoded = true;
      if (!beast::iequals(value, "chunked"))
        return refuse(501, "the only Transfer-Encoding here is chunked", code);
    }
    request.headers.emplace_back(text_of(text), text_of(value));
  }

  // RFC 9112 3.2 (one Host), 6.1 (no Transfer-Encoding from HTTP/1.0).
  void on_header_impl(error_code& code) override {
    head_done = true;
    if (hosts > 1 || (hosts == 0 && !http10))
      return refuse(400, "there is not exactly one Host header", code);
    if (encoded && http10) return refuse(400, "HTTP/1.0 knows no Transfer-Encoding", code);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length && keep_body)
      request.body.reserve(std::min<std::uint64_t>(*length, body_reserve_max));
  }

  std::size_t take(string_view body) {
    body_bytes += body.size();
    if (keep_body) request.body.append(body.data(), body.size());
    return body.size();
  }

  std::size_t on_body_impl(string_view body, error_code&) override { return take(body); }

  void on_chunk_header_impl(std::uint64_t size, string_view extension, error_code& code) override {
    if (extension.size() > chunk_extension_bytes_max)
      return refuse(400, "a chunk's extension is too large", code);
    if (size > body_bytes_max - body_bytes) refuse(413, "the body is too large", code);
  }

  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return take(body);
  }

  void on_finish_impl(error_code&) override {}
};

RequestReader::RequestReader(std::size_t header_bytes_max) : header_bytes_max_(header_bytes_max) {}
RequestReader::~RequestReader() = default;

void RequestReader::reset() {
  parser_.reset();
  head_bytes_ = 0;
  head_done_ = false;
  status_ = 0;
  detail_ = {};
}

RequestReader::Step RequestReader::fail(int status, std::string_view detail) {
  status_ = status;
  detail_ = detail;
  return Step::broken;
}

RequestReader::Step RequestReader::feed(std::string_view bytes, std::size_t& consumed) {
  consumed = 0;
  if (!parser_) {
    // Empty lines before a request are passed over (RFC 9112 2.2); they count as header.
    while (bytes.substr(consumed).starts_with("\r\n")) consumed += 2;
    head_bytes_ += consumed;
    if (head_bytes_ > header_bytes_max_) return fail(431, "the header is too large");
    const auto rest = bytes.substr(consumed);
    if (rest.empty() || rest == "\r") return Step::need_more;
    parser_ = std::make_unique<Parser>();
    parser_->header_limit(static_cast<std::uint32_t>(header_bytes_max_));
    parser_->body_limit(boost::none);
  }
  auto& parser = *parser_;
  if (parser.is_done()) return Step::done;
  bool waits = false;
  while (!waits && !parser.is_done()) {
    const auto rest = bytes.substr(consumed);
    if (head_done_ && (rest.empty() || (parser.chunked() && rest.size() < chunk_end_bytes_min)))
      return Step::need_more;
    error_code code;
    const auto taken = parser.put(boost::asio::const_buffer(rest.data(), rest.size()), code);
    consumed += taken;
    if (!head_done_) head_bytes_ += taken;
    waits = code == error::need_more;
    if (code && !waits) {
      const auto& why = parser.refused.status != 0 ? parser.refused : refusal_of(code);
      return fail(why.status, why.detail);
    }
    if (head_done_ || !parser.head_done) continue;
    head_done_ = true;
    if (head_bytes_ > header_bytes_max_) return fail(431, "the header is too large");
    return Step::head;
  }
  if (parser.is_done()) return Step::done;
  const auto waiting = bytes.size() - consumed;
  if (!head_done_ && head_bytes_ + waiting >= header_bytes_max_)
    return fail(431, "the header is too large");
  if (head_done_ && waiting >= header_bytes_max_)
    return fail(400, "a chunk's header or the trailer is too large");
  return Step::need_more;
}

Request& RequestReader::request() { return parser_->request; }
const std::string& RequestReader::target() const { return parser_->target; }
bool RequestReader::keep_alive() const { return parser_->keep_alive(); }
bool RequestReader::http10() const { return parser_ && parser_->http10; }
bool RequestReader::has_body() const { return !parser_->is_done(); }
bool RequestReader::expects_continue() const { return parser_->expects_continue; }
std::uint64_t RequestReader::body_bytes() const { return parser_->body_bytes; }
int RequestReader::status() const { return status_; }
std::string_view RequestReader::detail() const { return detail_; }

bool RequestReader::limit_body(std::size_t bytes_max, bool keep) {
  auto& parser = *parser_;
  parser.body_bytes_max = bytes_max;
  parser.keep_body = keep;
  const auto length = parser.content_length();
  return !length || *length <= bytes_max;
}

}  // namespace trayline::http
