// Values as TOML text.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lib/base/check.hpp"
#include "lib/config/document.hpp"

namespace trayline::config {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(byte));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string key_text(std::string_view key) {
  const auto bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !key.empty() && std::all_of(key.begin(), key.end(), bare) ? std::string(key) : quoted(key);
}

std::string real_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string inline_text(const Json& value) {
  if (const bool* yes = value.as_bool()) return *yes ? "true" : "false";
  if (const auto* number = value.as_int()) return fmt::format("{}", *number);
  if (const auto* real = value.as_double()) return real_text(*real);
  if (const auto* text = value.as_string()) return quoted(*text);
  std::string out;
  if (const auto* array = value.as_array()) {
    for (const Json& element : *array)
      out += fmt::format("{}{}", out.empty() ? "" : ", ", inline_text(element));
    return fmt::format("[{}]", out);
  }
  const auto* object = value.as_object();
  check(object != nullptr, "TOML has no null");
  for (const auto& [key, member] : *object) {
    if (!member.is_null())
      out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", key_text(key), inline_text(member));
  }
  return fmt::format("{{{}}}", out);
}

bool is_array_of_tables(const Json& value) {
  const Json::Array* array = value.as_array();
  const auto is_table = [](const Json& element) { return element.as_object() != nullptr; };
  return array != nullptr && !array->empty() && std::all_of(array->begin(), array->end(), is_table);
}

// The plain members first: in TOML they belong to the header above them.
void write_table(std::string& out, const std::string& path, const Json::Object& object) {
  const auto has_header = [](const Json& v) { return v.as_object() || is_array_of_tables(v); };
  for (const auto& [key, value] : object) {
    if (!value.is_null() && !has_header(value))
      out += fmt::format("{} = {}\n", key_text(key), inline_text(value));
  }
  for (const auto& [key, value] : object) {
    const std::string child = path.empty() ? key_text(key) : path + "." + key_text(key);
    if (const auto* table = value.as_object()) {
      out += fmt::format("{}[{}]\n", out.empty() ? "" : "\n", child);
      write_table(out, child, *table);
    } else if (is_array_of_tables(value)) {
      for (const Json& element : *value.as_array()) {
        out += fmt::format("{}[[{}]]\n", out.empty() ? "" : "\n", child);
        write_table(out, child, *element.as_object());
      }
    }
  }
}

}  // namespace

std::string to_toml(const Json& object) {
  check(object.as_object() != nullptr, "a TOML document is a table");
  std::string out;
  write_table(out, "", *object.as_object());
  return out;
}

}  // namespace trayline::config
