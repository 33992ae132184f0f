// Raw frames out of sound and broken streams.
#include "edge/camera/frame_parser.hpp"

#include <gtest/gtest.h>

#include "lib/base/random.hpp"

namespace trayline::camera {
namespace {

std::vector<std::uint8_t> frame_bytes(std::uint32_t width, std::uint32_t height,
                                      std::uint64_t sequence) {
  const auto head = wire::encode_header({width, height, 1000 + sequence, sequence});
  std::vector<std::uint8_t> bytes(head.begin(), head.end());
  bytes.resize(bytes.size() + std::size_t{3} * width * height,
               static_cast<std::uint8_t>(sequence + 1));
  return bytes;
}

void append(std::vector<std::uint8_t>& to, const std::vector<std::uint8_t>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

TEST(FrameHeader, ReadsBackWhatItWrote) {
  const wire::FrameHeader header{1280, 720, 0x0102030405060708ULL, 42};
  EXPECT_EQ(wire::decode_header(wire::encode_header(header)), header);
}

TEST(FrameHeader, RefusesSizesBeyondTheLimits) {
  for (const auto& [width, height] : {std::pair{0u, 720u},
                                      {1280u, 0u},
                                      {8u, 8u},
                                      {8193u, 16u},
                                      {8000u, 8000u},
                                      {0xFFFFFFFFu, 0xFFFFFFFFu}}) {
    EXPECT_FALSE(wire::decode_header(wire::encode_header({width, height, 0, 0})))
        << width << "x" << height;
  }
}

TEST(FrameParser, TakesFramesInWhateverPiecesTheyCome) {
  std::vector<std::uint8_t> stream;
  for (std::uint64_t i = 0; i < 3; ++i) append(stream, frame_bytes(32, 16, i));
  for (const std::size_t piece :
       {std::size_t{1}, std::size_t{31}, std::size_t{1600}, stream.size()}) {
    FrameParser parser;
    std::vector<Frame> frames;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      parser.feed({stream.data() + at, std::min(piece, stream.size() - at)}, frames);
    }
    ASSERT_EQ(frames.size(), 3U) << "in pieces of " << piece;
    for (std::uint64_t i = 0; i < 3; ++i) {
      EXPECT_EQ(frames[i].sequence, i);
      EXPECT_EQ(frames[i].picture.width, 32);
      EXPECT_EQ(frames[i].picture.pixels.back(), i + 1);
    }
    EXPECT_EQ(parser.bad_frames(), 0U);
    EXPECT_EQ(parser.garbage_bytes(), 0U);
  }
}

TEST(FrameParser, FindsTheWayBackAfterGarbage) {
  std::vector<std::uint8_t> stream(1000, 'T');
  append(stream, frame_bytes(32, 16, 0));
  append(stream, std::vector<std::uint8_t>(77, 0xAB));
  append(stream, frame_bytes(32, 16, 1));
  FrameParser parser;
  std::vector<Frame> frames;
  parser.feed(stream, frames);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(parser.garbage_bytes(), 1077U);
  EXPECT_EQ(parser.bad_frames(), 2U) << "each stretch of garbage counts once";
}

TEST(FrameParser, DropsAFrameThatBrokeOff) {
  FrameParser parser;
  std::vector<Frame> frames;
  std::vector<std::uint8_t> half = frame_bytes(32, 16, 0);
  half.resize(half.size() / 2);
  parser.feed(half, frames);
  parser.restart();
  parser.feed(frame_bytes(32, 16, 1), frames);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].sequence, 1U);
  EXPECT_EQ(parser.bad_frames(), 1U);
}

TEST(FrameParser, SurvivesRandomBytes) {
  SeededRandom random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint8_t> stream(static_cast<std::size_t>(random.below(4000)));
    random.fill(stream);
    if (random.below(2) == 0) append(stream, frame_bytes(16, 16, 1));
    if (!stream.empty()) stream[random.below(stream.size())] ^= 0x55;
    FrameParser parser;
    std::vector<Frame> frames;
    parser.feed(stream, frames);
    for (const Frame& frame : frames) {
      EXPECT_EQ(frame.picture.pixels.size(), static_cast<std::size_t>(frame.picture.width) *
                                                 static_cast<std::size_t>(frame.picture.height) *
                                                 3);
    }
  }
}

}  // namespace
}  // namespace trayline::camera
