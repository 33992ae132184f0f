// Reading single headers and the body.
#include "cloud/api/conventions.hpp"

#include <algorithm>

#include "lib/base/digest.hpp"

namespace trayline::api {
namespace {

constexpr std::size_t kRequestIdMax = 128;
constexpr std::size_t kIdempotencyKeyMax = 255;

bool is_lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}
bool is_zeros(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}
std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}
std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_json(std::string_view content_type) {
  const std::string type = lower(trimmed(content_type.substr(0, content_type.find(';'))));
  return type == "application/json" ||
         (type.starts_with("application/") && type.ends_with("+json"));
}

}  // namespace

std::optional<std::string> given_request_id(const http::Request& request) {
  const std::string* id = request.header("X-Request-Id");
  if (id == nullptr || id->empty() || id->size() > kRequestIdMax) return std::nullopt;
  const bool plain = std::all_of(id->begin(), id->end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  });
  return plain ? std::optional(*id) : std::nullopt;
}

std::optional<std::string> given_traceparent(const http::Request& request) {
  const std::string* text = request.header("traceparent");
  if (text == nullptr || text->size() != 55) return std::nullopt;
  const std::string_view v(*text);
  const bool shaped = v.starts_with("00-") && v[35] == '-' && v[52] == '-';
  if (!shaped || !is_lower_hex(v.substr(3, 32)) || !is_lower_hex(v.substr(36, 16)) ||
      !is_lower_hex(v.substr(53)) || is_zeros(v.substr(3, 32)) || is_zeros(v.substr(36, 16))) {
    return std::nullopt;
  }
  return *text;
}

std::optional<std::string> bearer_token(const http::Request& request) {
  const std::string* header = request.header("Authorization");
  if (header == nullptr) return std::string();
  constexpr std::string_view kScheme = "bearer ";
  if (header->size() <= kScheme.size() || lower(header->substr(0, kScheme.size())) != kScheme) {
    return std::nullopt;
  }
  const std::string_view token = trimmed(std::string_view(*header).substr(kScheme.size()));
  if (token.empty() || token.find(' ') != std::string_view::npos) return std::nullopt;
  return std::string(token);
}

host::OrProblem<host::Idempotency> idempotency_of(const http::Request& request,
                                                  const std::string& scope) {
  const std::string* key = request.header("Idempotency-Key");
  const auto refused = [](std::string type, std::string detail) {
    return tl::unexpected(
        host::Problem{Code::invalid_argument, std::move(type), std::move(detail), {}});
  };
  if (key == nullptr) {
    return refused("idempotency_key_missing", "This request needs the header Idempotency-Key.");
  }
  const bool visible =
      std::all_of(key->begin(), key->end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (key->empty() || key->size() > kIdempotencyKeyMax || !visible) {
    return refused("idempotency_key_invalid",
                   "Idempotency-Key takes 1 to 255 visible ASCII characters.");
  }
  std::string what = request.method + "\n" + request.path + "\n" + request.body;
  return host::Idempotency{.scope = scope, .key = *key, .body_hash = sha256_hex(what)};
}

std::string tag_of(std::string_view body) {
  const Sha256 digest = sha256(as_bytes(body));
  return to_base64url({digest.data(), 16});
}

tl::expected<Json, BadBody> read_body(const http::Request& request, const JsonLimits& limits) {
  if (request.body.empty()) return Json();
  const std::string* type = request.header("Content-Type");
  if (type == nullptr || !is_json(*type)) {
    return tl::unexpected(BadBody{415,
                                  {Code::invalid_argument,
                                   "unsupported_media_type",
                                   "The body has to be application/json.",
                                   {}}});
  }
  Result<Json> json = parse_json(request.body, limits);
  if (!json) {
    return tl::unexpected(BadBody{400,
                                  {Code::invalid_argument,
                                   "malformed_json",
                                   "The body is not JSON within the limits.",
                                   {{"", json.error().detail}}}});
  }
  return std::move(*json);
}

}  // namespace trayline::api
