#include "infra/core/core.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace trayline::core {
namespace {

class Cores : public testing::Test {
 protected:
  Cores() {
    std::string name = testing::TempDir() + "core-XXXXXX";
    places.dir = ::mkdtemp(name.data());
  }
  ~Cores() override { std::filesystem::remove_all(places.dir); }
  Places places;
  ManualClock clock{from_ms(1'760'000'000'000)};
};

TEST_F(Cores, ALocalCoreGetsItsWholeIdentity) {
  const Result<Created> made = create_core(places, {"local", CoreId("store-1")}, true, clock);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->resource, "IoT-local-store-1");
  EXPECT_EQ(made->writes, "IoT-local-store-1/up/#");
  EXPECT_EQ(made->reads, "IoT-local-store-1/down/#");
  for (const char* file : {"core-id", "key.pem", "cert.pem", "roots/ca.pem"}) {
    EXPECT_TRUE(std::filesystem::exists(made->identity + "/" + file)) << file;
  }
  EXPECT_TRUE(pki::verify_certificate(places.ca(), made->identity + "/cert.pem", "client", clock));
  EXPECT_NE(to_text(*made).find("pattern write %u/up/#"), std::string::npos) << to_text(*made);
}

TEST_F(Cores, WithoutAnAuthorityItSaysWhatMakesOne) {
  const Result<Created> made = create_core(places, {"prod", CoreId("a")}, false, clock);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::not_found);
  EXPECT_NE(made.error().detail.find("--local"), std::string::npos) << made.error().detail;
}

TEST_F(Cores, ACoreIsMadeOnceAndTwoOfThemShareTheAuthority) {
  ASSERT_TRUE(create_core(places, {"local", CoreId("a")}, true, clock));
  EXPECT_EQ(create_core(places, {"local", CoreId("a")}, true, clock).error().code, Code::conflict);
  EXPECT_TRUE(create_core(places, {"local", CoreId("b")}, false, clock));
}

TEST_F(Cores, RefusesNamesThatAreNone) {
  for (const auto& [env, id] : std::vector<std::pair<std::string, std::string>>{
           {"lo-cal", "a"}, {"", "a"}, {"local", ""}, {"local", "A"}, {"local", "a/b"}}) {
    EXPECT_EQ(create_core(places, {env, CoreId(id)}, true, clock).error().code,
              Code::invalid_argument)
        << env << " " << id;
  }
}

}  // namespace
}  // namespace trayline::core
