#include "lib/http/target.hpp"

#include <algorithm>

#include "lib/base/encoding.hpp"
#include "lib/base/utf8.hpp"

namespace trayline::http {

namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Decodes one part; most parts hold nothing to decode.
Result<std::string> decode(std::string_view part, bool form) {
  const bool plain = part.find('%') == part.npos && (!form || part.find('+') == part.npos);
  Result<std::string> text = plain ? std::string(part) : percent_decode(part, form);
  if (!text) return text;
  if (text->find('\0') != text->npos)
    return fail(Code::invalid_argument, "a zero byte in the target");
  if (!is_utf8(*text)) return fail(Code::invalid_argument, "the target is not UTF-8");
  return text;
}

// What follows scheme and authority of the absolute form; the text itself when it has none.
std::string_view without_authority(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme))
      return text.substr(std::min(text.find_first_of("/?", scheme.size()), text.size()));
  }
  return text;
}

Result<void> parse_path(std::string_view text, Target& target) {
  target.path.reserve(text.size());
  std::size_t begin = 1;
  while (true) {
    const auto end = std::min(text.find('/', begin), text.size());
    auto segment = decode(text.substr(begin, end - begin), false);
    if (!segment) return fail(segment.error());
    if (*segment == "." || *segment == "..")
      return fail(Code::invalid_argument, "a dot segment in the path");
    if (std::any_of(segment->begin(), segment->end(), is_control))
      return fail(Code::invalid_argument, "a control character in the path");
    target.path += '/';
    target.path += *segment;
    target.segments.push_back(std::move(*segment));
    if (end == text.size()) return {};
    begin = end + 1;
  }
}

Result<void> parse_query(std::string_view text, Target& target) {
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals), true);
    if (!name) return fail(name.error());
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!value) return fail(value.error());
    target.query.insert_or_assign(std::move(*name), std::move(*value));
  }
  return {};
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  Target target;
  if (text == "*") {
    target.path = "*";
    return target;
  }
  const auto whole = text;
  text = without_authority(text);
  const auto bare = [](char c) { return is_control(c) || c == ' ' || c == '#'; };
  if (std::any_of(text.begin(), text.end(), bare))
    return fail(Code::invalid_argument, "a space, control character or # in the target");
  const auto question = std::min(text.find('?'), text.size());
  auto path = text.substr(0, question);
  if (path.empty() && text.size() < whole.size()) path = "/";
  if (!path.starts_with('/'))
    return fail(Code::invalid_argument, "the target does not begin with /");
  if (auto parsed = parse_path(path, target); !parsed) return fail(parsed.error());
  if (question < text.size()) {
    if (auto parsed = parse_query(text.substr(question + 1), target); !parsed)
      return fail(parsed.error());
  }
  return target;
}

}  // namespace trayline::http
