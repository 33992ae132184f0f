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

// How much brighter the frame is than the reference, per channel: the median ratio over what is
// tray in both, in two rounds. {1, 1, 1} where too little tray is seen to tell.
Result<Colour> exposure_step(ImageView frame, ImageView reference);

class FlatField {
 public:
  // reference: the empty tray in today's light; step: of the frames to come against it; surface:
  // the colour that the empty tray shall have afterwards (at enrolment and ever after the same).
  static Result<FlatField> create(ImageView reference, const Colour& step, const Colour& surface);
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
