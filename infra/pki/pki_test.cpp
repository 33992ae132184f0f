#include "infra/pki/pki.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "infra/pki/files.hpp"

namespace trayline::pki {
namespace {

class Pki : public testing::Test {
 protected:
  Pki() {
    std::string name = testing::TempDir() + "pki-XXXXXX";
    dir = ::mkdtemp(name.data());
    ca = Ca{dir + "/ca"};
    EXPECT_TRUE(create_ca(ca.dir, clock));
  }
  ~Pki() override { std::filesystem::remove_all(dir); }
  static mode_t mode_of(const std::string& file) {
    struct stat info {};
    EXPECT_EQ(::stat(file.c_str(), &info), 0) << file;
    return info.st_mode & 0777;
  }
  ManualClock clock{from_ms(1'760'000'000'000)};
  std::string dir;
  Ca ca;
};

TEST_F(Pki, ADevicesCertificateCarriesItsNameForNinetyDays) {
  const Result<void> made = create_device(ca, "IoT-local-core-1", dir + "/device", clock);
  ASSERT_TRUE(made) << made.error().detail;
  const CertificateInfo info = read_certificate(dir + "/device/cert.pem").value();
  EXPECT_EQ(info.common_name, "IoT-local-core-1");
  EXPECT_EQ(info.not_after, clock.now() + kDeviceLife);
  EXPECT_TRUE(verify_certificate(ca, dir + "/device/cert.pem", "client", clock));
  EXPECT_FALSE(verify_certificate(ca, dir + "/device/cert.pem", "server", clock))
      << "a device could pose as the broker";
}

TEST_F(Pki, KeysAreForTheirOwnerOnly) {
  ASSERT_TRUE(create_device(ca, "IoT-local-c", dir + "/device", clock));
  EXPECT_EQ(mode_of(ca.key_file()), 0600U);
  EXPECT_EQ(mode_of(dir + "/device/key.pem"), 0600U);
}

TEST_F(Pki, NoCertificateOutlivesItsAuthority) {
  const Time ca_ends = read_certificate(ca.cert_file()).value().not_after;
  clock.advance(kCaLife - std::chrono::days(10));
  ASSERT_TRUE(create_device(ca, "IoT-local-c", dir + "/device", clock));
  EXPECT_LT(read_certificate(dir + "/device/cert.pem").value().not_after, ca_ends);
  clock.advance(std::chrono::days(11));
  EXPECT_FALSE(create_device(ca, "IoT-local-d", dir + "/late", clock));
}

TEST_F(Pki, AnExpiredCertificateIsSaidToBe) {
  ASSERT_TRUE(create_device(ca, "IoT-local-c", dir + "/device", clock));
  clock.advance(std::chrono::days(91));
  const Result<void> verified = verify_certificate(ca, dir + "/device/cert.pem", "client", clock);
  ASSERT_FALSE(verified);
  EXPECT_NE(verified.error().detail.find("expired"), std::string::npos) << verified.error().detail;
}

TEST_F(Pki, AnotherAuthoritysDeviceIsRefused) {
  const Ca other{dir + "/other"};
  ASSERT_TRUE(create_ca(other.dir, clock));
  ASSERT_TRUE(create_device(other, "IoT-local-c", dir + "/device", clock));
  EXPECT_FALSE(verify_certificate(ca, dir + "/device/cert.pem", "client", clock));
}

TEST_F(Pki, ServerAndCloudHostsGetTheirPurpose) {
  ASSERT_TRUE(create_server(ca, dir + "/broker", clock));
  ASSERT_TRUE(create_cloud_host(ca, "1", dir + "/cloud", clock));
  EXPECT_TRUE(verify_certificate(ca, dir + "/broker/cert.pem", "server", clock));
  EXPECT_FALSE(verify_certificate(ca, dir + "/broker/cert.pem", "client", clock));
  EXPECT_EQ(read_certificate(dir + "/cloud/cert.pem").value().common_name, "cloud-1");
}

TEST_F(Pki, RefusesNamesThatCouldReachOtherTopics) {
  for (const char* name : {"", "core", "IoT-local", "IoT-local-", "IoT-local-a/b", "IoT-local-+",
                           "IoT-Local-a", "IoT--a", "IoT-local-a#", "cloud-1"}) {
    EXPECT_EQ(create_device(ca, name, dir + "/device", clock).error().code, Code::invalid_argument)
        << name;
  }
  EXPECT_FALSE(create_cloud_host(ca, "a/b", dir + "/device", clock));
  EXPECT_FALSE(create_server(ca, dir + "/device", clock, {"a,IP:1.2.3.4"}));
}

TEST_F(Pki, NeverOverwritesAKey) {
  ASSERT_TRUE(create_device(ca, "IoT-local-c", dir + "/device", clock));
  EXPECT_EQ(create_device(ca, "IoT-local-c", dir + "/device", clock).error().code, Code::conflict);
  EXPECT_EQ(create_ca(ca.dir, clock).error().code, Code::conflict);
}

TEST_F(Pki, NamesTheFileThatIsMissing) {
  const Result<void> made = create_device(Ca{dir + "/nowhere"}, "IoT-local-c", dir + "/x", clock);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::not_found);
  EXPECT_NE(made.error().detail.find("/nowhere/ca.pem"), std::string::npos) << made.error().detail;
}

}  // namespace
}  // namespace trayline::pki
