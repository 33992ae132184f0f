// Hypotheses are chosen blob by blob; alternatives differ from the best tray in one place.
#include "edge/vision/decode.hpp"

#include <map>

#include "lib/base/check.hpp"

namespace trayline::vision {

namespace {

// The distance of a thing that no enrolled item's size allows.
constexpr float kNothingFits = 1.5f;

std::string sku_of(const Seen& seen) {
  if (seen.match.state == ItemState::unknown || seen.match.best.empty()) {
    return std::string(kUnknownSku);
  }
  return seen.match.best.front().sku;
}

Counts counted(const std::map<std::string, int>& by_sku) {
  Counts counts;
  for (const auto& [sku, count] : by_sku) {
    if (count > 0) counts.push_back({sku, count});
  }
  return counts;
}

float distance_of(const Seen& seen) {
  return seen.match.best.empty() ? kNothingFits : seen.match.best.front().distance;
}

// Mean distance of the parts, so that a wrong cut cannot win by making many small parts.
float cost_of(const Option& option, float part_cost) {
  if (option.empty()) return 0;  // all of it is no item
  float sum = 0;
  for (const Seen& part : option) sum += distance_of(part);
  const auto parts = static_cast<float>(option.size());
  return sum / parts + part_cost * (parts - 1);
}

struct Change {
  float cost = 0;  // more than the best tray's
  bool other_count = false;
  std::map<std::string, int> by_sku;
};

// Everything that a single other choice would make of the tray.
class Changes {
 public:
  Changes(const std::vector<std::vector<Option>>& blobs, const std::vector<std::size_t>& chosen,
          const DecodeLimits& limits)
      : blobs_(blobs), chosen_(chosen), limits_(limits) {
    for (std::size_t i = 0; i < blobs.size(); ++i) {
      for (const Seen& seen : blobs[i][chosen[i]]) ++best_[sku_of(seen)];
    }
    for (std::size_t i = 0; i < blobs.size(); ++i) {
      other_cuts(i);
      other_skus(i);
    }
    std::stable_sort(changes_.begin(), changes_.end(),
                     [](const Change& a, const Change& b) { return a.cost < b.cost; });
  }

  const std::vector<Change>& all() const { return changes_; }
  const std::map<std::string, int>& best() const { return best_; }

 private:
  void other_cuts(std::size_t i) {
    const Option& now = blobs_[i][chosen_[i]];
    for (std::size_t h = 0; h < blobs_[i].size(); ++h) {
      if (h == chosen_[i]) continue;
      const Option& other = blobs_[i][h];
      Change change{cost_of(other, limits_.part_cost) - cost_of(now, limits_.part_cost), true,
                    best_};
      for (const Seen& seen : now) --change.by_sku[sku_of(seen)];
      for (const Seen& seen : other) ++change.by_sku[sku_of(seen)];
      changes_.push_back(std::move(change));
    }
  }
  void other_skus(std::size_t i) {
    const Option& now = blobs_[i][chosen_[i]];
    for (const Seen& seen : now) {
      if (seen.match.state == ItemState::unknown || seen.match.best.size() < 2) continue;
      const float more = seen.match.best[1].distance - seen.match.best[0].distance;
      Change change{more / static_cast<float>(now.size()), false, best_};
      --change.by_sku[sku_of(seen)];
      ++change.by_sku[seen.match.best[1].sku];
      changes_.push_back(std::move(change));
    }
  }

  const std::vector<std::vector<Option>>& blobs_;
  const std::vector<std::size_t>& chosen_;
  const DecodeLimits& limits_;
  std::map<std::string, int> best_;
  std::vector<Change> changes_;
};

Verdict verdict_of(const Tray& tray, const Changes& changes, const DecodeLimits& limits) {
  const auto any = [&](ItemState state) {
    return std::any_of(tray.items.begin(), tray.items.end(),
                       [&](const Seen& seen) { return seen.match.state == state; });
  };
  if (any(ItemState::unknown)) return Verdict::unknown;
  if (tray.items.empty() || any(ItemState::review)) return Verdict::review;
  for (const Change& change : changes.all()) {
    if (change.other_count && change.cost < limits.reading_margin) return Verdict::review;
  }
  return Verdict::confident;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::confident:
      return "confident";
    case Verdict::review:
      return "review";
    case Verdict::unknown:
      return "unknown";
  }
  return "?";
}

Counts Tray::counts() const {
  std::map<std::string, int> by_sku;
  for (const Seen& seen : items) ++by_sku[sku_of(seen)];
  return counted(by_sku);
}

float Tray::score() const {
  float least = items.empty() ? 0.0f : 1.0f;
  for (const Seen& seen : items) least = std::min(least, seen.match.score);
  return least;
}

Tray decode(std::vector<std::vector<Option>> blobs, const DecodeLimits& limits) {
  std::vector<std::size_t> chosen;
  Tray tray;
  for (const auto& options : blobs) {
    check(!options.empty(), "every blob has a hypothesis");
    std::size_t best = 0;
    for (std::size_t h = 1; h < options.size(); ++h) {
      if (cost_of(options[h], limits.part_cost) < cost_of(options[best], limits.part_cost)) {
        best = h;
      }
    }
    chosen.push_back(best);
    tray.cost += cost_of(options[best], limits.part_cost);
  }
  const Changes changes(blobs, chosen, limits);
  for (const Change& change : changes.all()) {
    const Counts counts = counted(change.by_sku);
    const auto same = [&](const Reading& reading) { return reading.counts == counts; };
    if (counts == counted(changes.best())) continue;
    if (std::any_of(tray.alternatives.begin(), tray.alternatives.end(), same)) continue;
    tray.alternatives.push_back({counts, tray.cost + change.cost});
    if (tray.alternatives.size() == kAlternativesMax) break;
  }
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    for (Seen& seen : blobs[i][chosen[i]]) tray.items.push_back(std::move(seen));
  }
  tray.verdict = verdict_of(tray, changes, limits);
  return tray;
}

}  // namespace trayline::vision
