// Which item of the gallery does a thing look like, and is it one of them at all? Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "edge/vision/descriptor.hpp"
#include "edge/vision/flat_field.hpp"
#include "edge/vision/shapes.hpp"
#include "lib/base/result.hpp"

namespace trayline::vision {

inline constexpr std::size_t kViewsMax = 20'000;  // per gallery
inline constexpr std::size_t kCandidatesMax = 5;  // per thing

struct View {
  Vector vec;
  float size = 0;  // in the gallery's unit; 0: not known
};

struct Item {
  std::string sku;
  std::string name;
  std::vector<View> views;
};

// What the gallery's file holds.
struct GalleryContent {
  std::string embedder{kEmbedderId};
  std::int64_t version = 0;        // rises with every change
  SizeUnit unit = SizeUnit::none;  // of all sizes
  std::optional<Colour> surface;   // colour of the empty tray that all views were evened to
  std::vector<Item> items;
  std::vector<Vector> negatives;  // things that are not on the menu
};

struct Candidate {
  std::size_t item = 0;  // index into the gallery's items
  std::string sku;
  float distance = 0;
  float score = 0;  // probability-like; what all candidates leave to 1 is "something else"
};

enum class ItemState { confident, review, unknown };

struct Match {
  std::vector<Candidate> best;  // nearest first, at most kCandidatesMax; may be empty
  ItemState state = ItemState::unknown;
  float score = 0;   // the first candidate's: 0..1, higher is surer
  float margin = 1;  // second distance over first, >= 1; large where there is no second
};

struct MatchLimits {
  float margin_min = 1.15f;  // a second item nearer than this goes to a person
  float score_min = 0.8f;    // and so does a match less sure than this
  float gate_sigmas = 4;     // sizes further away exclude an item
};

// A gallery made ready: prototypes, spreads and thresholds. Immutable, safe to share.
class Gallery {
 public:
  // Another embedder or vectors of another length: invalid_argument; too many views: exhausted.
  static Result<Gallery> create(GalleryContent content);

  const GalleryContent& content() const { return content_; }
  // Sizes of another unit than the gallery's are taken as not known.
  Match match(const Vector& vec, float size, SizeUnit unit, const MatchLimits& limits) const;
  // Beyond this distance a thing is none of this item's.
  float tau(std::size_t item) const { return classes_[item].tau; }
  // Distance of a vector to an item, leaving out its view number `without`, if given.
  float distance_to(const Vector& vec, std::size_t item,
                    std::optional<std::size_t> without = std::nullopt) const;

 private:
  struct Class {
    Vector sum;            // of all views
    double log_size = 0;   // mean
    double log_sigma = 0;  // spread
    int sizes = 0;
    float tau = 0;
  };
  void learn_sizes();
  void learn_thresholds();
  bool size_fits(const Class& c, float size, float sigmas) const;

  GalleryContent content_;
  std::vector<Class> classes_;
};

// Each view against a gallery without it.
struct LeaveOneOut {
  std::size_t views = 0;  // of items with at least two views
  std::size_t right = 0;
  std::string nearest_sku;  // the other item that comes nearest to this one's views; may be ""
  float nearest_distance = 0;
};
LeaveOneOut leave_one_out(const Gallery& gallery, std::size_t item);

}  // namespace trayline::vision
