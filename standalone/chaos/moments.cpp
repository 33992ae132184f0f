#include "standalone/chaos/moments.hpp"

namespace trayline::chaos {

void Moments::note(Moment moment) {
  const std::lock_guard lock(mutex_);
  ++counts_[static_cast<std::size_t>(moment)];
  changed_.notify_all();
}

void Moments::settled(std::string committed_at) {
  const std::lock_guard lock(mutex_);
  if (committed_at > newest_settled_) newest_settled_ = std::move(committed_at);
  changed_.notify_all();
}

bool Moments::wait_for(Moment moment, Millis most) {
  std::unique_lock lock(mutex_);
  const std::uint64_t& count = counts_[static_cast<std::size_t>(moment)];
  return changed_.wait_for(lock, most, [&count, before = count] { return count != before; });
}

bool Moments::wait_settled(const std::string& after, Millis most) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, most, [&] { return newest_settled_ > after; });
}

}  // namespace trayline::chaos
