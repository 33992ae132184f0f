// What the machine and the state folder are like, and what to do about it. Looks only.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/json.hpp"

namespace trayline::doctor {

enum class Level { ok, warn, bad };
constexpr auto enum_names(Level) {
  return std::array{std::pair{Level::ok, std::string_view("ok")},
                    std::pair{Level::warn, std::string_view("warn")},
                    std::pair{Level::bad, std::string_view("bad")}};
}

struct Line {
  std::string section;  // versions, programs, state, payments, certificates, ports, disk
  std::string what;
  Level level = Level::ok;
  std::string found;
  std::string todo;  // empty when all is well
};

// A bound that the product keeps, by the name it has in the sources.
struct Limit {
  std::string name;  // "http.body_bytes_max"
  std::int64_t value = 0;
};

struct Report {
  std::vector<Line> lines;
  std::vector<Limit> limits;
  bool ok() const;  // nothing is bad
};

// program: our own path, beside which the other programs lie. state: need not exist.
Report examine(const std::string& program, const std::string& state, const Clock& clock);

std::vector<Limit> limits();
Json to_json(const Report& report);
std::string to_text(const Report& report);

}  // namespace trayline::doctor
