#include "lib/http/files.hpp"

#include <array>

#include "lib/base/digest.hpp"

namespace trayline::http {
namespace {

constexpr std::size_t kTagLength = 32;  // hexadecimal digits of SHA-256
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
}};

std::string_view type_of(std::string_view path) {
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// The members of a list with commas between. No member that matters here has one inside.
template <class F>
bool any_of(std::string_view list, const F& holds) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (holds(trimmed(list.substr(0, comma)))) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

// "gzip" or "*" in Accept-Encoding, and not with a weight of zero.
bool takes_gzip(const Request& request) {
  const std::string* accepted = request.header("Accept-Encoding");
  return accepted != nullptr && any_of(*accepted, [](std::string_view coding) {
           const std::size_t semicolon = coding.find(';');
           const std::string_view name = trimmed(coding.substr(0, semicolon));
           if (name != "gzip" && name != "*") return false;
           if (semicolon == std::string_view::npos) return true;
           const std::string_view weight = trimmed(coding.substr(semicolon + 1));
           return !weight.starts_with("q=0") || weight.find_first_of("123456789") != weight.npos;
         });
}

}  // namespace

bool names_tag(std::string_view header, std::string_view tag) {
  return any_of(header, [tag](std::string_view one) {
    if (one.starts_with("W/")) one.remove_prefix(2);
    return one == "*" || one == tag;
  });
}

Response answer_file(const Files& files, const Request& request, const std::string& path,
                     const Headers& more) {
  std::optional<std::string_view> bytes = files(path);
  if (!bytes)
    return {404, {{"Content-Type", "text/plain; charset=utf-8"}}, "There is no such page.\n"};
  Response response;
  response.headers = more;
  response.headers.emplace_back("Content-Type", type_of(path));
  response.headers.emplace_back("Cache-Control", "no-cache");
  if (const auto smaller = files(path + ".gz")) {
    response.headers.emplace_back("Vary", "Accept-Encoding");
    if (takes_gzip(request)) {
      bytes = smaller;
      response.headers.emplace_back("Content-Encoding", "gzip");
    }
  }
  const std::string tag = '"' + sha256_hex(*bytes).substr(0, kTagLength) + '"';
  response.headers.emplace_back("ETag", tag);
  const std::string* known = request.header("If-None-Match");
  if (known != nullptr && names_tag(*known, tag)) {
    response.status = 304;
    return response;
  }
  response.body = std::string(*bytes);
  return response;
}

}  // namespace trayline::http
