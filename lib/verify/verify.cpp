#include "lib/verify/verify.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace trayline::verify {
namespace {

// One thing on the tray: how likely it is which SKU.
struct Thing {
  std::map<std::string, double> probability;
  std::string best;
  double likely(const std::string& sku, double floor) const {
    const auto found = probability.find(sku);
    return found == probability.end() ? floor : std::max(found->second, floor);
  }
  // The most likely SKU other than this one; what is left over counts as unknown.
  double best_other(const std::string& sku, double floor) const {
    double most = floor;
    for (const auto& [name, p] : probability) {
      if (name != sku) most = std::max(most, p);
    }
    return most;
  }
};

Thing thing_of(const wire::SeenItem& item, double floor) {
  Thing thing;
  thing.best = item.sku.value;
  double sum = std::max(item.score, floor);
  thing.probability[item.sku.value] = sum;
  for (const wire::RunnerUp& other : item.runners_up) {
    double& p = thing.probability[other.sku.value];
    if (p == 0) sum += other.score;
    p = std::max(p, other.score);
  }
  if (sum > 1) {
    for (auto& [name, p] : thing.probability) p /= sum;
  } else {
    double& unknown = thing.probability[std::string(wire::kUnknownSku)];
    unknown = std::max(unknown, 1 - sum);
  }
  return thing;
}

std::vector<Thing> things_of(const wire::Prediction& tray, double floor) {
  std::vector<Thing> things;
  for (const wire::SeenItem& item : tray.items) {
    const Thing thing = thing_of(item, floor);
    for (std::int64_t i = 0; i < item.count && things.size() <= wire::kItemsMax; ++i) {
      things.push_back(thing);
    }
  }
  return things;
}

std::vector<std::string> units_of(const std::vector<wire::SkuCount>& order) {
  std::vector<std::string> units;
  for (const wire::SkuCount& line : order) {
    for (std::int64_t i = 0; i < line.count && units.size() <= wire::kItemsMax; ++i) {
      units.push_back(line.sku.value);
    }
  }
  return units;
}

std::vector<wire::SkuCount> counted(const std::map<std::string, std::int64_t>& counts) {
  std::vector<wire::SkuCount> lines;
  for (const auto& [sku, count] : counts) {
    if (count > 0) lines.push_back({Sku(sku), count});
  }
  return lines;
}

// What is on the tray by its most likely reading, against the order.
void name_difference(const std::vector<Thing>& things, const std::vector<std::string>& units,
                     Verification& out) {
  std::map<std::string, std::int64_t> balance;
  for (const Thing& thing : things) ++balance[thing.best];
  for (const std::string& unit : units) --balance[unit];
  std::map<std::string, std::int64_t> missing;
  std::map<std::string, std::int64_t> extra;
  for (const auto& [sku, count] : balance) (count < 0 ? missing : extra)[sku] = std::abs(count);
  out.missing = counted(missing);
  out.extra = counted(extra);
}

double posterior(double log_ratio, double prior) {
  return 1 / (1 + std::exp(-(log_ratio + std::log(prior / (1 - prior)))));
}

// Same count: the best way in which the tray is the order, against the nearest tray that is not.
double log_ratio_of_match(const std::vector<Thing>& things, const std::vector<std::string>& units,
                          double floor) {
  const std::size_t n = things.size();
  std::vector<double> costs(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j)
      costs[i * n + j] = -std::log(things[i].likely(units[j], floor));
  }
  const std::vector<std::size_t> unit_of = assign(costs, n, n);
  double nearest = std::log(1 / floor);
  double gain = 0;  // of reading every thing freely where that is more likely
  for (std::size_t i = 0; i < n; ++i) {
    const std::string& unit = units[unit_of[i]];
    const double ratio =
        std::log(things[i].likely(unit, floor)) - std::log(things[i].best_other(unit, floor));
    if (ratio < 0) gain += ratio;
    nearest = std::min(nearest, ratio);
  }
  return gain < 0 ? gain : nearest;
}

// Another reading of the tray with another number of items that is about as likely.
bool count_in_doubt(const wire::Prediction& tray, std::size_t things, double margin) {
  return std::any_of(tray.alternatives.begin(), tray.alternatives.end(), [&](const auto& other) {
    std::int64_t count = 0;
    for (const wire::SkuCount& c : other.items) count += c.count;
    return count != static_cast<std::int64_t>(things) && other.cost - tray.cost < margin;
  });
}

}  // namespace

Verification verify(const wire::Prediction& tray, const std::vector<wire::SkuCount>& order,
                    const Options& options) {
  Verification out;
  const std::vector<Thing> things = things_of(tray, options.floor);
  const std::vector<std::string> units = units_of(order);
  if (things.size() > wire::kItemsMax || units.size() > wire::kItemsMax) return out;
  name_difference(things, units, out);
  double log_ratio = 0;
  if (things.size() == units.size()) {
    log_ratio = things.empty() ? 0 : log_ratio_of_match(things, units, options.floor);
  } else {
    const auto difference = static_cast<double>(things.size()) - static_cast<double>(units.size());
    log_ratio = std::log(options.ghost) * std::abs(difference);
  }
  out.match_posterior = posterior(log_ratio, 1 - options.mismatch_prior);
  const bool same = out.missing.empty() && out.extra.empty();
  const bool unknown = std::any_of(out.extra.begin(), out.extra.end(), [](const wire::SkuCount& c) {
    return c.sku.value == wire::kUnknownSku;
  });
  if (count_in_doubt(tray, things.size(), options.reading_margin)) return out;
  if (things.size() == units.size() && out.match_posterior >= options.match_at_least) {
    out.kind = Kind::match;
    out.missing.clear();
    out.extra.clear();
  } else if (!same && !unknown && tray.verdict == wire::Verdict::confident &&
             1 - out.match_posterior >= options.mismatch_at_least) {
    out.kind = Kind::mismatch;
  }
  return out;
}

}  // namespace trayline::verify
