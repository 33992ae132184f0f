// What a camera says it sees on a tray, and the cloud's answer to it. Device to cloud on
// up/camera/predictions, the answer on down/agent/acks. docs/spec/asyncapi.json describes them.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"

namespace trayline::wire {

// The SKU that stands for an item that is in no gallery.
inline constexpr std::string_view kUnknownSku = "unknown";

// Bounds on a prediction from outside.
inline constexpr std::size_t kItemsMax = 40;
inline constexpr std::size_t kRunnersUpMax = 5;
inline constexpr std::size_t kAlternativesMax = 2;
inline constexpr std::size_t kCodesMax = 8;
inline constexpr std::int64_t kCountMax = 1000;

// Pixels of the picture.
struct Box {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  bool operator==(const Box&) const = default;
  static void describe(auto& member, auto& self) {
    member("x", self.x);
    member("y", self.y);
    member("width", self.width);
    member("height", self.height);
  }
};

// score: probability-like, 0..1.
struct RunnerUp {
  Sku sku;
  double score = 0;
  bool operator==(const RunnerUp&) const = default;
  static void describe(auto& member, auto& self) {
    member("sku", self.sku);
    member("score", self.score);
  }
};

// One kind of item on the tray. With count 1 the box is the item's.
struct SeenItem {
  Sku sku;  // or "unknown"
  std::int64_t count = 1;
  double score = 0;   // 0..1, higher is surer
  double margin = 0;  // distance of the best other SKU / distance of this one; 1 is a tie
  std::optional<Box> box;
  double area_mm2 = 0;  // 0 where the station is not calibrated
  std::vector<RunnerUp> runners_up;
  bool operator==(const SeenItem&) const = default;
  static void describe(auto& member, auto& self) {
    member("sku", self.sku);
    member("count", self.count);
    member.defaulted("score", self.score);
    member.defaulted("margin", self.margin);
    member("box", self.box);
    member.defaulted("area_mm2", self.area_mm2);
    member.defaulted("runners_up", self.runners_up);
  }
};

struct SkuCount {
  Sku sku;
  std::int64_t count = 1;
  bool operator==(const SkuCount&) const = default;
  static void describe(auto& member, auto& self) {
    member("sku", self.sku);
    member("count", self.count);
  }
};

// Another reading of the whole tray; cost as the decoder's, lower is better.
struct Alternative {
  std::vector<SkuCount> items;
  double cost = 0;
  bool operator==(const Alternative&) const = default;
  static void describe(auto& member, auto& self) {
    member("items", self.items);
    member.defaulted("cost", self.cost);
  }
};

enum class Verdict { confident, review, unknown };
constexpr auto enum_names(Verdict) {
  using enum Verdict;
  return std::array{std::pair{confident, std::string_view("confident")},
                    std::pair{review, std::string_view("review")},
                    std::pair{unknown, std::string_view("unknown")}};
}

struct Versions {
  std::string model;
  std::string gallery;
  std::string menu;
  std::string station;
  bool operator==(const Versions&) const = default;
  static void describe(auto& member, auto& self) {
    member.defaulted("model", self.model);
    member.defaulted("gallery", self.gallery);
    member.defaulted("menu", self.menu);
    member.defaulted("station", self.station);
  }
};

struct Prediction {
  static constexpr std::string_view kType = "prediction";
  PredictionId id;  // UUIDv7, made and stored at the edge before the first send
  CoreId core;      // must be the topic's
  StationId station;
  VisitId visit;                 // UUIDv7, made when the surface leaves empty
  std::int64_t number = 1;       // within the visit, from 1
  bool visit_uncertain = false;  // the edge restarted and cannot tell whether it is the same visit
  std::int64_t device_time_ms = 0;  // data, never a decision
  std::int64_t monotonic_ms = 0;
  std::string boot_id;
  std::vector<std::string> codes;  // base64url of each code's bytes
  std::vector<SeenItem> items;
  double cost = 0;  // of this reading, on the same scale as the alternatives' costs
  std::vector<Alternative> alternatives;
  Verdict verdict = Verdict::unknown;
  Versions versions;
  std::string image;      // SHA-256 of the JPEG, hex
  std::string reference;  // of the empty tray as it was when the visit began; may be empty
  bool operator==(const Prediction&) const = default;
  static void describe(auto& member, auto& self) {
    member("id", self.id);
    member("core", self.core);
    member("station", self.station);
    member("visit", self.visit);
    member("number", self.number);
    member.defaulted("visit_uncertain", self.visit_uncertain);
    member.defaulted("device_time_ms", self.device_time_ms);
    member.defaulted("monotonic_ms", self.monotonic_ms);
    member.defaulted("boot_id", self.boot_id);
    member.defaulted("codes", self.codes);
    member("items", self.items);
    member.defaulted("cost", self.cost);
    member.defaulted("alternatives", self.alternatives);
    member("verdict", self.verdict);
    member.defaulted("versions", self.versions);
    member.defaulted("image", self.image);
    member.defaulted("reference", self.reference);
  }
};

// Everything that from_json cannot see: ids, bounds, hashes. Empty text when all is well, else
// what is wrong, to be sent back to the edge.
std::string problem_of(const Prediction& prediction);

enum class AckResult { accepted, refused };
constexpr auto enum_names(AckResult) {
  return std::array{std::pair{AckResult::accepted, std::string_view("accepted")},
                    std::pair{AckResult::refused, std::string_view("refused")}};
}

// Where to PUT a picture that the cloud misses.
struct Upload {
  std::string hash;
  std::string url;  // absolute, signed
  std::int64_t expires_ms = 0;
  bool operator==(const Upload&) const = default;
  static void describe(auto& member, auto& self) {
    member("hash", self.hash);
    member("url", self.url);
    member("expires_ms", self.expires_ms);
  }
};

// Only this lets the edge forget. Either prediction or payload_sha256 (hex of the message as
// received, where no id could be read from it) names what is answered.
struct Ack {
  std::optional<PredictionId> prediction;
  std::optional<std::string> payload_sha256;
  AckResult result = AckResult::accepted;
  std::string reason;  // of a refusal
  std::optional<OrderId> order;
  std::vector<Upload> uploads;
  bool operator==(const Ack&) const = default;
  static void describe(auto& member, auto& self) {
    member("prediction", self.prediction);
    member("payload_sha256", self.payload_sha256);
    member("result", self.result);
    member.defaulted("reason", self.reason);
    member("order", self.order);
    member.defaulted("uploads", self.uploads);
  }
};

}  // namespace trayline::wire
