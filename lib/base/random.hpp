// Randomness as a parameter, like time.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/clock.hpp"

namespace trayline {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
  std::uint64_t next();
  // Uniform in [0, bound), bound > 0.
  std::uint64_t below(std::uint64_t bound);
};

// Cryptographic, from the system; thread-safe.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

// SplitMix64: the seed is the whole history. For tests and the simulator; not thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

// UUIDv7 (RFC 9562 5.7), lower case with hyphens: 48 bits of milliseconds, 74 random bits.
std::string uuid7(Time now, Random& random);
// True for any well-formed lower-case UUID of version 7.
bool is_uuid7(std::string_view text);

}  // namespace trayline
