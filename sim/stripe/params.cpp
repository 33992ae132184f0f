#include "sim/stripe/params.hpp"

#include <algorithm>
#include <charconv>

namespace trayline::stripe_sim {
namespace {

constexpr std::size_t text_max = 5000;
constexpr std::size_t metadata_names_max = 50;
constexpr std::size_t metadata_name_max = 40;
constexpr std::size_t metadata_value_max = 500;

std::optional<std::int64_t> parse_integer(const std::string& text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

bool is_choice(std::string_view value, std::string_view choices) {
  while (!choices.empty()) {
    const std::size_t bar = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, bar) == value) return true;
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return false;
}

Problem bad_group(std::string name) {
  return {"parameter_invalid_object", name, "Invalid object: " + name};
}

std::optional<Problem> check_metadata(const std::string& name, const Json& value) {
  const Json::Object* group = value.as_object();
  if (group == nullptr) {
    if (value.as_string()->empty()) return std::nullopt;  // unsets all
    return bad_group(name);
  }
  if (group->size() > metadata_names_max) {
    return Problem{"", name, "Metadata can have up to 50 names."};
  }
  for (const auto& [key, text] : *group) {
    const std::string full = name + "[" + key + "]";
    if (text.as_string() == nullptr) return bad_group(full);
    if (key.size() > metadata_name_max) {
      return Problem{"", full, "Metadata names can have up to 40 characters."};
    }
    if (text.as_string()->size() > metadata_value_max) {
      return Problem{"", full, "Metadata values can have up to 500 characters."};
    }
  }
  return std::nullopt;
}

std::optional<Problem> check_texts(const std::string& name, const Json& value) {
  const Json::Object* list = value.as_object();
  if (list == nullptr) return Problem{"parameter_invalid_array", name, "Invalid array: " + name};
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json* entry = list->find(std::to_string(i));
    if (entry == nullptr || entry->as_string() == nullptr) {
      return Problem{"parameter_invalid_array", name, "Invalid array: " + name};
    }
  }
  return std::nullopt;
}

std::optional<Problem> check_integer(const std::string& name, const std::string& text) {
  if (parse_integer(text)) return std::nullopt;
  return Problem{"parameter_invalid_integer", name, "Invalid integer: " + name};
}

std::optional<Problem> check_range(const std::string& name, const Json& value) {
  if (value.as_string() != nullptr) return check_integer(name, *value.as_string());
  for (const auto& [key, bound] : *value.as_object()) {
    const std::string full = name + "[" + key + "]";
    if (!is_choice(key, "gt|gte|lt|lte")) {
      return Problem{"parameter_unknown", full, "Received unknown parameter: " + full};
    }
    if (bound.as_string() == nullptr) return bad_group(full);
    if (auto problem = check_integer(full, *bound.as_string())) return problem;
  }
  return std::nullopt;
}

std::optional<Problem> check_scalar(const Param& param, const std::string& name,
                                    const Json& value) {
  const std::string* text = value.as_string();
  if (text == nullptr) return Problem{"", name, "Invalid string: " + name};
  if (text->size() > text_max) {
    return Problem{"", name, "Invalid string: " + name + " must be at most 5000 characters"};
  }
  if (text->empty()) {
    return Problem{"parameter_invalid_empty", name, "An empty value was given for " + name + "."};
  }
  if (param.kind == Kind::integer) return check_integer(name, *text);
  if (param.kind == Kind::boolean && *text != "true" && *text != "false") {
    return Problem{"", name, "Invalid boolean: " + name};
  }
  if (param.kind == Kind::choice && !is_choice(*text, param.choices)) {
    return Problem{"", name, "Invalid " + name + ": must be one of " + std::string(param.choices)};
  }
  return std::nullopt;
}

std::optional<Problem> check_one(const Param& param, const Json& value) {
  const std::string name(param.name);
  switch (param.kind) {
    case Kind::metadata:
      return check_metadata(name, value);
    case Kind::texts:
      return check_texts(name, value);
    case Kind::range:
      return check_range(name, value);
    case Kind::group:
      if (value.as_object() == nullptr) return bad_group(name);
      return std::nullopt;
    case Kind::ignored:
      return std::nullopt;
    default:
      return check_scalar(param, name, value);
  }
}

}  // namespace

std::optional<Problem> check_params(const Json& params, std::span<const Param> table) {
  for (const auto& [name, value] : *params.as_object()) {
    const auto param = std::find_if(table.begin(), table.end(),
                                    [&, n = &name](const Param& p) { return p.name == *n; });
    if (param == table.end()) {
      return Problem{"parameter_unknown", name, "Received unknown parameter: " + name};
    }
    if (auto problem = check_one(*param, value)) return problem;
  }
  for (const Param& param : table) {
    if (!param.required || params.at(param.name) != nullptr) continue;
    const std::string name(param.name);
    return Problem{"parameter_missing", name, "Missing required param: " + name + "."};
  }
  return std::nullopt;
}

std::optional<std::int64_t> integer_at(const Json& params, std::string_view name) {
  const Json* value = params.at(name);
  if (value == nullptr || value->as_string() == nullptr) return std::nullopt;
  return parse_integer(*value->as_string());
}

bool true_at(const Json& params, std::string_view name) { return params.text_at(name) == "true"; }

std::vector<std::string> texts_at(const Json& params, std::string_view name) {
  std::vector<std::string> out;
  const Json* list = params.at(name);
  if (list == nullptr || list->as_object() == nullptr) return out;
  for (const auto& [index, value] : *list->as_object()) {
    if (value.as_string() != nullptr) out.push_back(*value.as_string());
  }
  return out;
}

}  // namespace trayline::stripe_sim
