// For tests: a mosquitto of their own on a loopback port. Its code is in mosquitto_test.cpp.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace trayline::bus::test {

inline constexpr const char* kMosquitto = "/usr/sbin/mosquitto";
inline constexpr std::chrono::seconds kPatience{30};

class Mosquitto {
 public:
  // Further lines of its configuration; the folder is the test's.
  Mosquitto(const std::filesystem::path& folder, const std::string& settings);
  ~Mosquitto();
  Mosquitto(const Mosquitto&) = delete;
  Mosquitto& operator=(const Mosquitto&) = delete;

  void start();
  void kill();
  void signal(int number) const;
  // Reads its log until the text has come.
  bool says(std::string_view text);
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_;
  std::filesystem::path config_;
  int pid_ = 0;
  int log_ = -1;
};

}  // namespace trayline::bus::test
