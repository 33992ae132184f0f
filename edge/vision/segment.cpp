// Reference differencing at half resolution in Lab.
#include "edge/vision/segment.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "edge/vision/mat.hpp"

namespace trayline::vision {

namespace {

constexpr int kGainColumns = 64;  // the change of light is smooth
constexpr int kGainRows = 36;

struct Lab {
  cv::Mat l, a, b, texture;
};

// The light of the frame upon the reference.
void relight(cv::Mat& picture, const LightChange& change) {
  if (change.none()) return;
  cv::Mat small(kGainRows, kGainColumns, CV_32FC3), gains;
  for (int y = 0; y < small.rows; ++y) {
    for (int x = 0; x < small.cols; ++x) {
      for (int c = 0; c < 3; ++c) {
        small.at<cv::Vec3f>(y, x)[c] =
            change.gain(static_cast<std::size_t>(c), (2 * x + 1.0) / small.cols - 1,
                        (2 * y + 1.0) / small.rows - 1);
      }
    }
  }
  cv::resize(small, gains, picture.size(), 0, 0, cv::INTER_LINEAR);
  cv::multiply(picture, gains, picture, 1, CV_8U);
}

Lab lab_of(ImageView picture, const LightChange& change) {
  cv::Mat half, lab;
  const cv::Size size(picture.width / kHalf, picture.height / kHalf);
  cv::resize(mat_of(picture), half, size, 0, 0, cv::INTER_AREA);
  relight(half, change);
  cv::cvtColor(half, lab, cv::COLOR_BGR2Lab);
  cv::GaussianBlur(lab, lab, cv::Size(5, 5), 0);
  Lab out;
  std::vector<cv::Mat> planes;
  cv::split(lab, planes);
  out.l = planes[0];
  out.a = planes[1];
  out.b = planes[2];
  cv::Laplacian(out.l, out.texture, CV_16S, 1);
  return out;
}

// 255 where the frame shows something that is no shadow.
cv::Mat foreground(const Lab& now, const Lab& empty, const SegmentLimits& limits) {
  cv::Mat texture;
  cv::absdiff(now.texture, empty.texture, texture);
  texture.convertTo(texture, CV_32F);
  cv::blur(texture, texture, cv::Size(5, 5));

  cv::Mat out(now.l.size(), CV_8U);
  const float chroma = limits.chroma_step * limits.chroma_step;
  for (int y = 0; y < out.rows; ++y) {
    const auto *l1 = now.l.ptr(y), *a1 = now.a.ptr(y), *b1 = now.b.ptr(y);
    const auto *l0 = empty.l.ptr(y), *a0 = empty.a.ptr(y), *b0 = empty.b.ptr(y);
    const auto* new_texture = texture.ptr<float>(y);
    for (int x = 0; x < out.cols; ++x) {
      const float dl = static_cast<float>(l1[x] - l0[x]);
      const float da = static_cast<float>(a1[x] - a0[x]), db = static_cast<float>(b1[x] - b0[x]);
      const bool coloured = da * da + db * db > chroma;
      const bool textured = new_texture[x] > limits.texture_step;
      const bool shadow =
          dl < 0 && !coloured && !textured &&
          static_cast<float>(l1[x]) > limits.shadow_darkest * std::max<float>(1, l0[x]);
      const bool lighter = std::abs(dl) > limits.lightness_step && !shadow;
      out.ptr(y)[x] = lighter || coloured || textured ? 255 : 0;
    }
  }
  return out;
}

void keep_tray(cv::Mat& mask, const Polygon& tray) {
  if (tray.empty()) return;
  std::vector<cv::Point> corners;
  for (const Point& p : tray) {
    corners.emplace_back(cvRound(p.x / kHalf), cvRound(p.y / kHalf));
  }
  cv::Mat inside = cv::Mat::zeros(mask.size(), CV_8U);
  cv::fillPoly(inside, std::vector<std::vector<cv::Point>>{corners}, cv::Scalar(255));
  mask &= inside;
}

Blob blob_of(const std::vector<cv::Point>& outline, const SegmentScene& scene) {
  const cv::Rect box = cv::boundingRect(outline);
  cv::Mat mask = cv::Mat::zeros(box.size(), CV_8U);
  cv::drawContours(mask, std::vector<std::vector<cv::Point>>{outline}, 0, cv::Scalar(255),
                   cv::FILLED, cv::LINE_8, cv::noArray(), 0, -box.tl());
  cv::erode(mask, mask, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}), {-1, -1}, 1,
            cv::BORDER_CONSTANT, cv::Scalar(255));
  Blob blob;
  blob.box = {box.x * kHalf, box.y * kHalf, box.width * kHalf, box.height * kHalf};
  cv::Mat whole;
  cv::resize(mask, whole, {blob.box.width, blob.box.height}, 0, 0, cv::INTER_NEAREST);
  blob.mask = image_of(whole);
  blob.size = size_of(cv::countNonZero(whole), scene.px_per_mm);
  return blob;
}

}  // namespace

float size_of(double area_px, float px_per_mm) {
  const double scale = px_per_mm > 0 ? 1.0 / (static_cast<double>(px_per_mm) * px_per_mm) : 1.0;
  return static_cast<float>(area_px * scale);
}

Result<std::vector<Blob>> segment(const SegmentScene& scene, const SegmentLimits& limits) {
  if (auto sound = check_pair(scene.frame, scene.reference); !sound) return fail(sound.error());
  const Lab now = lab_of(scene.frame, {}), empty = lab_of(scene.reference, scene.change);
  cv::Mat mask = foreground(now, empty, limits);
  keep_tray(mask, scene.tray);
  cv::morphologyEx(mask, mask, cv::MORPH_OPEN, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  cv::morphologyEx(mask, mask, cv::MORPH_CLOSE,
                   cv::getStructuringElement(cv::MORPH_ELLIPSE, {9, 9}));

  std::vector<std::vector<cv::Point>> outlines;
  cv::findContours(mask, outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  const float least = scene.px_per_mm > 0 ? limits.area_min_mm2 : limits.area_min_px;
  std::vector<Blob> blobs;
  for (const auto& outline : outlines) {
    const double area_px = cv::contourArea(outline) * kHalf * kHalf;
    if (size_of(area_px, scene.px_per_mm) < least) continue;
    if (blobs.size() == kBlobsMax) {
      return fail(Code::exhausted, "more than " + std::to_string(kBlobsMax) +
                                       " things on the tray: is the reference of this station?");
    }
    blobs.push_back(blob_of(outline, scene));
  }
  std::sort(blobs.begin(), blobs.end(),
            [](const Blob& a, const Blob& b) { return a.size > b.size; });
  return blobs;
}

}  // namespace trayline::vision
