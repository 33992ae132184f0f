// Laying out: things are tried at random places on a coarse grid of the mat until they fit.
#include "sim/tray/scene.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <numbers>

#include "edge/gallery/picture.hpp"
#include "sim/tray/dice.hpp"

namespace trayline::tray {
namespace {

constexpr float kCellMm = 2;
constexpr int kColumns = static_cast<int>(kMatWidthMm / kCellMm);
constexpr int kRows = static_cast<int>(kMatHeightMm / kCellMm);
constexpr float kBorderMm = 12;
constexpr int kTries = 600;
constexpr int kWholeTries = 6;

struct Cell {
  int column, row;
};

// The cells that a thing covers, relative to the cell of its middle, grown by gap.
std::vector<Cell> footprint(const Sprite& sprite, float turn, float scale, float gap_mm) {
  const float w = static_cast<float>(sprite.cover.width) / kSpriteScale * scale;
  const float h = static_cast<float>(sprite.cover.height) / kSpriteScale * scale;
  const int reach = static_cast<int>((std::hypot(w, h) / 2 + gap_mm) / kCellMm) + 1;
  const float c = std::cos(turn);
  const float s = std::sin(turn);
  const auto covered = [&](float x, float y) {
    const float u = (c * x + s * y) / scale * kSpriteScale;
    const float v = (-s * x + c * y) / scale * kSpriteScale;
    const int column = static_cast<int>(u + static_cast<float>(sprite.cover.width) / 2);
    const int row = static_cast<int>(v + static_cast<float>(sprite.cover.height) / 2);
    if (column < 0 || row < 0 || column >= sprite.cover.width || row >= sprite.cover.height) {
      return false;
    }
    const auto at = static_cast<std::size_t>(row) * static_cast<std::size_t>(sprite.cover.width) +
                    static_cast<std::size_t>(column);
    return sprite.cover.pixels[at] > 127;
  };
  std::vector<Cell> cells;
  for (int row = -reach; row <= reach; ++row) {
    for (int column = -reach; column <= reach; ++column) {
      const float x = static_cast<float>(column) * kCellMm;
      const float y = static_cast<float>(row) * kCellMm;
      bool near = covered(x, y);
      for (int i = 0; i < 12 && !near && gap_mm > 0; ++i) {
        const float angle = static_cast<float>(i) * std::numbers::pi_v<float> / 6;
        near = covered(x + gap_mm * std::cos(angle), y + gap_mm * std::sin(angle));
      }
      if (near) cells.push_back({column, row});
    }
  }
  return cells;
}

// Which cells of the mat are taken.
class Mat {
 public:
  // How many of the cells are taken; nothing where one lies in the border.
  std::optional<int> taken(const std::vector<Cell>& cells, const Pose& pose) const {
    constexpr int border = static_cast<int>(kBorderMm / kCellMm);
    int count = 0;
    for (const Cell& cell : cells) {
      const int column = cell.column + column_of(pose);
      const int row = cell.row + row_of(pose);
      if (column < border || row < border || column >= kColumns - border || row >= kRows - border) {
        return std::nullopt;
      }
      count += grid_[at(column, row)];
    }
    return count;
  }
  void take(const std::vector<Cell>& cells, const Pose& pose) {
    for (const Cell& cell : cells) {
      const int column = std::clamp(cell.column + column_of(pose), 0, kColumns - 1);
      const int row = std::clamp(cell.row + row_of(pose), 0, kRows - 1);
      grid_[at(column, row)] = 1;
    }
  }
  bool empty() const { return std::find(grid_.begin(), grid_.end(), 1) == grid_.end(); }

 private:
  static int column_of(const Pose& pose) { return static_cast<int>(pose.x_mm / kCellMm); }
  static int row_of(const Pose& pose) { return static_cast<int>(pose.y_mm / kCellMm); }
  static std::size_t at(int column, int row) {
    return static_cast<std::size_t>(row) * kColumns + static_cast<std::size_t>(column);
  }
  std::array<std::uint8_t, static_cast<std::size_t>(kColumns) * kRows> grid_{};
};

Pose anywhere(Dice& dice) {
  return {dice.between(0, kMatWidthMm), dice.between(0, kMatHeightMm),
          dice.between(0, 2 * std::numbers::pi_v<float>)};
}

// From a free place straight towards the taken ones until they meet.
std::optional<Pose> push(const Mat& mat, const std::vector<Cell>& cells, Pose pose, float overlap) {
  const float dx = kMatWidthMm / 2 - pose.x_mm;
  const float dy = kMatHeightMm / 2 - pose.y_mm;
  const float far = std::max(1.0F, std::hypot(dx, dy));
  const int bearable = static_cast<int>(overlap * static_cast<float>(cells.size()));
  for (float step = 0; step < far; step += kCellMm) {
    const Pose next{pose.x_mm + dx / far * kCellMm, pose.y_mm + dy / far * kCellMm, pose.turn};
    const std::optional<int> taken = mat.taken(cells, next);
    if (!taken || *taken > bearable) return pose;
    pose = next;
  }
  return std::nullopt;  // missed them all
}

std::optional<Pose> find_place(const Mat& mat, const Sprite& sprite, float scale,
                               const Spacing& spacing, Dice& dice) {
  const bool push_it = spacing.touching && !mat.empty();
  for (int i = 0; i < kTries; ++i) {
    const Pose pose = anywhere(dice);
    if (mat.taken({{0, 0}}, pose) != 0) continue;  // quickly past taken ground
    const auto cells = footprint(sprite, pose.turn, scale, push_it ? 0 : spacing.gap_mm);
    if (mat.taken(cells, pose) != 0) continue;
    if (!push_it) return pose;
    if (const auto met = push(mat, cells, pose, spacing.overlap)) return met;
  }
  return std::nullopt;
}

Placed copy_of(const std::string& sku, Dice& dice) {
  return {sku, {}, dice.about(1.0F, 0.08F), dice.about(1.0F, 0.03F), dice.about(1.0F, 0.05F)};
}

}  // namespace

const Sprite& Shelf::sprite(const std::string& sku) {
  std::unique_ptr<Sprite>& slot = sprites_[sku];
  if (slot) return *slot;
  if (!iconic_.empty()) {
    const std::string path = iconic_ + "/" + sku + ".jpg";
    if (std::filesystem::exists(path)) {
      const float length_mm = Dice(seed_of(sku)).between(70, 120);
      Result<vision::Image> photo = gallery::read_picture(path);
      Result<Sprite> cut = photo ? cut_out(photo->view(), length_mm) : fail(photo.error());
      if (cut) slot = std::make_unique<Sprite>(std::move(*cut));
    }
  }
  if (!slot) slot = std::make_unique<Sprite>(paint(product_of(sku)));
  return *slot;
}

Result<const Sprite*> Shelf::code(const CodeCard& card) {
  const std::string key = (card.on_phone ? "p" : "c") + card.bytes;
  if (!code_ || key != code_key_) {
    Result<Sprite> painted = paint_code(card.bytes, card.on_phone);
    if (!painted) return fail(painted.error());
    code_ = std::make_unique<Sprite>(std::move(*painted));
    code_key_ = key;
  }
  return code_.get();
}

const Sprite& Shelf::hand(std::uint64_t seed) {
  std::unique_ptr<Sprite>& slot = hands_[seed];
  if (!slot) slot = std::make_unique<Sprite>(paint_hand(seed));
  return *slot;
}

Result<void> lay(Scene& scene, const Wanted& wanted, Shelf& shelf, std::uint64_t seed) {
  const auto& [skus, code, spacing] = wanted;
  if (scene.items.size() + skus.size() > static_cast<std::size_t>(kItemsMax)) {
    return fail(Code::exhausted, "a tray holds at most 40 items");
  }
  const Sprite* card = nullptr;
  if (code) {
    const Result<const Sprite*> painted = shelf.code(*code);
    if (!painted) return fail(painted.error());
    card = *painted;
  }
  Dice dice(mix(seed, seed_of("lay")));
  Mat before;
  const float gap_mm = spacing.touching ? 0 : spacing.gap_mm;
  for (const Placed& item : scene.items) {
    before.take(footprint(shelf.sprite(item.sku), item.pose.turn, item.scale, gap_mm), item.pose);
  }
  if (scene.code && !code) {
    const Result<const Sprite*> lying = shelf.code(*scene.code);
    if (lying) before.take(footprint(**lying, scene.code->pose.turn, 1, 4), scene.code->pose);
  }
  for (int attempt = 0; attempt < kWholeTries; ++attempt) {
    Mat mat = before;
    Scene next = scene;
    Spacing room = spacing;
    room.gap_mm *= 1 - static_cast<float>(attempt) / kWholeTries;
    bool fits = true;
    for (const std::string& sku : skus) {
      Placed item = copy_of(sku, dice);
      const Sprite& sprite = shelf.sprite(sku);
      const Spacing tried{0, spacing.touching, spacing.overlap};  // the gap lies around the others
      const auto pose = find_place(mat, sprite, item.scale, tried, dice);
      if (!(fits = pose.has_value())) break;
      item.pose = *pose;
      mat.take(footprint(sprite, pose->turn, item.scale, spacing.touching ? 0 : room.gap_mm),
               *pose);
      next.items.push_back(std::move(item));
    }
    if (fits && card != nullptr) {
      const Spacing free{4, false, 0};
      const auto pose = find_place(mat, *card, 1, free, dice);
      fits = pose.has_value();
      if (pose) next.code = CodeCard{code->bytes, *pose, code->on_phone};
    }
    if (!fits) continue;
    scene = std::move(next);
    return {};
  }
  return fail(Code::exhausted, "the mat has no room for these items");
}

Scene nudged(const Scene& scene, std::uint64_t seed) {
  Dice dice(mix(seed, seed_of("nudge")));
  Scene next = scene;
  const float dx = dice.chance(0.5F) ? dice.between(3, 7) : dice.between(-7, -3);
  const float dy = dice.about(0, 5);
  const auto shift = [&](Pose& pose) {
    pose.x_mm += dx + dice.about(0, 1);
    pose.y_mm += dy + dice.about(0, 1);
    pose.turn += dice.about(0, 0.06F);
  };
  for (Placed& item : next.items) shift(item.pose);
  if (next.code) shift(next.code->pose);
  return next;
}

}  // namespace trayline::tray
