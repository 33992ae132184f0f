#include "sim/stripe/subset.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

namespace trayline::stripe_sim {
namespace {

constexpr std::size_t file_bytes_max = 4 << 20;

// Walks a value and its schema side by side. Depth is bounded by the value.
class Checker {
 public:
  Checker(const Json& description, bool form) : description_(description), form_(form) {}

  void check(const Json& schema, const Json& value, const std::string& at) {
    if (const Json* ref = schema.at("$ref")) {
      const std::string& text = *ref->as_string();
      const Json* target =
          description_.at("components", "schemas", text.substr(text.rfind('/') + 1));
      return target == nullptr ? add(at, "dangling " + text) : check(*target, value, at);
    }
    const Json* nullable = schema.at("nullable");
    if (value.is_null() && nullable != nullptr && *nullable->as_bool()) return;
    if (const Json* any = schema.at("anyOf")) return check_any(*any->as_array(), value, at);
    check_enum(schema, value, at);
    const std::string type = schema.text_at("type");
    if (type == "object") return check_members(schema, value, at);
    if (type == "array") return check_items(schema, value, at);
    if (!type.empty() && !is(type, value)) add(at, "expected " + type + got(value));
    const std::int64_t longest = schema.int_at("maxLength", INT64_MAX);
    if (const std::string* text = value.as_string();
        text != nullptr && static_cast<std::int64_t>(text->size()) > longest) {
      add(at, "is too long");
    }
  }

  std::vector<std::string> take() { return std::move(problems_); }

 private:
  void add(const std::string& at, const std::string& what) {
    problems_.push_back(at + ": " + what);
  }

  // What a request says may be a card's number: it is not repeated.
  std::string got(const Json& value) const { return form_ ? "" : ", got " + value.dump(); }

  bool is(const std::string& type, const Json& value) const {
    const std::string* text = value.as_string();
    if (type == "string") return text != nullptr;
    if (type == "boolean") {
      return form_ ? text != nullptr && (*text == "true" || *text == "false")
                   : value.as_bool() != nullptr;
    }
    if (type != "integer" && type != "number") return false;
    if (!form_) return value.as_int() != nullptr;
    std::int64_t number = 0;
    return text != nullptr &&
           std::from_chars(text->data(), text->data() + text->size(), number).ptr ==
               text->data() + text->size();
  }

  void check_any(const Json::Array& schemas, const Json& value, const std::string& at) {
    std::vector<std::string> closest;
    for (const Json& schema : schemas) {
      Checker one(description_, form_);
      one.check(schema, value, at);
      if (one.problems_.empty()) return;
      if (closest.empty() || one.problems_.size() < closest.size()) closest = one.take();
    }
    problems_.insert(problems_.end(), closest.begin(), closest.end());
  }

  void check_enum(const Json& schema, const Json& value, const std::string& at) {
    const Json* allowed = schema.at("enum");
    if (allowed == nullptr) return;
    const Json::Array& values = *allowed->as_array();
    if (std::find(values.begin(), values.end(), value) == values.end()) {
      add(at, "expected one of " + allowed->dump() + got(value));
    }
  }

  void check_members(const Json& schema, const Json& value, const std::string& at) {
    const Json::Object* object = value.as_object();
    if (object == nullptr) return add(at, "expected an object" + got(value));
    if (const Json* required = schema.at("required")) {
      for (const Json& name : *required->as_array()) {
        if (object->find(*name.as_string()) == nullptr) add(at, "lacks " + *name.as_string());
      }
    }
    const Json* rest = schema.at("additionalProperties");
    const bool closed = rest != nullptr && rest->as_bool() != nullptr && !*rest->as_bool();
    for (const auto& [name, member] : *object) {
      const std::string where = at + "/" + name;
      if (const Json* known = schema.at("properties", name)) {
        check(*known, member, where);
      } else if (closed) {
        add(where, "is unknown");
      } else if (rest != nullptr && rest->as_object() != nullptr) {
        check(*rest, member, where);
      }
    }
  }

  void check_items(const Json& schema, const Json& value, const std::string& at) {
    const Json* items = schema.at("items");
    if (const Json::Array* array = value.as_array(); array != nullptr && !form_) {
      for (std::size_t i = 0; items != nullptr && i < array->size(); ++i) {
        check(*items, (*array)[i], at + "/" + std::to_string(i));
      }
    } else if (const Json::Object* list = value.as_object(); list != nullptr && form_) {
      for (const auto& [index, entry] : *list) {
        if (items != nullptr) check(*items, entry, at + "/" + index);
      }
    } else {
      add(at, "expected an array" + got(value));
    }
  }

  const Json& description_;
  bool form_;
  std::vector<std::string> problems_;
};

}  // namespace

Result<Subset> Subset::load(const std::string& file) {
  std::ifstream in(file);
  if (!in) return fail(Code::not_found, file + " is not there");
  std::ostringstream text;
  text << in.rdbuf();
  auto json = parse_json(text.str(), {.bytes_max = file_bytes_max, .depth_max = 64});
  if (!json) return fail(json.error());
  return Subset(std::move(*json));
}

std::vector<std::string> Subset::check_object(std::string_view schema, const Json& value) const {
  Checker checker(description_, false);
  checker.check(Json::object({{"$ref", "#/components/schemas/" + std::string(schema)}}), value, "");
  return checker.take();
}

const Json* Subset::operation(const std::string& method, const std::string& path) const {
  std::string verb = method;
  for (char& c : verb) c = static_cast<char>(c - 'A' + 'a');
  return description_.at("paths", path, verb);
}

std::vector<std::string> Subset::check_request(const std::string& method, const std::string& path,
                                               const Json& params) const {
  const Json* called = operation(method, path);
  if (called == nullptr) return {method + " " + path + " is not in the description"};
  Checker checker(description_, true);
  if (const Json* body =
          called->at("requestBody", "content", "application/x-www-form-urlencoded", "schema")) {
    checker.check(*body, params, "");
    return checker.take();
  }
  Json::Object properties;
  if (const Json* parameters = called->at("parameters")) {
    for (const Json& parameter : *parameters->as_array()) {
      properties.set(parameter.text_at("name"), *parameter.at("schema"));
    }
  }
  checker.check(Json::object({{"type", "object"},
                              {"properties", Json(std::move(properties))},
                              {"additionalProperties", false}}),
                params, "");
  return checker.take();
}

std::vector<std::string> Subset::check_reply(const std::string& method, const std::string& path,
                                             int status, const Json& body) const {
  const Json* called = operation(method, path);
  if (status != 200) return check_object("error", body);
  if (called == nullptr) return {method + " " + path + " is not in the description"};
  const Json* schema = called->at("responses", "200", "content", "application/json", "schema");
  if (schema == nullptr) return {method + " " + path + " has no described answer"};
  Checker checker(description_, false);
  checker.check(*schema, body, "");
  return checker.take();
}

std::optional<std::string> Subset::path_of(const std::string& method, std::string_view path) const {
  const auto fits = [](std::string_view pattern, std::string_view text) {
    while (!pattern.empty() && !text.empty()) {
      const std::size_t one = std::min(pattern.find('/', 1), pattern.size());
      const std::size_t two = std::min(text.find('/', 1), text.size());
      const bool hole = pattern.size() > 1 && pattern[1] == '{' && two > 1;
      if (!hole && pattern.substr(0, one) != text.substr(0, two)) return false;
      pattern.remove_prefix(one);
      text.remove_prefix(two);
    }
    return pattern.empty() && text.empty();
  };
  std::optional<std::string> found;
  for (const auto& [pattern, operations] : *description_.at("paths")->as_object()) {
    // A literal path goes before one with names: /v1/payment_intents/search.
    if (fits(pattern, path) && operation(method, pattern) != nullptr &&
        (!found || pattern == path)) {
      found = pattern;
    }
  }
  return found;
}

}  // namespace trayline::stripe_sim
