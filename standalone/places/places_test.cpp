// Finding a store's files in folders as they are and as they should not be.
#include "standalone/places/places.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace trayline::places {
namespace {

namespace fs = std::filesystem;

class Places : public testing::Test {
 protected:
  Places() : state_(fs::temp_directory_path() / ("places-" + std::to_string(::getpid()))) {
    fs::create_directories(state_);
  }
  ~Places() override { fs::remove_all(state_); }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((state_ / name).parent_path());
    std::ofstream(state_ / name) << text;
  }
  // Plain TCP: no certificates are looked for.
  void write_edge(const std::string& name, const std::string& core) const {
    write(name, "env = 'local'\ncore = '" + core +
                    "'\nstate_dir = 'state'\n[[function]]\nname = 'camera'\nexec = ['camera']\n"
                    "[function.config]\nstation = 'eye/station.json'\ngallery = 'menu.gallery'\n");
  }
  fs::path state_;
};

TEST_F(Places, AMissingFolderIsNamed) {
  const auto found = find_cloud_config("/nowhere/at/all");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::not_found);
  EXPECT_NE(found.error().detail.find("/nowhere/at/all"), std::string::npos);
}

TEST_F(Places, TheCloudsSettingsAreFoundWhereverTheyLie) {
  EXPECT_EQ(find_cloud_config(state_.string()).error().code, Code::not_found);
  write("some/cloud.toml", "");
  EXPECT_EQ(find_cloud_config(state_.string()).value(), (state_ / "some/cloud.toml").string());
  write("other/cloud.toml", "");
  EXPECT_EQ(find_cloud_config(state_.string()).error().code, Code::conflict)
      << "of two settings none may be guessed";
}

TEST_F(Places, TheCameraIsThatOfTheCoreAndTheStation) {
  write_edge("one/edge.toml", "one");
  write_edge("two/edge.toml", "two");
  write("three/edge.toml", "not = [toml");
  const auto camera = find_camera(state_.string(), CoreId("two"), StationId("1"));
  ASSERT_TRUE(camera) << camera.error().detail;
  EXPECT_EQ(camera->station, (state_ / "two/state/work/camera/eye/station.json").string());
  EXPECT_EQ(camera->gallery, (state_ / "two/state/work/camera/menu.gallery").string());
  EXPECT_EQ(find_camera(state_.string(), CoreId("two"), StationId("9")).error().code,
            Code::not_found);
  EXPECT_EQ(find_camera(state_.string(), CoreId("four"), StationId("1")).error().code,
            Code::not_found);
}

TEST_F(Places, StoredPicturesAreNotWalkedThrough) {
  write("evidence/ab/x.pem", "");
  write("pki/ca/ca.pem", "");
  const auto found = find_files(state_.string(), ".pem");
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_EQ(*found, std::vector<std::string>{(state_ / "pki/ca/ca.pem").string()});
}

}  // namespace
}  // namespace trayline::places
