// store.toml: one store as its owner describes it. Values.
#pragma once
#include <string>
#include <vector>

#include "cloud/orders/tax.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/money.hpp"
#include "lib/base/result.hpp"
#include "lib/config/config.hpp"
#include "lib/wire/catalogue.hpp"

namespace trayline::cloud {

// A place where trays are set down, with its camera and its screen.
struct StationEntry {
  StationId id;
  ScreenId screen;
  static void describe(auto& member, auto& self) {
    member("id", self.id);
    member("screen", self.screen);
  }
};

// A small computer at the counter.
struct CoreEntry {
  CoreId id;
  std::vector<StationEntry> station;
  static void describe(auto& member, auto& self) {
    member("id", self.id);
    member("station", self.station);
  }
};

struct SiteEntry {
  SiteId id;
  std::string name;
  Currency currency;
  bool match_without_code = false;  // an exact tray may find its order without a code
  bool walk_up = false;             // a tray may be set down first and paid afterwards
  orders::TaxPer tax_rounding = orders::TaxPer::line;  // where tax is rounded
  orders::Rounding tax_half = orders::Rounding::half_up;
  std::string time_zone = "UTC";                // of the hours
  std::vector<wire::catalogue::Opening> hours;  // none: always open
  std::vector<std::string> closed;              // dates, YYYY-MM-DD
  static void describe(auto& member, auto& self) {
    member("id", self.id);
    member("name", self.name);
    member("currency", self.currency);
    member.defaulted("match_without_code", self.match_without_code);
    member.defaulted("walk_up", self.walk_up);
    member.defaulted("tax_rounding", self.tax_rounding);
    member.defaulted("tax_half", self.tax_half);
    member.defaulted("time_zone", self.time_zone);
    member.defaulted("closed", self.closed);
    member.defaulted("hours", self.hours);
  }
};

struct ItemEntry {
  Sku sku;
  std::string name;
  std::int64_t price_minor = 0;
  std::int64_t tax_bp = 0;  // the rate of the tax that the price contains; 1900 is 19 %
  static void describe(auto& member, auto& self) {
    member("sku", self.sku);
    member("name", self.name);
    member("price_minor", self.price_minor);
    member.defaulted("tax_bp", self.tax_bp);
  }
};

struct StoreFile {
  SiteEntry site;
  std::vector<ItemEntry> item;
  std::vector<CoreEntry> core;
  static void describe(auto& member, auto& self) {
    member("site", self.site);
    member("item", self.item);
    member("core", self.core);
  }
  void validate(config::Complaints& wrong) const;
};

// Bounds of a store file.
inline constexpr std::size_t kItemsMax = 2000;
inline constexpr std::size_t kStationsMax = 20'000;

// The error names file, line and column.
Result<StoreFile> load_store(const std::string& path);
// version: the SHA-256 of what the menu says, shortened to 16 digits.
wire::catalogue::LoadMenu menu_of(const StoreFile& store);

}  // namespace trayline::cloud
