// Prototypes from three views on, the nearest view before; thresholds from leave-one-out.
#include "edge/vision/match.hpp"

#include <cmath>

#include "lib/base/check.hpp"

namespace trayline::vision {

namespace {

constexpr std::size_t kPrototypeViewsMin = 3;
constexpr double kLogSizeSigmaMin = 0.06;
constexpr double kLogSizeSigmaPrior = 0.10;  // of an item seen once or twice
constexpr double kPriorViews = 4;            // how many own views weigh as much as all others do
constexpr double kTauSigmas = 3;
constexpr double kTauSpreadMin = 0.15;  // of the mean: a few equal views do not prove equality
// Views of one day agree more than days do: what another light alone may do to a view of hand-1.
constexpr float kTauMin = 0.35f;
constexpr float kTauWithoutViews = 0.45f;  // where no item has two views
// A score is the chance that the thing is on the menu at all, a logistic function of distance /
// tau, shared among the candidates by their distances, in units of tau. Fitted on natural
// photographs and on rendered trays.
constexpr float kKnownSlope = 6.0f;
constexpr float kKnownHalf = 0.9f;     // distance / tau where the chance is one half
constexpr float kTemperature = 0.12f;  // of tau
constexpr float kMarginMax = 100;

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double spread_of(const std::vector<double>& values, double mean) {
  double sum = 0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return values.size() < 2 ? 0 : std::sqrt(sum / static_cast<double>(values.size() - 1));
}

void score(std::vector<Candidate>& candidates, float tau) {
  const float fit = candidates.front().distance / tau;
  const float known = 1 / (1 + std::exp(kKnownSlope * (fit - kKnownHalf)));
  float sum = 0;
  for (Candidate& c : candidates) {
    c.score = std::exp((candidates.front().distance - c.distance) / (kTemperature * tau));
    sum += c.score;
  }
  for (Candidate& c : candidates) c.score *= known / sum;
}

Result<void> check_content(const GalleryContent& content) {
  if (content.embedder != kEmbedderId) {
    return fail(Code::invalid_argument, "the gallery was made by the embedder '" +
                                            content.embedder + "', this program has '" +
                                            std::string(kEmbedderId) + "': enrol it again");
  }
  std::size_t views = 0;
  for (const Item& item : content.items) {
    views += item.views.size();
    for (const View& view : item.views) {
      if (view.vec.size() == kDescriptorDims) continue;
      return fail(Code::invalid_argument,
                  "a view of " + item.sku + " has " + std::to_string(view.vec.size()) +
                      " numbers instead of " + std::to_string(kDescriptorDims));
    }
  }
  for (const Vector& negative : content.negatives) {
    if (negative.size() == kDescriptorDims) continue;
    return fail(Code::invalid_argument, "a negative of the gallery has a wrong length");
  }
  if (views + content.negatives.size() > kViewsMax) {
    return fail(Code::exhausted,
                "the gallery has more than " + std::to_string(kViewsMax) + " views");
  }
  return {};
}

}  // namespace

Result<Gallery> Gallery::create(GalleryContent content) {
  if (auto sound = check_content(content); !sound) return fail(sound.error());
  std::erase_if(content.items, [](const Item& item) { return item.views.empty(); });
  Gallery gallery;
  gallery.content_ = std::move(content);
  for (const Item& item : gallery.content_.items) {
    Class c;
    c.sum.assign(kDescriptorDims, 0);
    for (const View& view : item.views) {
      for (std::size_t i = 0; i < kDescriptorDims; ++i) c.sum[i] += view.vec[i];
    }
    gallery.classes_.push_back(std::move(c));
  }
  gallery.learn_sizes();
  gallery.learn_thresholds();
  return gallery;
}

void Gallery::learn_sizes() {
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    std::vector<double> logs;
    for (const View& view : content_.items[i].views) {
      if (view.size > 0) logs.push_back(std::log(static_cast<double>(view.size)));
    }
    Class& c = classes_[i];
    c.sizes = static_cast<int>(logs.size());
    c.log_size = mean_of(logs);
    const double n = static_cast<double>(logs.size());
    const double own = spread_of(logs, c.log_size);
    const double prior = kLogSizeSigmaPrior;
    c.log_sigma =
        std::max(kLogSizeSigmaMin, std::sqrt((n * own * own + 2 * prior * prior) / (n + 2)));
  }
}

// tau = mean + 3 spreads of the distances of an item's views to the item without them, pooled with
// the same over all items.
void Gallery::learn_thresholds() {
  std::vector<std::vector<double>> own(classes_.size());
  std::vector<double> all;
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    const auto& views = content_.items[i].views;
    for (std::size_t v = 0; v < views.size() && views.size() > 1; ++v) {
      own[i].push_back(static_cast<double>(distance_to(views[v].vec, i, v)));
    }
    all.insert(all.end(), own[i].begin(), own[i].end());
  }
  const double mean_all = mean_of(all), spread_all = spread_of(all, mean_all);
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    if (all.empty()) {
      classes_[i].tau = kTauWithoutViews;
      continue;
    }
    const double n = static_cast<double>(own[i].size());
    const double mean_own = mean_of(own[i]), spread_own = spread_of(own[i], mean_own);
    const double mean = (n * mean_own + kPriorViews * mean_all) / (n + kPriorViews);
    const double spread = (n * spread_own + kPriorViews * spread_all) / (n + kPriorViews);
    const double tau = mean + kTauSigmas * std::max(spread, kTauSpreadMin * mean);
    classes_[i].tau = std::max(kTauMin, static_cast<float>(tau));
  }
}

float Gallery::distance_to(const Vector& vec, std::size_t item,
                           std::optional<std::size_t> without) const {
  const auto& views = content_.items[item].views;
  const std::size_t count = views.size() - (without ? 1 : 0);
  check(count > 0, "an item keeps a view to compare with");
  if (count >= kPrototypeViewsMin) {
    Vector prototype = classes_[item].sum;
    for (std::size_t i = 0; i < prototype.size(); ++i) {
      if (without) prototype[i] -= views[*without].vec[i];
      prototype[i] /= static_cast<float>(count);
    }
    if (static_cast<std::size_t>(classes_[item].sizes) < views.size()) prototype.back() = 0;
    return distance(vec, prototype);
  }
  float least = std::numeric_limits<float>::max();
  for (std::size_t v = 0; v < views.size(); ++v) {
    if (!without || v != *without) least = std::min(least, distance(vec, views[v].vec));
  }
  return least;
}

bool Gallery::size_fits(const Class& c, float size, float sigmas) const {
  if (size <= 0 || c.sizes == 0) return true;
  const double off = std::abs(std::log(static_cast<double>(size)) - c.log_size);
  return off <= static_cast<double>(sigmas) * c.log_sigma;
}

Match Gallery::match(const Vector& vec, float size, SizeUnit unit,
                     const MatchLimits& limits) const {
  Match out;
  const float known_size = unit == content_.unit ? size : 0;
  Vector probe = vec;
  if (known_size <= 0) probe.back() = 0;
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    if (!size_fits(classes_[i], known_size, limits.gate_sigmas)) continue;
    out.best.push_back({i, content_.items[i].sku, distance_to(probe, i)});
  }
  std::sort(out.best.begin(), out.best.end(),
            [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
  if (out.best.size() > kCandidatesMax) out.best.resize(kCandidatesMax);
  if (out.best.empty()) return out;

  const Candidate& first = out.best.front();
  const float nearest = std::max(first.distance, 1e-6f);
  out.margin =
      out.best.size() < 2 ? kMarginMax : std::min(kMarginMax, out.best[1].distance / nearest);
  const float fit = first.distance / classes_[first.item].tau;
  score(out.best, classes_[first.item].tau);
  out.score = first.score;
  const bool negative =
      std::any_of(content_.negatives.begin(), content_.negatives.end(),
                  [&](const Vector& n) { return distance(probe, n) < first.distance; });
  if (fit > 1 || negative) {
    out.state = ItemState::unknown;
    if (negative) {
      for (Candidate& c : out.best) c.score = 0;
      out.score = 0;
    }
  } else {
    const bool sure = out.margin >= limits.margin_min && out.score >= limits.score_min;
    out.state = sure ? ItemState::confident : ItemState::review;
  }
  return out;
}

LeaveOneOut leave_one_out(const Gallery& gallery, std::size_t item) {
  LeaveOneOut out;
  const auto& items = gallery.content().items;
  const auto& views = items[item].views;
  out.nearest_distance = std::numeric_limits<float>::max();
  for (std::size_t v = 0; v < views.size(); ++v) {
    float other = std::numeric_limits<float>::max();
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i == item) continue;
      const float d = gallery.distance_to(views[v].vec, i);
      other = std::min(other, d);
      if (d >= out.nearest_distance) continue;
      out.nearest_distance = d;
      out.nearest_sku = items[i].sku;
    }
    if (views.size() < 2) continue;
    ++out.views;
    out.right += gallery.distance_to(views[v].vec, item, v) < other;
  }
  if (out.nearest_sku.empty()) out.nearest_distance = 0;
  return out;
}

}  // namespace trayline::vision
