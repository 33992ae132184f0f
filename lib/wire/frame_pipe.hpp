// Raw pictures through a pipe: what a video child (a decoder, or the renderer in sim/) writes and
// the camera's `pipe:PATH` reads. Header only, no state; pixels are the caller's.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace trayline::wire {

// A frame is a header of 32 bytes, little-endian, then width * height * 3 bytes BGR, rows from the
// top without gaps:
//   offset 0   8 bytes  the text "TLFRAME1"
//          8   u32      width in pixels
//         12   u32      height in pixels
//         16   u64      time_ms, CLOCK_MONOTONIC of the machine at the shutter
//         24   u64      sequence, counts the frames written, from 0

inline constexpr std::string_view kFrameMagic = "TLFRAME1";
inline constexpr std::size_t kFrameHeaderBytes = 32;
inline constexpr std::uint32_t kFrameSideMin = 16;
inline constexpr std::uint32_t kFrameSideMax = 8192;
inline constexpr std::uint64_t kFramePixelsMax = 12'000'000;

struct FrameHeader {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint64_t time_ms = 0;
  std::uint64_t sequence = 0;

  std::size_t payload_bytes() const { return std::size_t{3} * width * height; }
  bool operator==(const FrameHeader&) const = default;
};

inline std::array<std::uint8_t, kFrameHeaderBytes> encode_header(const FrameHeader& header) {
  std::array<std::uint8_t, kFrameHeaderBytes> bytes{};
  const auto put = [&](std::size_t at, std::size_t size, std::uint64_t value) {
    for (std::size_t i = 0; i < size; ++i) {
      bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  };
  for (std::size_t i = 0; i < kFrameMagic.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(kFrameMagic[i]);
  }
  put(8, 4, header.width);
  put(12, 4, header.height);
  put(16, 8, header.time_ms);
  put(24, 8, header.sequence);
  return bytes;
}

// Nothing where the bytes are no header, or announce a picture beyond the limits above.
inline std::optional<FrameHeader> decode_header(
    std::span<const std::uint8_t, kFrameHeaderBytes> bytes) {
  for (std::size_t i = 0; i < kFrameMagic.size(); ++i) {
    if (bytes[i] != static_cast<std::uint8_t>(kFrameMagic[i])) return std::nullopt;
  }
  const auto get = [&](std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i > 0; --i) value = (value << 8) | bytes[at + i - 1];
    return value;
  };
  FrameHeader header{static_cast<std::uint32_t>(get(8, 4)), static_cast<std::uint32_t>(get(12, 4)),
                     get(16, 8), get(24, 8)};
  const auto side_fits = [](std::uint32_t side) {
    return side >= kFrameSideMin && side <= kFrameSideMax;
  };
  if (!side_fits(header.width) || !side_fits(header.height) ||
      std::uint64_t{header.width} * header.height > kFramePixelsMax) {
    return std::nullopt;
  }
  return header;
}

}  // namespace trayline::wire
