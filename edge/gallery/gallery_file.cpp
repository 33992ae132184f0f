// The gallery file over lib/store.
#include "edge/gallery/gallery_file.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <thread>

#include "edge/gallery/half.hpp"
#include "edge/gallery/sql.hpp"
#include "lib/base/describe.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/ids.hpp"
#include "lib/store/applied.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::gallery {

namespace {

using vision::GalleryContent;
using vision::SizeUnit;

constexpr double kMilli = 1000;
constexpr double kSizeMax = 1e9;  // px or mm2
constexpr int kWaitStepMs = 25;
constexpr std::size_t kIdChars = 32;

constexpr int kLoadTries = 5;  // while others add views

// What of ours is in the file; unavailable where it is no gallery. Changes nothing.
Result<store::Applied> look_into(store::Session& reader, const std::string& path) {
  const auto found = store::applied(reader, {&sql::migrations});
  if (!found) return fail(Code::unavailable, path + ": " + found.error().detail);
  if (*found == store::Applied::newer) {
    return fail(Code::unavailable, path + ": a newer version made this gallery; run that one");
  }
  if (*found != store::Applied::others) return found;
  return fail(Code::unavailable,
              path +
                  ": is a database, but no gallery; name another file, which `trayline vision "
                  "enrol` makes where there is none");
}

// To add to it. A file of another program is not touched.
Result<std::unique_ptr<store::Store>> open(const std::string& path) {
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (std::filesystem::exists(status)) {
    if (!std::filesystem::is_regular_file(status)) {
      return fail(Code::invalid_argument, path + ": is no regular file");
    }
    const auto reader = store::open_sqlite_reader(path);
    if (!reader) return fail(Code::unavailable, path + ": " + reader.error().detail);
    if (const auto found = look_into(**reader, path); !found) return fail(found.error());
  }
  auto opened = store::open_sqlite({.path = path, .foreign = true}, nullptr);
  for (int waited = 0; !opened && opened.error().code == Code::conflict && waited < kWaitMaxMs;
       waited += kWaitStepMs) {
    std::this_thread::sleep_for(std::chrono::milliseconds(kWaitStepMs));
    opened = store::open_sqlite({.path = path, .foreign = true}, nullptr);
  }
  if (!opened) return fail(Code::unavailable, path + ": " + opened.error().detail);
  if (auto done = (*opened)->migrate({&sql::migrations}); !done) {
    return fail(Code::unavailable, path + ": " + done.error().detail);
  }
  return opened;
}

// A colour as three numbers in thousandths, "b g r"; empty: none.
std::string colour_text(const std::optional<vision::Colour>& colour) {
  std::string text;
  for (std::size_t i = 0; colour && i < 3; ++i) {
    text += (i > 0 ? " " : "") +
            std::to_string(std::lround(static_cast<double>((*colour)[i]) * kMilli));
  }
  return text;
}

Result<std::optional<vision::Colour>> colour_from(const std::string& text) {
  if (text.empty()) return std::optional<vision::Colour>();
  vision::Colour colour{};
  const char* at = text.data();
  const char* end = at + text.size();
  for (float& channel : colour) {
    long milli = 0;
    const auto [next, failed] = std::from_chars(at, end, milli);
    if (failed != std::errc() || milli < 0 || milli > 255'000) {
      return fail(Code::invalid_argument, "the gallery's surface colour is damaged");
    }
    channel = static_cast<float>(static_cast<double>(milli) / kMilli);
    at = next < end ? next + 1 : next;
  }
  return std::optional(colour);
}

// What gallery_meta says, checked.
Result<GalleryContent> read_meta(store::Session& session) {
  const auto rows = session.run(sql::read_meta);
  if (!rows) return fail(rows.error());
  if (rows->empty()) return fail(Code::invalid_argument, "this is not a gallery");
  const store::Row& row = rows->front();
  if (row.integer("format") != kFormat) {
    return fail(Code::invalid_argument,
                "the gallery has format " + std::to_string(row.integer("format")) +
                    ", this program reads format " + std::to_string(kFormat));
  }
  GalleryContent content;
  content.embedder = row.text("embedder");
  if (content.embedder != vision::kEmbedderId ||
      row.integer("dim") != static_cast<std::int64_t>(vision::kDescriptorDims)) {
    return fail(Code::invalid_argument, "the gallery was made by the embedder '" +
                                            content.embedder + "', this program has '" +
                                            std::string(vision::kEmbedderId) +
                                            "': enrol the photos again into a new gallery");
  }
  content.version = row.integer("version");
  const auto unit = enum_value<SizeUnit>(row.text("size_unit"));
  if (!unit) return fail(Code::invalid_argument, "the gallery's unit of sizes is damaged");
  content.unit = *unit;
  auto surface = colour_from(row.text("surface"));
  if (!surface) return fail(surface.error());
  content.surface = *surface;
  return content;
}

Result<void> read_views(store::Session& session, GalleryContent& content) {
  const auto items = session.run(sql::read_items);
  if (!items) return fail(items.error());
  std::map<std::string, std::size_t> index;
  for (const store::Row& row : *items) {
    index[row.text("sku")] = content.items.size();
    content.items.push_back({row.text("sku"), row.text("name"), {}});
  }
  const auto views = session.run(sql::read_views);
  if (!views) return fail(views.error());
  if (views->size() > vision::kViewsMax) {
    return fail(Code::exhausted,
                "the gallery has more than " + std::to_string(vision::kViewsMax) + " views");
  }
  for (const store::Row& row : *views) {
    auto vec = from_text(row.text("vec"), vision::kDescriptorDims);
    if (!vec) return fail(vec.error().code, row.text("sku") + ": " + vec.error().detail);
    const double size = static_cast<double>(row.integer("size_milli")) / kMilli;
    if (!(size >= 0 && size <= kSizeMax)) {
      return fail(Code::invalid_argument, row.text("sku") + ": a size is damaged");
    }
    const auto item = index.find(row.text("sku"));
    if (item == index.end()) {
      return fail(Code::invalid_argument, "the gallery is damaged: a view of an item that is not");
    }
    content.items[item->second].views.push_back({std::move(*vec), static_cast<float>(size)});
  }
  const auto negatives = session.run(sql::read_negatives);
  if (!negatives) return fail(negatives.error());
  for (const store::Row& row : *negatives) {
    auto vec = from_text(row.text("vec"), vision::kDescriptorDims);
    if (!vec) return fail(vec.error());
    content.negatives.push_back(std::move(*vec));
  }
  return {};
}

// None where the gallery changed between two of the statements.
Result<std::optional<GalleryContent>> read_all(store::Session& session) {
  auto content = read_meta(session);
  if (!content) return fail(content.error());
  if (auto done = read_views(session, *content); !done) return fail(done.error());
  const auto after = read_meta(session);
  if (!after) return fail(after.error());
  if (after->version != content->version) return std::optional<GalleryContent>();
  return std::optional(std::move(*content));
}

// The same picture always gets the same id, whatever it is called.
std::string id_of(const std::string& vec_text) { return sha256_hex(vec_text).substr(0, kIdChars); }

Result<void> check_addition(const Addition& addition) {
  if (!is_name(addition.sku)) {
    return fail(Code::invalid_argument,
                "a SKU has 1 to 64 letters, digits, - and _: '" + addition.sku.substr(0, 80) + "'");
  }
  if (addition.name.size() > kNameBytesMax) {
    return fail(Code::invalid_argument,
                "a name has at most " + std::to_string(kNameBytesMax) + " bytes");
  }
  if (addition.views.empty()) return fail(Code::invalid_argument, "there is no view to add");
  for (const NewView& view : addition.views) {
    if (view.vec.size() != vision::kDescriptorDims) {
      return fail(Code::invalid_argument, "a view of another embedder");
    }
    if (view.thumb_jpeg.size() > kThumbBytesMax) {
      return fail(Code::exhausted, "a thumbnail has more than 12 KiB");
    }
  }
  return {};
}

store::Rows rows_of(const Addition& addition, Time now) {
  store::Rows rows(7);
  for (const NewView& view : addition.views) {
    const std::string vec = to_text(view.vec);
    const auto size = std::llround(static_cast<double>(view.size) * kMilli);
    rows.add(id_of(vec), addition.sku, to_rfc3339(now), addition.source, size, vec,
             to_base64(view.thumb_jpeg));
  }
  return rows;
}

// A gallery of photos with sizes takes no photos without, and the other way round.
Result<SizeUnit> unit_after(const GalleryContent& content, const Addition& addition) {
  const bool fresh = content.version == 0;
  if (fresh || content.unit == addition.unit) return addition.unit;
  const auto name = [](SizeUnit unit) {
    return unit == SizeUnit::none ? std::string("whole photos without a reference")
                                  : "views measured in " + std::string(enum_name(unit));
  };
  return fail(Code::invalid_argument, "this gallery holds " + name(content.unit) + ", these are " +
                                          name(addition.unit) +
                                          ": the two do not compare, use another gallery");
}

Result<std::int64_t> raise_version(store::Session& session, SizeUnit unit,
                                   const std::optional<vision::Colour>& surface) {
  const auto updated = session.run(sql::update_meta, {{"size_unit", std::string(enum_name(unit))},
                                                      {"surface", colour_text(surface)}});
  if (!updated) return fail(updated.error());
  return updated->front().integer("version");
}

Result<GalleryContent> start(store::Session& session) {
  const auto made =
      session.run(sql::insert_meta, {{"format", std::int64_t{kFormat}},
                                     {"embedder", std::string(vision::kEmbedderId)},
                                     {"dim", static_cast<std::int64_t>(vision::kDescriptorDims)}});
  if (!made) return fail(made.error());
  return read_meta(session);
}

Result<std::int64_t> add_in(store::Session& session, const Addition& addition, Time now) {
  auto content = start(session);
  if (!content) return fail(content.error());
  const auto unit = unit_after(*content, addition);
  if (!unit) return fail(unit.error());
  const auto item = session.run(sql::upsert_item, {{"sku", addition.sku}, {"name", addition.name}});
  if (!item) return fail(item.error());
  const auto added = session.run(sql::insert_views, rows_of(addition, now));
  if (!added && added.error().code == Code::conflict) {
    return fail(Code::conflict, "a view is in the gallery already: the same picture twice");
  }
  if (!added) return fail(added.error());
  const auto& surface = content->surface ? content->surface : addition.surface;
  return raise_version(session, *unit, surface);
}

// Runs work in one transaction of the file.
Result<std::int64_t> change(const std::string& path,
                            const std::function<Result<std::int64_t>(store::Session&)>& work) {
  auto opened = open(path);
  if (!opened) return fail(opened.error());
  std::int64_t version = 0;
  auto done = (*opened)->transaction([&](store::Session& session) -> Result<void> {
    const auto answer = work(session);
    if (!answer) return fail(answer.error());
    version = *answer;
    return {};
  });
  if (!done) return fail(done.error().code, path + ": " + done.error().detail);
  return version;
}

}  // namespace

Result<GalleryContent> load(const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) {
    return fail(Code::not_found, path + ": no such gallery; make one with `trayline vision enrol`");
  }
  const auto session = store::open_sqlite_reader(path);
  if (!session) return fail(Code::unavailable, path + ": " + session.error().detail);
  const auto found = look_into(**session, path);
  if (!found) return fail(found.error());
  if (*found != store::Applied::all) {
    return fail(Code::unavailable,
                path + ": is no gallery yet; `trayline vision enrol` puts the first view into it");
  }
  for (int tries = 0; tries < kLoadTries; ++tries) {
    auto content = read_all(**session);
    if (!content) return fail(content.error().code, path + ": " + content.error().detail);
    if (*content) return std::move(**content);
  }
  return fail(Code::unavailable, path + ": is being changed; try again");
}

Result<std::int64_t> add(const std::string& path, const Addition& addition, Time now) {
  if (auto sound = check_addition(addition); !sound) return fail(sound.error());
  return change(path, [&](store::Session& session) { return add_in(session, addition, now); });
}

Result<std::int64_t> add_negatives(const std::string& path,
                                   const std::vector<vision::Vector>& vecs) {
  return change(path, [&](store::Session& session) -> Result<std::int64_t> {
    const auto content = start(session);
    if (!content) return fail(content.error());
    store::Rows rows(2);
    for (const vision::Vector& vec : vecs) {
      const std::string text = to_text(vec);
      rows.add(id_of(text), text);
    }
    if (const auto added = session.run(sql::insert_negatives, rows); !added) {
      return fail(added.error());
    }
    return raise_version(session, content->unit, content->surface);
  });
}

}  // namespace trayline::gallery
