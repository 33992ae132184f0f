// Chooses what lies on the tray: for each blob the way to cut it that fits the gallery best, the
// next best readings of the whole tray, and whether all this is sure enough. Pure.
#pragma once
#include <string_view>
#include <vector>

#include "edge/vision/match.hpp"
#include "edge/vision/shapes.hpp"

namespace trayline::vision {

inline constexpr std::size_t kAlternativesMax = 2;

struct DecodeLimits {
  MatchLimits match;
  float part_cost = 0.02f;       // of every part beyond the first, as a distance
  float reading_margin = 0.02f;  // another count of things this near to the best: a person decides
};

enum class Verdict { confident, review, unknown };
std::string_view to_string(Verdict verdict);

// One thing on the tray. match.best[0] is what it is, unless match.state is unknown.
struct Seen {
  Blob blob;
  Match match;
};

// What is on the tray, as text: sku or "unknown", and how many; by sku.
struct Count {
  std::string sku;
  int count = 0;
  bool operator==(const Count&) const = default;
};
using Counts = std::vector<Count>;
inline constexpr std::string_view kUnknownSku = "unknown";

struct Reading {
  Counts counts;
  float cost = 0;
};

struct Tray {
  std::vector<Seen> items;
  float cost = 0;
  Verdict verdict = Verdict::review;
  std::vector<Reading> alternatives;  // next best first, at most kAlternativesMax

  Counts counts() const;
  // The least sure item's; 0 for an empty tray.
  float score() const;
};

// Per blob its hypotheses, each with its parts matched; no blob without a hypothesis. A hypothesis
// without parts says that the blob is no item.
using Option = std::vector<Seen>;
Tray decode(std::vector<std::vector<Option>> blobs, const DecodeLimits& limits);

}  // namespace trayline::vision
