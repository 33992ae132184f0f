// The walker behind read_config: it goes through a described struct and the document side by side.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/describe.hpp"
#include "lib/config/trail.hpp"
#include "lib/config/units.hpp"

namespace trayline::config {

template <class T>
concept Validated = requires(const T& t, Complaints& wrong) {
  t.validate(wrong);
};

template <class T>
concept HasUnit = std::is_same_v<T, Duration> || std::is_same_v<T, ByteSize>;
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
concept Section = describe_detail::Described<T>;

class Reader : public Trail {
 public:
  using Trail::Trail;

  template <class T>
  void read_root(T& out) {
    read_section(&document_.values, out);
  }

  template <class T>
  void operator()(std::string_view name, T& out) {
    member(name, out, !describe_detail::is_optional<T>::value);
  }
  template <class T>
  void defaulted(std::string_view name, T& out) {
    member(name, out, false);
  }

 private:
  // The table whose members are being read.
  struct Frame {
    const Json::Object* object;
    std::vector<std::string> known;
  };
  class Complainer final : public Complaints {
   public:
    explicit Complainer(Reader& reader) : reader_(reader) {}
    void operator()(std::string_view key, std::string detail) override {
      reader_.complain(key, std::move(detail));
    }

   private:
    Reader& reader_;
  };
  template <class T>
  void member(std::string_view name, T& out, bool required) {
    frame_->known.emplace_back(name);
    const Json* value = frame_->object == nullptr ? nullptr : frame_->object->find(name);
    const Step step(*this, name);
    if constexpr (describe_detail::is_optional<T>::value) {
      typename T::value_type inner{};
      if (out) inner = *out;
      if (read_present(value, inner)) out = std::move(inner);
    } else if (!read_present(value, out) && required) {
      problem("is required");
    }
  }

  // False where neither the file nor the environment has it.
  template <class T>
  bool read_present(const Json* value, T& out) {
    if constexpr (Section<T>) {
      return value != nullptr ? (read_section(value, out), true) : read_from_environment(out);
    } else if constexpr (IsVector<T>::value) {
      if (value != nullptr) read_array(*value, out);
      return value != nullptr;
    } else {
      if (const std::string* text = variable()) {
        overridden_ = true;
        ++overrides_;
        read_leaf(scalar<T>(*text), out);
        overridden_ = false;
        return true;
      }
      if (value != nullptr) read_leaf(*value, out);
      return value != nullptr;
    }
  }

  template <class T>
  void read_section(const Json* value, T& out) {
    if (value != nullptr && value->as_object() == nullptr) return problem("expected a table");
    Frame frame{value == nullptr ? nullptr : value->as_object(), {}};
    Frame* const outer = std::exchange(frame_, &frame);
    const std::size_t before = problem_count();
    T::describe(*this, out);
    if (frame.object != nullptr) refuse_unknown(*frame.object, frame.known);
    frame_ = outer;
    if constexpr (Validated<T>) {
      Complainer complainer(*this);
      if (problem_count() == before) out.validate(complainer);
    }
  }

  // A table that the file lacks exists if a variable sets something in it.
  template <class T>
  bool read_from_environment(T& out) {
    const std::size_t overrides = overrides_;
    const std::size_t problems = problem_count();
    T candidate = out;
    read_section(nullptr, candidate);
    if (overrides_ == overrides) {
      forget_after(problems);
      return false;
    }
    out = std::move(candidate);
    return true;
  }

  template <class T>
  void read_array(const Json& value, std::vector<T>& out) {
    const Json::Array* array = value.as_array();
    if (array == nullptr) return problem("expected an array");
    out.clear();
    for (std::size_t i = 0; i < array->size(); ++i) {
      const Step step(*this, i);
      (void)read_present(&(*array)[i], out.emplace_back());
    }
  }

  template <class T>
  void read_leaf(const Json& value, T& out) {
    if constexpr (HasUnit<T>) {
      const std::string* text = value.as_string();
      const Result<T> parsed = T::parse(text == nullptr ? std::string_view() : *text);
      if (!parsed) return problem(parsed.error().detail);
      out = *parsed;
    } else {
      std::vector<JsonProblem> problems;
      (void)read_json(value, out, problems);
      for (const JsonProblem& p : problems) problem_at(p.pointer, p.detail);
      if constexpr (std::is_same_v<T, Money>) {
        if (const auto* object = value.as_object())
          refuse_unknown(*object, {"amount_minor", "currency"});
      }
    }
  }

  // The text of a variable as the value that the file would have; a text where it is none.
  template <class T>
  static Json scalar(const std::string& text) {
    if constexpr (std::is_arithmetic_v<T>) return number_or_bool(text);
    return Json(text);
  }
  static Json number_or_bool(const std::string& text);

  Frame* frame_ = nullptr;
  std::size_t overrides_ = 0;
};

}  // namespace trayline::config
