// Stands where a push service would: takes the news that the cloud POSTs and remembers them.
// Belongs to the loop's thread.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/http/server.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::up {

inline constexpr std::size_t kNewsOrdersMax = 10'000;  // then the oldest is forgotten

class News {
 public:
  explicit News(Loop& loop);
  // On a free port of loopback.
  Result<void> listen();
  std::string url() const;
  // The statuses told of an order, in order of arrival.
  std::vector<std::string> of(const std::string& order) const;

 private:
  http::Response take(const http::Request& request);
  http::Server server_;
  std::uint16_t port_ = 0;
  std::map<std::string, std::vector<std::string>> told_;
};

}  // namespace trayline::up
