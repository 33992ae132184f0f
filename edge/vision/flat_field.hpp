// Evens out the light: every pixel is scaled so that the empty tray would have one colour all over.
// Pure; nothing here recognises anything. Plain values, thread-compatible.
#pragma once
#include <array>

#include "edge/vision/image.hpp"
#include "edge/vision/shapes.hpp"
#include "lib/base/result.hpp"

namespace trayline::vision {

// Blue, green, red.
using Colour = std::array<float, 3>;

// Mean colour of a picture (of an empty tray: its surface).
Result<Colour> mean_colour(ImageView picture);

// How the light of a frame differs from the reference's: per channel the logarithm of the gain as a
// polynomial of the place (1, x, y, x2, xy, y2; x and y run from -1 to 1 across the picture).
struct LightChange {
  static constexpr std::size_t kTerms = 6;
  std::array<std::array<double, kTerms>, 3> terms{};
  float gain(std::size_t channel, double x, double y) const;
  bool none() const { return terms == LightChange{}.terms; }
};

// Fitted to what is tray in both pictures, robustly: items are left out round by round. No change
// where too little tray is seen to tell, or where the fit leaves the plausible.
Result<LightChange> light_change(ImageView frame, ImageView reference);

class FlatField {
 public:
  // reference: the empty tray in today's light; change: of the frames to come; surface:
  // the colour that the empty tray shall have afterwards (at enrolment and ever after the same).
  static Result<FlatField> create(ImageView reference, const LightChange& change,
                                  const Colour& surface);
  // The box of the frame in even light, bgr8. The frame is of the reference's size and the box lies
  // within it.
  Image even(ImageView frame, const Rect& box) const;

 private:
  FlatField() = default;
  int columns_ = 0;  // of the map of gains, kShrink times smaller than the picture
  int rows_ = 0;
  std::vector<float> gains_;
};

// The reference takes alpha (0..1) of the frame: how it follows slow light while the tray is empty.
Result<void> follow(Image& reference, ImageView frame, float alpha);

}  // namespace trayline::vision
