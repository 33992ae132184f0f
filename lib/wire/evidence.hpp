// What evidence accepts: acknowledgements on their way to an edge, to which it adds where missing
// pictures go, and pictures that arrived.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "lib/wire/prediction.hpp"

namespace trayline::wire::evidence {

struct Acknowledge {
  static constexpr std::string_view kType = "acknowledge";
  CoreId core;
  Ack ack;
  std::vector<std::string> hashes;  // of the pictures that belong to it
  static void describe(auto& member, auto& self) {
    member("core", self.core);
    member("ack", self.ack);
    member("hashes", self.hashes);
  }
};

// The picture lies in the store under its hash.
struct Stored {
  static constexpr std::string_view kType = "stored";
  std::string hash;
  std::int64_t bytes = 0;
  static void describe(auto& member, auto& self) {
    member("hash", self.hash);
    member("bytes", self.bytes);
  }
};

inline constexpr std::string_view kService = "evidence";
using In = std::variant<Acknowledge, Stored>;

}  // namespace trayline::wire::evidence
