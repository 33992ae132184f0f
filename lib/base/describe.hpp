// Structs as JSON. A struct lists its members once,
//
//   struct Ack {
//     PredictionId prediction;
//     std::optional<std::string> reason;
//     static void describe(auto& member, auto& self) {
//       member("prediction", self.prediction);
//       member("reason", self.reason);
//     }
//   };
//
// and to_json / from_json follow. Unknown members are ignored, absent optional ones stay empty,
// `member.defaulted(name, x)` keeps x where the text has none. An enum is a text by the table
// `static constexpr` pair list that enum_names(E) returns, found by argument-dependent look-up.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "lib/base/ids.hpp"
#include "lib/base/json.hpp"
#include "lib/base/money.hpp"

namespace trayline {

// One thing wrong with a document: a JSON pointer (RFC 6901) and what was expected there.
struct JsonProblem {
  std::string pointer;
  std::string detail;
  bool operator==(const JsonProblem&) const = default;
};

namespace describe_detail {

struct Probe {
  void operator()(std::string_view, auto&) {}
  void defaulted(std::string_view, auto&) {}
};

template <class T>
concept Described = requires(T& t, Probe& p) {
  T::describe(p, t);
};
template <class T>
concept Enum = std::is_enum_v<T>;

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};

}  // namespace describe_detail

template <class T>
Json to_json(const T& value);

class JsonWriter {
 public:
  template <class T>
  void operator()(std::string_view name, const T& value) {
    if constexpr (describe_detail::is_optional<T>::value) {
      if (value) object_.set(name, to_json(*value));
    } else {
      object_.set(name, to_json(value));
    }
  }
  template <class T>
  void defaulted(std::string_view name, const T& value) {
    (*this)(name, value);
  }
  Json take() { return Json(std::move(object_)); }

 private:
  Json::Object object_;
};

template <class T>
std::string_view enum_name(T value) {
  for (const auto& [v, name] : enum_names(T{})) {
    if (v == value) return name;
  }
  return "?";
}

template <class T>
std::optional<T> enum_value(std::string_view text) {
  for (const auto& [v, name] : enum_names(T{})) {
    if (name == text) return v;
  }
  return std::nullopt;
}

template <class Tag>
Json to_json_value(const Id<Tag>& id) {
  return Json(id.value);
}
inline Json to_json_value(const Currency& currency) { return Json(currency.str()); }
inline Json to_json_value(const Money& money) {
  return Json::object({{"amount_minor", money.minor}, {"currency", money.currency.str()}});
}
inline Json to_json_value(const Json& json) { return json; }
template <class T>
requires(std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) Json
    to_json_value(const T& value) {
  return Json(value);
}
template <describe_detail::Enum T>
Json to_json_value(const T& value) {
  return Json(enum_name(value));
}
template <describe_detail::Described T>
Json to_json_value(const T& value) {
  JsonWriter writer;
  T::describe(writer, value);
  return writer.take();
}
template <class T>
Json to_json_value(const std::vector<T>& values) {
  Json::Array array;
  array.reserve(values.size());
  for (const T& value : values) array.push_back(to_json(value));
  return Json(std::move(array));
}

template <class T>
Json to_json(const T& value) {
  return to_json_value(value);
}

// Reads one document and collects everything that is wrong with it.
class JsonReader {
 public:
  // At most this many problems are collected.
  static constexpr std::size_t kProblemsMax = 20;

  template <class T>
  void operator()(std::string_view name, T& out) {
    member(name, out, !describe_detail::is_optional<T>::value);
  }
  template <class T>
  void defaulted(std::string_view name, T& out) {
    member(name, out, false);
  }

  template <class T>
  void read(const Json& json, T& out) {
    if constexpr (std::is_same_v<T, Json>) {
      out = json;
    } else if constexpr (std::is_same_v<T, bool>) {
      if (const bool* v = json.as_bool())
        out = *v;
      else
        problem("expected true or false");
    } else if constexpr (std::is_integral_v<T>) {
      read_integer(json, out);
    } else if constexpr (std::is_floating_point_v<T>) {
      read_number(json, out);
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (const std::string* v = json.as_string())
        out = *v;
      else
        problem("expected a text");
    } else if constexpr (std::is_same_v<T, Currency>) {
      read_currency(json, out);
    } else if constexpr (std::is_same_v<T, Money>) {
      read_money(json, out);
    } else if constexpr (describe_detail::Enum<T>) {
      read_enum(json, out);
    } else if constexpr (describe_detail::is_optional<T>::value) {
      if (json.is_null())
        out.reset();
      else
        read(json, out.emplace());
    } else if constexpr (describe_detail::Described<T>) {
      read_object(json, out);
    } else {
      read_other(json, out);
    }
  }

  const std::vector<JsonProblem>& problems() const { return problems_; }
  void problem(std::string detail);

 private:
  template <class T>
  void member(std::string_view name, T& out, bool required) {
    const Json* value = object_->find(name);
    Step step(*this, name);
    if (value == nullptr || (value->is_null() && describe_detail::is_optional<T>::value)) {
      if (required) problem("is required");
      return;
    }
    read(*value, out);
  }
  template <class T>
  void read_integer(const Json& json, T& out) {
    const std::int64_t* v = json.as_int();
    if (v == nullptr) return problem("expected an integer");
    if (!std::in_range<T>(*v)) return problem("the number is out of range");
    out = static_cast<T>(*v);
  }
  template <class T>
  void read_number(const Json& json, T& out) {
    if (const double* v = json.as_double()) {
      out = static_cast<T>(*v);
    } else if (const std::int64_t* i = json.as_int()) {
      out = static_cast<T>(*i);
    } else {
      problem("expected a number");
    }
  }
  void read_currency(const Json& json, Currency& out);
  void read_money(const Json& json, Money& out);
  template <class T>
  void read_enum(const Json& json, T& out) {
    const std::string* text = json.as_string();
    const std::optional<T> value = text ? enum_value<T>(*text) : std::nullopt;
    if (value) {
      out = *value;
      return;
    }
    std::string expected = "expected one of";
    for (const auto& [v, name] : enum_names(T{})) expected += " " + std::string(name);
    problem(std::move(expected));
  }
  template <class T>
  void read_object(const Json& json, T& out) {
    const Json::Object* object = json.as_object();
    if (object == nullptr) return problem("expected an object");
    const Json::Object* outer = object_;
    object_ = object;
    T::describe(*this, out);
    object_ = outer;
  }
  template <class Tag>
  void read_other(const Json& json, Id<Tag>& out) {
    read(json, out.value);
  }
  template <class T>
  void read_other(const Json& json, std::vector<T>& out) {
    const Json::Array* array = json.as_array();
    if (array == nullptr) return problem("expected an array");
    out.clear();
    for (std::size_t i = 0; i < array->size() && problems_.size() < kProblemsMax; ++i) {
      Step step(*this, std::to_string(i));
      read((*array)[i], out.emplace_back());
    }
  }

  struct Step {
    Step(JsonReader& reader, std::string_view name)
        : reader_(reader), length_(reader.path_.size()) {
      reader.path_.append("/").append(name);
    }
    ~Step() { reader_.path_.resize(length_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    JsonReader& reader_;
    std::size_t length_;
  };

  const Json::Object* object_ = nullptr;
  std::string path_;
  std::vector<JsonProblem> problems_;
};

// "/items/0/count: expected an integer; /order: is required"
std::string to_string(const std::vector<JsonProblem>& problems);

// Reads into out; false with at least one problem where the document does not fit.
template <class T>
bool read_json(const Json& json, T& out, std::vector<JsonProblem>& problems) {
  JsonReader reader;
  reader.read(json, out);
  problems = reader.problems();
  return problems.empty();
}

template <class T>
Result<T> from_json(const Json& json) {
  T out{};
  std::vector<JsonProblem> problems;
  if (!read_json(json, out, problems)) return fail(Code::invalid_argument, to_string(problems));
  return out;
}

template <class T>
Result<T> from_json_text(std::string_view text, const JsonLimits& limits = {}) {
  const Result<Json> json = parse_json(text, limits);
  if (!json) return fail(json.error());
  return from_json<T>(*json);
}

template <class T>
std::string to_json_text(const T& value) {
  return to_json(value).dump();
}

}  // namespace trayline
