// A connection to PostgreSQL that is made anew after it was lost. Private to this module. One
// thread at a time.
#pragma once
#include <algorithm>
#include <chrono>
#include <memory>

#include "lib/store/pg_connection.hpp"

namespace trayline::store {

// At most one try per pause, which doubles with each failure.
class Lasting {
 public:
  static constexpr std::chrono::milliseconds kFirstPause{50};
  static constexpr std::chrono::milliseconds kLongestPause{2'000};

  explicit Lasting(PgConfig config) : config_(std::move(config)) {}

  Result<PgConnection*> get() {
    if (connection_ && connection_->usable()) return connection_.get();
    const auto now = std::chrono::steady_clock::now();
    if (now < next_try_) return fail(last_error_);
    connection_.reset();
    Result<std::unique_ptr<PgConnection>> opened = PgConnection::open(config_);
    if (!opened) {
      last_error_ = opened.error();
      next_try_ = std::chrono::steady_clock::now() + pause_;
      pause_ = std::min(pause_ * 2, kLongestPause);
      return fail(last_error_);
    }
    pause_ = kFirstPause;
    connection_ = std::move(*opened);
    ++made_;
    return connection_.get();
  }
  std::uint64_t made() const { return made_; }

 private:
  PgConfig config_;
  std::unique_ptr<PgConnection> connection_;
  std::uint64_t made_ = 0;
  std::chrono::steady_clock::time_point next_try_{};
  std::chrono::milliseconds pause_ = kFirstPause;
  Error last_error_;
};

}  // namespace trayline::store
