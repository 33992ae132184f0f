#include "standalone/simulate/engine.hpp"

#include "lib/base/check.hpp"

namespace trayline::simulate {

void Trace::mix(std::uint64_t value) {
  hash_ = (hash_ ^ value) * 0x9e3779b97f4a7c15ULL;
  hash_ ^= hash_ >> 29;
}

void Trace::add(Millis at, std::string_view what, std::initializer_list<std::string_view> words) {
  mix(static_cast<std::uint64_t>(at.count()));
  const auto mix_text = [&](std::string_view text) {
    std::uint64_t word = text.size();
    for (const char c : text) word = word * 0x100000001b3ULL + static_cast<unsigned char>(c);
    mix(word);
  };
  mix_text(what);
  for (const std::string_view word : words) mix_text(word);
  if (!reader_) return;
  std::string line(what);
  for (const std::string_view word : words) (line += ' ') += word;
  reader_(at, line);
}

void Engine::after(Millis delay, Task task) {
  check(delay >= Millis(0), "nothing happens before now");
  queue_.emplace(std::pair(now_ + delay, ++sequence_), std::move(task));
}

bool Engine::step(Millis end) {
  if (queue_.empty() || queue_.begin()->first.first > end) {
    now_ = std::max(now_, end);
    return false;
  }
  auto next = queue_.extract(queue_.begin());
  now_ = next.key().first;
  ++events_;
  next.mapped()();
  return true;
}

bool Engine::chance(double probability) {
  if (probability <= 0) return false;
  return static_cast<double>(random.next() >> 11U) * 0x1p-53 < probability;
}

std::int64_t Engine::between(std::int64_t least, std::int64_t most) {
  check(least <= most, "a range has a least and a most");
  return least +
         static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most - least) + 1));
}

}  // namespace trayline::simulate
