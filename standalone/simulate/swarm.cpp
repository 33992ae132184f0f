#include "standalone/simulate/swarm.hpp"

#include <fmt/format.h>

#include <cmath>
#include <functional>

namespace trayline::simulate {
namespace {

// A kind of fault: its name, where it is kept, and its full strength.
struct Kind {
  std::string_view name;
  double Swarm::*rate = nullptr;
  int Swarm::*count = nullptr;
  bool Swarm::*is = nullptr;
  double most = 1;
};

constexpr Kind rate(std::string_view name, double Swarm::*where, double most) {
  return {name, where, nullptr, nullptr, most};
}
constexpr Kind count(std::string_view name, int Swarm::*where, double most) {
  return {name, nullptr, where, nullptr, most};
}
constexpr Kind is(std::string_view name, bool Swarm::*where) {
  return {name, nullptr, nullptr, where, 1};
}

constexpr Kind kKinds[] = {
    rate("lose", &Swarm::lose, 0.5),
    rate("receipt_lie", &Swarm::receipt_lie, 0.5),
    rate("duplicate", &Swarm::duplicate, 0.7),
    rate("slow", &Swarm::slow, 0.6),
    count("partitions", &Swarm::partitions, 8),
    count("broker_restarts", &Swarm::broker_restarts, 8),
    rate("crash_before_commit", &Swarm::crash_before_commit, 0.12),
    rate("crash_after_commit", &Swarm::crash_after_commit, 0.12),
    rate("crash_after_effect", &Swarm::crash_after_effect, 0.12),
    count("crashes", &Swarm::crashes, 24),
    rate("store_away", &Swarm::store_away, 0.2),
    rate("commit_unknown", &Swarm::commit_unknown, 0.2),
    rate("other_host_between", &Swarm::other_host_between, 0.9),
    is("two_hosts", &Swarm::two_hosts),
    count("cloud_clock_jumps", &Swarm::cloud_clock_jumps, 4),
    count("core_crashes", &Swarm::core_crashes, 12),
    count("agent_crashes", &Swarm::agent_crashes, 12),
    count("core_clock_jumps", &Swarm::core_clock_jumps, 4),
    rate("disk_fails", &Swarm::disk_fails, 0.3),
    is("small_outbox", &Swarm::small_outbox),
    count("garbage", &Swarm::garbage, 4),
    count("killers", &Swarm::killers, 2),
    rate("call_lost", &Swarm::call_lost, 0.4),
    rate("reply_lost", &Swarm::reply_lost, 0.4),
    rate("error_before", &Swarm::error_before, 0.4),
    rate("error_after", &Swarm::error_after, 0.4),
    rate("rate_limit", &Swarm::rate_limit, 0.4),
    rate("call_slow", &Swarm::call_slow, 0.4),
    count("outages", &Swarm::outages, 6),
    is("long_outage", &Swarm::long_outage),
    rate("hook_lost", &Swarm::hook_lost, 0.6),
    rate("hook_duplicate", &Swarm::hook_duplicate, 0.8),
    rate("hook_slow", &Swarm::hook_slow, 0.8),
    rate("push_fails", &Swarm::push_fails, 0.5),
    rate("answer_lost", &Swarm::answer_lost, 0.4),
};

// strength: 0..1 of the kind's full strength.
void set(Swarm& swarm, const Kind& kind, double strength) {
  if (kind.rate != nullptr) swarm.*kind.rate = kind.most * strength;
  if (kind.count != nullptr) swarm.*kind.count = static_cast<int>(std::ceil(kind.most * strength));
  if (kind.is != nullptr) swarm.*kind.is = true;
  // Another host's turn needs another host.
  if (kind.rate == &Swarm::other_host_between) swarm.two_hosts = true;
}

}  // namespace

Swarm draw_swarm(Engine& engine) {
  Swarm swarm;
  const std::int64_t mixture = engine.between(0, 15);
  if (mixture == 0) return swarm;
  if (mixture <= 4) {
    set(swarm, kKinds[engine.random.below(std::size(kKinds))], 1);
    return swarm;
  }
  const double share = mixture <= 12 ? 0.2 : 0.6;
  for (const Kind& kind : kKinds) {
    if (!engine.chance(share)) continue;
    // Mostly weak: strength is a tenth to the whole, evenly in its logarithm.
    const double strength = std::pow(10.0, -static_cast<double>(engine.between(0, 100)) / 100.0);
    const bool rare = kind.is == &Swarm::long_outage && !engine.chance(0.3);
    if (!rare) set(swarm, kind, strength);
  }
  return swarm;
}

std::string to_text(const Swarm& swarm) {
  std::string text;
  for (const Kind& kind : kKinds) {
    if (kind.rate != nullptr && swarm.*kind.rate > 0) {
      text += fmt::format(" {} {:.3f}", kind.name, swarm.*kind.rate);
    } else if (kind.count != nullptr && swarm.*kind.count > 0) {
      text += fmt::format(" {} {}", kind.name, swarm.*kind.count);
    } else if (kind.is != nullptr && swarm.*kind.is) {
      text += fmt::format(" {}", kind.name);
    }
  }
  return text.empty() ? "calm" : text.substr(1);
}

}  // namespace trayline::simulate
