#include "edge/agent/sender.hpp"

#include <algorithm>

namespace trayline::agent {

Sender::Entry* Sender::Lane::oldest_sent() {
  for (auto& [seq, entry] : entries) {
    if (entry.sent) return &entry;
  }
  return nullptr;
}
const Sender::Entry* Sender::Lane::oldest_sent() const {
  return const_cast<Lane*>(this)->oldest_sent();
}

std::vector<SenderAction> Sender::step(const SenderEvent& event, Millis now) {
  Actions out;
  std::visit([&](const auto& e) { on(e, now, out); }, event);
  return out;
}

std::optional<Millis> Sender::due() const {
  std::optional<Millis> soonest;
  if (!connected_) return soonest;
  for (const auto& [function, lane] : lanes_) {
    const Entry* oldest = lane.oldest_sent();
    if (oldest != nullptr && (!soonest || oldest->due < *soonest)) soonest = oldest->due;
  }
  return soonest;
}

bool Sender::stalled() const {
  return std::any_of(lanes_.begin(), lanes_.end(), [](const auto& l) { return l.second.stalled; });
}

void Sender::on(const Connected&, Millis now, Actions& out) {
  connected_ = true;
  for (auto& [function, lane] : lanes_) {
    lane.stalled = false;
    for (auto& [seq, entry] : lane.entries) {
      entry.sent = false;
      entry.tries = 0;
    }
    advance(function, lane, now, out);
  }
}

void Sender::on(const Lost&, Millis, Actions&) { connected_ = false; }

void Sender::on(const Stored& event, Millis now, Actions& out) {
  Lane& lane = lanes_[event.row.function];
  if (lane.more || lane.loading || lane.entries.size() >= limits_.window) {
    lane.more = true;
  } else {
    lane.last = event.row.seq;
    lane.entries.emplace(event.row.seq, Entry{event.row, false, 0, Millis(0)});
  }
  advance(event.row.function, lane, now, out);
}

void Sender::on(const Waiting& event, Millis now, Actions& out) {
  Lane& lane = lanes_[event.function];
  lane.more = true;
  advance(event.function, lane, now, out);
}

void Sender::on(const Gone& event, Millis now, Actions& out) {
  for (auto& [function, lane] : lanes_) {
    if (lane.entries.erase(event.seq) > 0) advance(function, lane, now, out);
  }
}

void Sender::on(const Loaded& event, Millis now, Actions& out) {
  Lane& lane = lanes_[event.function];
  lane.loading = false;
  lane.more = event.more;
  for (const Row& row : event.rows) {
    lane.last = std::max(lane.last, row.seq);
    lane.entries.emplace(row.seq, Entry{row, false, 0, Millis(0)});
  }
  advance(event.function, lane, now, out);
}

void Sender::on(const Delivered& event, Millis now, Actions& out) {
  for (auto& [function, lane] : lanes_) {
    const auto found = lane.entries.find(event.seq);
    if (found == lane.entries.end() || found->second.row.cls == Class::critical) continue;
    lane.entries.erase(found);
    lane.stalled = false;
    out.push_back(Forget{event.seq});
    advance(function, lane, now, out);
  }
}

void Sender::on(const Answered& event, Millis now, Actions& out) {
  for (auto& [function, lane] : lanes_) {
    const std::size_t erased = std::erase_if(lane.entries, [&](const auto& item) {
      const Row& row = item.second.row;
      return (!event.key.empty() && row.key == event.key) ||
             (!event.sha256.empty() && row.sha256 == event.sha256);
    });
    if (erased == 0) continue;
    lane.stalled = false;
    advance(function, lane, now, out);
  }
}

void Sender::on(const Tick&, Millis now, Actions& out) {
  if (!connected_) return;
  for (auto& [function, lane] : lanes_) {
    const Entry* oldest = lane.oldest_sent();
    if (oldest == nullptr || oldest->due > now) continue;
    lane.stalled = true;
    for (auto& [seq, entry] : lane.entries) send(entry, now, out);
  }
}

void Sender::send(Entry& entry, Millis now, Actions& out) {
  entry.sent = true;
  entry.due = now + wait(entry.tries++);
  out.push_back(Send{entry.row});
}

void Sender::advance(const std::string& function, Lane& lane, Millis now, Actions& out) {
  // What it waited for is gone: no answer will ever show that the cloud listens.
  if (lane.oldest_sent() == nullptr) lane.stalled = false;
  if (connected_ && !lane.stalled) {
    for (auto& [seq, entry] : lane.entries) {
      if (!entry.sent) send(entry, now, out);
    }
  }
  if (lane.more && !lane.loading && lane.entries.size() <= limits_.window / 2) {
    lane.loading = true;
    out.push_back(Load{function, lane.last, limits_.window - lane.entries.size()});
  }
}

Millis Sender::wait(int tries) {
  Millis base = limits_.first_wait;
  for (int i = 0; i < tries && base < limits_.longest_wait; ++i) base *= 2;
  base = std::min(base, limits_.longest_wait);
  const std::int64_t fifth = base.count() / 5;
  const auto spread = static_cast<std::uint64_t>(2 * fifth + 1);
  return base - Millis(fifth) + Millis(static_cast<std::int64_t>(random_.below(spread)));
}

}  // namespace trayline::agent
