// Where the reader of a configuration is, in the document and in the environment, and what it found
// wrong there. Knows no struct.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/document.hpp"

namespace trayline::config {

// Variables by name.
using Environment = std::map<std::string, std::string>;
// Those of this process that begin with TRAYLINE_.
Environment process_environment();

// Takes what validate() of a struct has against its members.
class Complaints {
 public:
  virtual ~Complaints() = default;
  virtual void operator()(std::string_view key, std::string detail) = 0;
};

class Trail {
 public:
  // More are counted only.
  static constexpr std::size_t kProblemsMax = 20;

  Trail(const Document& document, const Environment& environment)
      : document_(document), environment_(environment) {}
  // What is wrong, sorted by place.
  Result<void> result() const;

 protected:
  // One step into a table or an array, while it lives.
  class Step {
   public:
    Step(Trail& trail, std::string_view name);
    Step(Trail& trail, std::size_t index);
    ~Step();
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Trail& trail_;
    std::size_t pointer_, path_, variable_;
    bool in_array_;
  };

  // The variable that overrides the value at hand, if it is set.
  const std::string* variable() const;
  void problem(std::string detail) { problem_at("", std::move(detail)); }
  // below: a JSON pointer from here on.
  void problem_at(const std::string& below, std::string detail);
  void complain(std::string_view key, std::string detail);
  void refuse_unknown(const Json::Object& object, const std::vector<std::string>& known);
  // Forgets the problems after the first so many.
  std::size_t problem_count() const { return problem_count_; }
  void forget_after(std::size_t count);

  const Document& document_;
  bool overridden_ = false;  // the value at hand comes from the environment

 private:
  struct Problem {
    std::optional<Position> position;  // none: of the environment
    std::string text;
  };
  Position place(const std::string& pointer) const;

  const Environment& environment_;
  std::string pointer_;                // "/menu/0/price_minor"
  std::string path_;                   // "menu[0].price_minor"
  std::string variable_ = "TRAYLINE";  // "TRAYLINE_MENU_..."
  bool in_array_ = false;              // no variable reaches into an array
  std::size_t problem_count_ = 0;
  std::vector<Problem> problems_;
};

}  // namespace trayline::config
