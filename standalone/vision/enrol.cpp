// Enrolment: photos in, fit views into the gallery, a report in words out.
#include <algorithm>

#include "edge/gallery/gallery_file.hpp"
#include "edge/gallery/picture.hpp"
#include "edge/vision/match.hpp"
#include "edge/vision/scene.hpp"
#include "edge/vision/view.hpp"
#include "lib/base/ids.hpp"
#include "lib/wire/prediction.hpp"
#include "standalone/vision/vision.hpp"

namespace trayline::vision_cli {

namespace {

using vision::GalleryContent;

constexpr int kThumbSide = 160;
constexpr int kThumbQualities[] = {85, 70, 50, 30, 10};
constexpr std::size_t kViewsWanted = 5;
constexpr float kSameView = 1e-4f;   // squared distance below which two views are one picture
constexpr float kSmallShare = 0.1f;  // of the largest thing: a crumb beside the item

// The one item on the tray, or why it cannot be told.
Result<vision::Blob> only_item(const vision::Scene& scene) {
  const auto& blobs = scene.blobs();
  if (blobs.empty()) {
    return fail(Code::invalid_argument,
                "nothing can be seen on the tray: is the item there, and of another colour than "
                "the tray?");
  }
  if (blobs.size() > 1 && blobs[1].size > kSmallShare * blobs[0].size) {
    return fail(Code::invalid_argument,
                std::to_string(blobs.size()) + " things are on the tray: put only the item there");
  }
  if (scene.cut_off(blobs[0])) {
    return fail(Code::invalid_argument,
                "the item is cut off by the picture's edge: move it towards the middle");
  }
  return blobs[0];
}

Result<void> check_quality(const vision::Image& crop, const vision::Image& mask) {
  const auto quality = vision::view_quality(crop.view(), mask);
  if (!quality) return fail(quality.error());
  switch (quality->fault) {
    case vision::ViewFault::fine:
      return {};
    case vision::ViewFault::dark:
      return fail(Code::invalid_argument, "the item is too dark");
    case vision::ViewFault::clipped:
      return fail(Code::invalid_argument, "the item is overexposed: use less light");
    case vision::ViewFault::blurred:
      return fail(Code::invalid_argument, "the picture is blurred: hold still and focus");
  }
  return {};
}

Result<Bytes> thumbnail(const vision::Image& crop) {
  const auto small = vision::shrunk(crop.view(), kThumbSide);
  if (!small) return fail(small.error());
  for (const int quality : kThumbQualities) {
    auto bytes = gallery::encode_jpeg(small->view(), quality);
    if (!bytes || bytes->size() <= gallery::kThumbBytesMax) return bytes;
  }
  return Bytes();  // never seen: 160 px at quality 10; a view without a thumbnail is still a view
}

Result<void> check_new(const vision::Vector& vec, const GalleryContent& content,
                       const std::vector<gallery::NewView>& taken) {
  for (const vision::Item& item : content.items) {
    for (const vision::View& view : item.views) {
      if (vision::distance(vec, view.vec) >= kSameView) continue;
      return fail(Code::conflict, "this picture is enrolled already, as " + item.sku);
    }
  }
  for (const gallery::NewView& view : taken) {
    if (vision::distance(vec, view.vec) >= kSameView) continue;
    return fail(Code::conflict, "this picture is among the photos twice");
  }
  return {};
}

Result<gallery::NewView> view_of(const vision::Image& photo, const vision::Station& station,
                                 const std::optional<vision::Colour>& surface) {
  const auto scene = vision::Scene::create(photo.view(), station, surface);
  if (!scene) return fail(scene.error());
  const auto blob = only_item(*scene);
  if (!blob) return fail(blob.error());
  const vision::Image crop = scene->crop(*blob);
  const vision::Image& mask = station.reference.empty() ? vision::Image() : blob->mask;
  if (auto fit = check_quality(crop, mask); !fit) return fail(fit.error());
  auto vec = scene->describe(*blob);
  if (!vec) return fail(vec.error());
  auto thumb = thumbnail(crop);
  if (!thumb) return fail(thumb.error());
  return gallery::NewView{std::move(*vec), blob->size, std::move(*thumb)};
}

Result<GalleryContent> load_or_new(const std::string& path) {
  auto content = gallery::load(path);
  if (!content && content.error().code == Code::not_found) return GalleryContent{};
  return content;
}

Result<vision::Station> station_of(const EnrolOptions& options) {
  vision::Station station;
  station.px_per_mm = static_cast<float>(options.px_per_mm);
  if (options.reference.empty()) return station;
  auto reference = gallery::read_picture(options.reference);
  if (!reference) return fail(reference.error());
  station.reference = std::move(*reference);
  return station;
}

void compare(EnrolReport& report, const vision::Gallery& gallery) {
  const auto& items = gallery.content().items;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].sku != report.sku) continue;
    const vision::LeaveOneOut out = vision::leave_one_out(gallery, i);
    report.views = items[i].views.size();
    report.checked = out.views;
    report.recognised = out.right;
    report.nearest_sku = out.nearest_sku;
    report.confusing = out.right < out.views;
  }
  if (report.confusing) {
    report.advice = "looks like " + report.nearest_sku + ": add 3 views";
  } else if (report.views < kViewsWanted) {
    report.advice = "add " + std::to_string(kViewsWanted - report.views) +
                    " more views: turn it, put it in another corner, lie it down";
  }
}

std::string reasons(const std::vector<RefusedPhoto>& refused) {
  std::string text;
  for (const RefusedPhoto& photo : refused) {
    text += (text.empty() ? "" : "; ") + photo.photo + ": " + photo.why;
  }
  return text;
}

Result<void> check_options(const EnrolOptions& options) {
  if (!is_name(options.sku)) {
    return fail(Code::invalid_argument, "a SKU has 1 to 64 letters, digits, - and _");
  }
  if (options.sku == wire::kUnknownSku) {
    return fail(Code::invalid_argument, "the SKU \"unknown\" stands for what is not enrolled");
  }
  if (options.photos.empty()) return fail(Code::invalid_argument, "there is no photo to enrol");
  if (options.photos.size() > kPhotosMax) {
    return fail(Code::exhausted, "at most " + std::to_string(kPhotosMax) + " photos at a time");
  }
  if (!(options.px_per_mm >= 0 && options.px_per_mm <= vision::kPxPerMmMax)) {
    return fail(Code::invalid_argument, "px_per_mm is a number from 0 to 100");
  }
  return {};
}

// Fills the addition with what is fit and the report with what is not.
Result<void> take_views(const EnrolOptions& options, const GalleryContent& content,
                        gallery::Addition& addition, EnrolReport& report) {
  auto station = station_of(options);
  if (!station) return fail(station.error());
  addition.unit = station->unit();
  if (!station->reference.empty() && !content.surface) {
    const auto surface = vision::mean_colour(station->reference.view());
    if (!surface) return fail(surface.error());
    addition.surface = *surface;
  }
  const auto& surface = content.surface ? content.surface : addition.surface;
  for (const std::string& path : options.photos) {
    const auto photo = gallery::read_picture(path);
    auto view = photo ? view_of(*photo, *station, surface) : fail(photo.error());
    if (view) {
      if (auto fresh = check_new(view->vec, content, addition.views); !fresh) {
        view = fail(fresh.error());
      }
    }
    if (view) {
      addition.views.push_back(std::move(*view));
      continue;
    }
    std::string why = view.error().detail;
    if (why.rfind(path + ": ", 0) == 0) why.erase(0, path.size() + 2);
    report.refused.push_back({path, why});
  }
  return {};
}

}  // namespace

Result<EnrolReport> enrol(const EnrolOptions& options, const Clock& clock) {
  if (auto sound = check_options(options); !sound) return fail(sound.error());
  const auto content = load_or_new(options.gallery);
  if (!content) return fail(content.error());
  EnrolReport report;
  report.sku = options.sku;
  gallery::Addition addition;
  addition.sku = options.sku;
  addition.name = options.name;
  if (auto done = take_views(options, *content, addition, report); !done) {
    return fail(done.error());
  }
  if (addition.views.empty()) {
    return fail(Code::invalid_argument, "no photo could be enrolled: " + reasons(report.refused));
  }
  const auto version = gallery::add(options.gallery, addition, clock.now());
  if (!version) return fail(version.error());
  report.added = addition.views.size();
  report.gallery_version = *version;

  auto after = gallery::load(options.gallery);
  if (!after) return fail(after.error());
  const auto made = vision::Gallery::create(std::move(*after));
  if (!made) return fail(made.error());
  compare(report, *made);
  return report;
}

Json to_json(const EnrolReport& report) {
  Json::Array refused;
  for (const RefusedPhoto& photo : report.refused) {
    refused.push_back(Json::object({{"photo", photo.photo}, {"why", photo.why}}));
  }
  return Json::object(
      {{"sku", report.sku},
       {"added", report.added},
       {"views", report.views},
       {"refused", Json(std::move(refused))},
       {"leave_one_out", Json::object({{"views", report.checked}, {"right", report.recognised}})},
       {"nearest_sku", report.nearest_sku},
       {"confusing", report.confusing},
       {"gallery_version", report.gallery_version},
       {"advice", report.advice}});
}

}  // namespace trayline::vision_cli
