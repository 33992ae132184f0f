// What a site sells, and when, as its owner writes it down.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"

namespace trayline::wire::catalogue {

struct Item {
  Sku sku;
  std::string name;
  std::int64_t price_minor = 0;
  bool active = true;
  std::int64_t tax_bp = 0;  // the rate of the tax that the price contains, 1/100 of a percent
  static void describe(auto& member, auto& self) {
    member("sku", self.sku);
    member("name", self.name);
    member("price_minor", self.price_minor);
    member.defaulted("active", self.active);
    member.defaulted("tax_bp", self.tax_bp);
  }
};

enum class Day { mon, tue, wed, thu, fri, sat, sun };
constexpr auto enum_names(Day) {
  using enum Day;
  using namespace std::string_view_literals;
  return std::array{std::pair{mon, "mon"sv}, std::pair{tue, "tue"sv}, std::pair{wed, "wed"sv},
                    std::pair{thu, "thu"sv}, std::pair{fri, "fri"sv}, std::pair{sat, "sat"sv},
                    std::pair{sun, "sun"sv}};
}

// "HH:MM" of the site's clock; a close that is not after the open is on the next day.
struct Opening {
  Day day = Day::mon;
  std::string open;
  std::string close;  // up to "24:00"
  bool operator==(const Opening&) const = default;
  static void describe(auto& member, auto& self) {
    member("day", self.day);
    member("open", self.open);
    member("close", self.close);
  }
};

// When a site sells; without openings always. closed: "YYYY-MM-DD", days that do not open.
struct Hours {
  std::string time_zone = "UTC";  // a name of the tz database
  std::vector<Opening> openings;
  std::vector<std::string> closed;
  bool operator==(const Hours&) const = default;
  static void describe(auto& member, auto& self) {
    member.defaulted("time_zone", self.time_zone);
    member.defaulted("openings", self.openings);
    member.defaulted("closed", self.closed);
  }
};

}  // namespace trayline::wire::catalogue
