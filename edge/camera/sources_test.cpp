// Folders and pipes, sound and broken; the grab thread and its watchdog.
#include "edge/camera/sources.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "edge/camera/backoff.hpp"
#include "edge/camera/grabber.hpp"
#include "edge/gallery/picture.hpp"
#include "lib/wire/frame_pipe.hpp"

namespace trayline::camera {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "trayline-camera-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path(const std::string& name = "") const { return (fs::path(path_) / name).string(); }
  void write(const std::string& name, std::string_view bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }

 private:
  std::string path_;
};

std::string jpeg(std::uint8_t grey) {
  vision::Image image(64, 48, vision::Pixel::bgr8);
  std::fill(image.pixels.begin(), image.pixels.end(), grey);
  const Bytes bytes = *gallery::encode_jpeg(image.view(), 90);
  return std::string(as_text(bytes));
}

std::vector<Grab> drain(FrameSource& source) {
  std::vector<Grab> grabs;
  for (int i = 0; i < 1000; ++i) {
    grabs.push_back(source.next(Millis(0)));
    if (grabs.back().kind == Grab::Kind::ended) return grabs;
  }
  ADD_FAILURE() << "the source never ended";
  return grabs;
}

TEST(DirSource, ShowsPicturesByNameAtFiveASecond) {
  const Folder folder;
  folder.write("b.jpg", jpeg(200));
  folder.write("a.JPEG", jpeg(10));
  folder.write("notes.txt", "not a picture");
  const ManualClock clock(from_ms(0));
  auto source = open_source("dir:" + folder.path(), clock, Pacing::at_once);
  ASSERT_TRUE(source) << source.error().detail;
  const auto grabs = drain(**source);
  ASSERT_EQ(grabs.size(), 3U);
  EXPECT_NEAR(grabs[0].frame.picture.pixels[0], 10, 2);
  EXPECT_NEAR(grabs[1].frame.picture.pixels[0], 200, 2);
  EXPECT_EQ(grabs[1].frame.time_ms - grabs[0].frame.time_ms, 200);
}

TEST(DirSource, HoldsStillsBetweenLooksAtTheEmptyTray) {
  const Folder folder;
  folder.write("reference.jpg", jpeg(100));
  folder.write("1.jpg", jpeg(200));
  const auto plan = plan_of(folder.path());
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->size(), 30U);
  EXPECT_EQ((*plan)[0].file, "reference.jpg");
  EXPECT_EQ((*plan)[10].file, "1.jpg");
  EXPECT_EQ((*plan)[29].file, "reference.jpg");
}

TEST(DirSource, FollowsItsSidecarAndRefusesABrokenOne) {
  const Folder folder;
  folder.write("x.jpg", jpeg(1));
  folder.write("frames.json",
               R"({"frames":[{"file":"x.jpg","time_ms":5},{"file":"x.jpg","time_ms":9}]})");
  const auto plan = plan_of(folder.path());
  ASSERT_TRUE(plan) << plan.error().detail;
  EXPECT_EQ((*plan)[1].time_ms, 9);
  for (const char* bad :
       {"", "[]", R"({"frames":[{"file":"x.jpg"}]})",
        R"({"frames":[{"file":"../x.jpg","time_ms":1}]})",
        R"({"frames":[{"file":"x.jpg","time_ms":9},{"file":"x.jpg","time_ms":5}]})"}) {
    folder.write("frames.json", bad);
    EXPECT_FALSE(plan_of(folder.path())) << "was taken: " << bad;
  }
}

TEST(DirSource, CountsBrokenPicturesAndGoesOn) {
  const Folder folder;
  const std::string sound = jpeg(90);
  folder.write("1-zero.jpg", "");
  folder.write("2-cut.jpg", sound.substr(0, sound.size() / 2));
  folder.write("3-text.png", "GIF89a, not a PNG");
  // A PNG header that announces 100,000 x 100,000 pixels.
  folder.write("4-huge.png",
               std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\x86\xA0\0\1\x86\xA0\x8\2\0\0\0", 29));
  folder.write("5-sound.jpg", sound);
  fs::create_directory(folder.path("6-folder.jpg"));
  const ManualClock clock(from_ms(0));
  auto source = open_source("dir:" + folder.path(), clock, Pacing::at_once);
  ASSERT_TRUE(source);
  const auto grabs = drain(**source);
  ASSERT_EQ(grabs.size(), 7U);
  for (const std::size_t i : {0U, 1U, 2U, 3U, 5U}) {
    EXPECT_EQ(grabs[i].kind, Grab::Kind::bad) << i;
    EXPECT_FALSE(grabs[i].why.empty()) << i;
  }
  EXPECT_EQ(grabs[4].kind, Grab::Kind::frame);
}

TEST(Source, RefusesWhatItDoesNotKnow) {
  const ManualClock clock(from_ms(0));
  const Folder empty;
  for (const std::string& uri :
       {std::string(""), std::string("dir"), std::string("dir:"), std::string("ftp:x"),
        "dir:" + empty.path(), std::string("dir:/nowhere/at/all")}) {
    EXPECT_FALSE(open_source(uri, clock, Pacing::at_once)) << "was taken: " << uri;
  }
}

// Asks until something other than idle comes.
Grab next_of(FrameSource& source) {
  for (int i = 0; i < 200; ++i) {
    Grab grab = source.next(Millis(10));
    if (grab.kind != Grab::Kind::idle) return grab;
  }
  return {};
}

std::vector<std::uint8_t> pipe_frame(std::uint64_t sequence) {
  const auto head = wire::encode_header({16, 16, 0, sequence});
  std::vector<std::uint8_t> bytes(head.begin(), head.end());
  bytes.resize(bytes.size() + 768, 9);
  return bytes;
}

TEST(PipeSource, ReadsFramesSkipsGarbageAndConnectsAgain) {
  const Folder folder;
  const std::string path = folder.path("frames");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  ManualClock clock(from_ms(0));
  auto source = open_source("pipe:" + path, clock, Pacing::by_clock);
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->next(Millis(0)).kind, Grab::Kind::idle);  // opens
  int writer = ::open(path.c_str(), O_WRONLY);
  std::vector<std::uint8_t> bytes(50, 'x');
  const auto frame = pipe_frame(0);
  bytes.insert(bytes.end(), frame.begin(), frame.end());
  ASSERT_EQ(::write(writer, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  EXPECT_EQ(next_of(**source).kind, Grab::Kind::bad);
  const Grab first = next_of(**source);
  EXPECT_EQ(first.kind, Grab::Kind::frame);
  EXPECT_EQ(first.frame.picture.width, 16);
  // Half a frame, and the writer is gone.
  ASSERT_GT(::write(writer, frame.data(), frame.size() / 2), 0);
  ::close(writer);
  EXPECT_EQ(next_of(**source).kind, Grab::Kind::lost);
  clock.advance(Millis(500));
  EXPECT_EQ((*source)->next(Millis(0)).kind, Grab::Kind::idle);  // opens again
  writer = ::open(path.c_str(), O_WRONLY);
  ASSERT_GT(::write(writer, frame.data(), frame.size()), 0);
  EXPECT_EQ(next_of(**source).kind, Grab::Kind::frame);
  ::close(writer);
}

TEST(PipeSource, SaysThatItsPathIsMissingAndWaitsLongerEachTime) {
  ManualClock clock(from_ms(0));
  auto source = open_source("pipe:/nowhere/frames", clock, Pacing::by_clock);
  ASSERT_TRUE(source);
  for (const int wait : {500, 1000, 2000}) {
    EXPECT_EQ((*source)->next(Millis(0)).kind, Grab::Kind::lost);
    clock.advance(Millis(wait - 1));
    EXPECT_EQ((*source)->next(Millis(0)).kind, Grab::Kind::idle);
    clock.advance(Millis(1));
  }
}

TEST(Backoff, DoublesUpToItsLastAndStartsOver) {
  Backoff backoff(Millis(500), Millis(30'000));
  std::vector<long> waits;
  for (int i = 0; i < 8; ++i) waits.push_back(backoff.failed().count());
  EXPECT_EQ(waits, (std::vector<long>{500, 1000, 2000, 4000, 8000, 16000, 30000, 30000}));
  backoff.succeeded();
  EXPECT_EQ(backoff.failed().count(), 500);
}

TEST(Grabber, KeepsTheNewestFrameAndCountsTheRest) {
  std::vector<Grab> grabs;
  for (std::uint64_t i = 0; i < 5; ++i) {
    grabs.push_back({Grab::Kind::frame, {vision::Image(16, 16, vision::Pixel::bgr8), 0, i}, {}});
  }
  grabs.push_back({Grab::Kind::bad, {}, "broken"});
  Grabber grabber(std::make_unique<MemorySource>(std::move(grabs)));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!grabber.ended() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  const auto frame = grabber.take();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->sequence, 4U);
  EXPECT_FALSE(grabber.take());
  EXPECT_EQ(grabber.counts().frames, 5U);
  EXPECT_EQ(grabber.counts().dropped, 4U);
  EXPECT_EQ(grabber.counts().bad, 1U);
  EXPECT_EQ(grabber.trouble(), "broken");
}

TEST(Watchdog, SaysNoPictureAfterFiveSeconds) {
  Watchdog dog(Millis(0));
  EXPECT_EQ(dog.state(Millis(10), false), PictureState::starting);
  dog.frame(Millis(100));
  EXPECT_EQ(dog.state(Millis(5099), false), PictureState::live);
  EXPECT_EQ(dog.state(Millis(5100), false), PictureState::no_picture);
  dog.frame(Millis(6000));
  EXPECT_EQ(dog.state(Millis(6001), false), PictureState::live);
  EXPECT_EQ(dog.state(Millis(6001), true), PictureState::ended);
}

}  // namespace
}  // namespace trayline::camera
