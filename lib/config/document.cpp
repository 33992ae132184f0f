// The only file that sees toml++.
#include "lib/config/document.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
// Version 3.3 asserts on "[[]]"; without the assertion its own error path answers.
#define TOML_ASSERT(...) static_assert(true)
#include <toml++/toml.h>

namespace trayline::config {
namespace {

std::optional<Position> position(const toml::source_region& region) {
  if (region.begin.line == 0) return std::nullopt;
  return Position{region.begin.line, region.begin.column};
}

// Copies a tree of nodes, noting where they stand; the first value of an unwanted kind ends it.
class Copier {
 public:
  explicit Copier(Document& out) : out_(out) {}

  Json copy(const toml::node& node, const std::string& pointer) {
    if (const auto at = position(node.source())) out_.entries.emplace(pointer, *at);
    if (const auto* table = node.as_table()) return copy_table(*table, pointer);
    if (const auto* array = node.as_array()) return copy_array(*array, pointer);
    if (const auto* text = node.as_string()) return Json(text->get());
    if (const auto* number = node.as_integer()) return Json(number->get());
    if (const auto* yes = node.as_boolean()) return Json(yes->get());
    if (const auto* real = node.as_floating_point()) {
      if (!std::isfinite(real->get())) refuse(node, "a number must be finite");
      return Json(real->get());
    }
    refuse(node, "dates and times are not used; write a text in quotes");
    return {};
  }

  const std::optional<Error>& refusal() const { return refusal_; }

 private:
  Json copy_table(const toml::table& table, const std::string& pointer) {
    Json::Object object;
    for (const auto& [key, value] : table) {
      const std::string child = fmt::format("{}/{}", pointer, key.str());
      if (const auto at = position(key.source())) out_.keys.emplace(child, *at);
      object.set(key.str(), copy(value, child));
    }
    return Json(std::move(object));
  }
  Json copy_array(const toml::array& array, const std::string& pointer) {
    Json::Array values;
    for (std::size_t i = 0; i < array.size(); ++i)
      values.push_back(copy(array[i], fmt::format("{}/{}", pointer, i)));
    return Json(std::move(values));
  }
  void refuse(const toml::node& node, std::string_view what) {
    const Position at = position(node.source()).value_or(Position{});
    if (!refusal_)
      refusal_ = Error{Code::invalid_argument,
                       fmt::format("{}:{}:{}: {}", out_.name, at.line, at.column, what)};
  }

  Document& out_;
  std::optional<Error> refusal_;
};

}  // namespace

Result<Document> parse_toml(std::string_view text, std::string_view file_name) {
  if (text.size() > kFileBytesMax)
    return fail(Code::invalid_argument,
                fmt::format("{}: larger than {} bytes", file_name, kFileBytesMax));
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::source_position at = parsed.error().source().begin;
    return fail(Code::invalid_argument,
                fmt::format("{}:{}:{}: {}", file_name, std::max(at.line, 1U),
                            std::max(at.column, 1U), parsed.error().description()));
  }
  Document document;
  document.name = file_name;
  Copier copier(document);
  document.values = copier.copy(parsed.table(), "");
  if (copier.refusal()) return fail(*copier.refusal());
  return document;
}

Result<Document> load_toml(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return fail(Code::not_found, fmt::format("{}: there is no such file", path));
  if (std::filesystem::is_directory(path, ignored))
    return fail(Code::unavailable, fmt::format("{}: is a folder", path));
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::unavailable, fmt::format("{}: {}", path, std::strerror(errno)));
  std::string text(kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parse_toml(text, path);
}

}  // namespace trayline::config
