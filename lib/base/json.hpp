// JSON (RFC 8259) as a value. Numbers are int64 or double; money is read as int64 only.
// Objects keep their order; duplicate members are refused. Plain values, thread-compatible.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "lib/base/result.hpp"

namespace trayline {

// Bounds on text from outside.
struct JsonLimits {
  std::size_t bytes_max = 256 * 1024;
  std::size_t depth_max = 32;
};

class Json {
 public:
  using Array = std::vector<Json>;
  class Object {
   public:
    // The member, or null where there is none.
    const Json* find(std::string_view name) const;
    Json* find(std::string_view name);
    // Adds or replaces.
    Object& set(std::string_view name, Json value);
    void erase(std::string_view name);
    std::size_t size() const { return members_.size(); }
    bool empty() const { return members_.empty(); }
    auto begin() const { return members_.begin(); }
    auto end() const { return members_.end(); }
    bool operator==(const Object& other) const;

   private:
    std::vector<std::pair<std::string, Json>> members_;
  };

  Json() = default;  // null
  Json(std::nullptr_t) {}
  Json(bool v) : value_(v) {}
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) Json(T v)
      : value_(static_cast<std::int64_t>(v)) {}
  Json(double v) : value_(v) {}
  Json(std::string v) : value_(std::move(v)) {}
  Json(std::string_view v) : value_(std::string(v)) {}
  Json(const char* v) : value_(std::string(v)) {}
  Json(Array v) : value_(std::move(v)) {}
  Json(Object v) : value_(std::move(v)) {}
  // Json::object({{"a", 1}, {"b", "x"}})
  static Json object(std::initializer_list<std::pair<std::string_view, Json>> members);

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  // Null where the value is of another type.
  const bool* as_bool() const { return std::get_if<bool>(&value_); }
  const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&value_); }
  const double* as_double() const { return std::get_if<double>(&value_); }
  const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  const Array* as_array() const { return std::get_if<Array>(&value_); }
  Array* as_array() { return std::get_if<Array>(&value_); }
  const Object* as_object() const { return std::get_if<Object>(&value_); }
  Object* as_object() { return std::get_if<Object>(&value_); }

  // The value at a path of member names and array indexes: at("items", 0, "sku"). Null where any
  // step is missing.
  template <class... Steps>
  const Json* at(const Steps&... steps) const {
    const Json* here = this;
    ((here = here == nullptr ? nullptr : here->step(steps)), ...);
    return here;
  }
  // Convenience for reading documents whose absence of a member means "empty" or 0.
  std::string text_at(std::string_view name) const;
  std::int64_t int_at(std::string_view name, std::int64_t otherwise = 0) const;

  // Compact text, UTF-8.
  std::string dump() const;
  bool operator==(const Json&) const = default;

 private:
  const Json* step(std::string_view name) const;
  const Json* step(const char* name) const { return step(std::string_view(name)); }
  const Json* step(const std::string& name) const { return step(std::string_view(name)); }
  const Json* step(int index) const { return step(static_cast<std::size_t>(index)); }
  const Json* step(std::size_t index) const;

  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value_;
};

// invalid_argument with what is wrong and where (byte offset) for anything but one JSON text
// within the limits. Integers beyond int64 are refused, not rounded.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

}  // namespace trayline
