// Reads what an order rests on, and looks at it as the camera did.
#include "standalone/replay/replay.hpp"

#include "cloud/evidence/pictures.hpp"
#include "cloud/orders/service.hpp"
#include "cloud/settings.hpp"
#include "edge/camera/config.hpp"
#include "edge/camera/look.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/encoding.hpp"
#include "lib/store/sqlite.hpp"
#include "standalone/places/places.hpp"

namespace trayline::replay {
namespace {

struct Kept {
  orders::Order order;
  wire::Prediction prediction;
  std::string image;  // bytes
  std::string reference;
};

// not_found and conflict name the picture.
Result<std::string> read_picture(const evidence::Pictures& pictures, const std::string& hash,
                                 const char* what) {
  if (hash.empty()) return std::string();
  Result<std::string> bytes = pictures.get(hash);
  if (!bytes && bytes.error().code == Code::not_found) {
    return fail(Code::not_found, std::string(what) + " " + hash +
                                     " is not in the evidence folder; a core uploads pictures "
                                     "after the order was paid: is it connected?");
  }
  if (bytes && sha256_hex(*bytes) != hash) {
    return fail(Code::conflict, std::string(what) + " " + hash +
                                    " is damaged: its content has another SHA-256 than its name");
  }
  return bytes;
}

Result<Kept> read_kept(const std::string& data_dir, const OrderId& id) {
  const auto session = store::open_sqlite_reader(data_dir + "/cloud.db");
  if (!session) return fail(session.error());
  Result<orders::Order> order = orders::read_order(**session, id);
  if (!order) return fail(order.error());
  Result<wire::Prediction> prediction = orders::read_prediction(**session, id);
  if (!prediction) return fail(prediction.error());
  const evidence::Pictures pictures = evidence::Pictures::open_to_read(data_dir + "/evidence");
  Result<std::string> image = read_picture(pictures, prediction->image, "the picture of the tray");
  if (!image) return fail(image.error());
  Result<std::string> reference =
      read_picture(pictures, prediction->reference, "the picture of the empty tray");
  if (!reference) return fail(reference.error());
  return Kept{std::move(*order), std::move(*prediction), std::move(*image), std::move(*reference)};
}

Result<std::string> data_dir_of(const Options& options) {
  std::string config = options.config;
  if (config.empty()) {
    Result<std::string> found = places::find_cloud_config(options.state);
    if (!found) return fail(found.error());
    config = std::move(*found);
  }
  Result<cloud::Settings> settings = cloud::load_settings(config);
  if (!settings) return fail(settings.error());
  return settings->data_dir;
}

// What the options do not name is that of the core's camera.
Result<camera::Config> camera_of(const Options& options, const wire::Prediction& prediction) {
  camera::Config config;
  if (options.gallery.empty() || options.station.empty()) {
    Result<camera::Config> found =
        places::find_camera(options.state, prediction.core, prediction.station);
    if (!found) return fail(found.error());
    config = std::move(*found);
  }
  if (!options.gallery.empty()) config.gallery = options.gallery;
  if (!options.station.empty()) config.station = options.station;
  config.menu_version = prediction.versions.menu;
  return config;
}

Result<wire::Prediction> look_again(const Kept& kept, const camera::Config& config) {
  Result<vision::Station> station = camera::load_station(config.station);
  if (!station) return fail(station.error());
  const Result<vision::Gallery> gallery = camera::load_gallery(config.gallery);
  if (!gallery) return fail(gallery.error());
  Result<wire::Versions> versions = camera::versions_of(config, *gallery);
  if (!versions) return fail(versions.error());
  const vision::SizeUnit unit = station->unit();
  const Result<camera::Look> seen = camera::look_at(as_bytes(kept.image), as_bytes(kept.reference),
                                                    std::move(*station), *gallery);
  if (!seen) return fail(seen.error());
  wire::Prediction computed;
  computed.versions = std::move(*versions);
  camera::describe_look(*seen, unit, computed);
  return computed;
}

}  // namespace

Result<Report> replay(const Options& options) {
  const Result<std::string> data_dir = data_dir_of(options);
  if (!data_dir) return fail(data_dir.error());
  const Result<Kept> kept = read_kept(*data_dir, OrderId(options.order));
  if (!kept) return fail(kept.error());
  const Result<camera::Config> config = camera_of(options, kept->prediction);
  if (!config) return fail(config.error());
  const Result<wire::Prediction> computed = look_again(*kept, *config);
  if (!computed) return fail(computed.error());
  return compare(kept->order, kept->prediction, *computed);
}

}  // namespace trayline::replay
