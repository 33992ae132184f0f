#include "lib/wire/prediction.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/encoding.hpp"
#include "lib/base/random.hpp"

namespace trayline::wire {
namespace {

bool is_hash(std::string_view text) { return text.size() == 64 && from_hex(text).has_value(); }

bool is_score(double value) { return std::isfinite(value) && value >= 0; }

std::string problem_of(const SeenItem& item) {
  if (!is_name(item.sku.value)) return "items: a sku that is no name";
  if (item.count < 1 || item.count > kCountMax) return "items: count must be 1 to 1000";
  if (!is_score(item.score) || item.score > 1) return "items: score must be 0 to 1";
  if (!is_score(item.margin) || !is_score(item.area_mm2)) return "items: a number below zero";
  if (item.runners_up.size() > kRunnersUpMax) return "items: more than 5 runners_up";
  for (const RunnerUp& other : item.runners_up) {
    if (!is_name(other.sku.value) || !is_score(other.score) || other.score > 1) {
      return "items: a runner-up without name or with a score beyond 0 to 1";
    }
  }
  return {};
}

}  // namespace

std::string problem_of(const Prediction& p) {
  if (!is_uuid7(p.id.value)) return "id must be a UUIDv7";
  if (!is_core_id(p.core.value)) return "core must be [a-z0-9-]{1,40}";
  if (!is_name(p.station.value)) return "station must be [A-Za-z0-9_-]{1,64}";
  if (!is_uuid7(p.visit.value)) return "visit must be a UUIDv7";
  if (p.number < 1) return "number starts at 1";
  if (p.codes.size() > kCodesMax) return "more than 8 codes";
  if (p.items.size() > kItemsMax) return "more than 40 items";
  if (p.alternatives.size() > kAlternativesMax) return "more than 2 alternatives";
  for (const SeenItem& item : p.items) {
    if (std::string why = problem_of(item); !why.empty()) return why;
  }
  for (const Alternative& other : p.alternatives) {
    const bool sound = std::all_of(other.items.begin(), other.items.end(), [](const SkuCount& c) {
      return is_name(c.sku.value) && c.count >= 1 && c.count <= kCountMax;
    });
    if (!sound || other.items.size() > kItemsMax)
      return "alternatives: a sku or count out of bounds";
  }
  if (!p.image.empty() && !is_hash(p.image)) return "image must be a SHA-256 in hex";
  if (!p.reference.empty() && !is_hash(p.reference)) return "reference must be a SHA-256 in hex";
  return {};
}

}  // namespace trayline::wire
