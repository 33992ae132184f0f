// Distinct types for the ids of the domain, so that an order's id cannot stand where a core's
// belongs. Plain values.
#pragma once
#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace trayline {

template <class Tag>
struct Id {
  std::string value;
  Id() = default;
  explicit Id(std::string v) : value(std::move(v)) {}
  auto operator<=>(const Id&) const = default;
  bool empty() const { return value.empty(); }
};

using UserId = Id<struct UserTag>;
using SiteId = Id<struct SiteTag>;
using CoreId = Id<struct CoreTag>;        // [a-z0-9-]{1,40}
using StationId = Id<struct StationTag>;  // unique within its core
using ScreenId = Id<struct ScreenTag>;    // unique within its core
using OrderId = Id<struct OrderTag>;
using RefundId = Id<struct RefundTag>;
using VisitId = Id<struct VisitTag>;
using PredictionId = Id<struct PredictionTag>;
using Sku = Id<struct SkuTag>;

// A core's id may become part of topics, file names and certificates: [a-z0-9-]{1,40}.
bool is_core_id(std::string_view text);
// Stations, screens, sites and SKUs: [A-Za-z0-9_-]{1,64}.
bool is_name(std::string_view text);

}  // namespace trayline

template <class Tag>
struct std::hash<trayline::Id<Tag>> {
  std::size_t operator()(const trayline::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};
