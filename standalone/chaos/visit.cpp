#include "standalone/chaos/visit.hpp"

#include <algorithm>

namespace trayline::chaos {
namespace {

struct Share {
  Kind kind;
  std::uint64_t parts;  // of kAll
};
constexpr Share kShares[] = {{Kind::match, 56},   {Kind::repeat, 12}, {Kind::corrected, 10},
                             {Kind::mismatch, 6}, {Kind::unsure, 6},  {Kind::cancel, 4},
                             {Kind::race, 6}};
constexpr std::uint64_t kAll = 100;

std::string_view end_of(Kind kind) {
  switch (kind) {
    case Kind::mismatch:
      return "mismatch";
    case Kind::unsure:
      return "review";
    case Kind::cancel:
      return "cancelled";
    default:
      return "paid";
  }
}

}  // namespace

Kind draw_kind(Random& random) {
  std::uint64_t at = random.below(kAll);
  for (const Share& share : kShares) {
    if (at < share.parts) return share.kind;
    at -= share.parts;
  }
  return Kind::match;
}

bool charges(Kind kind) {
  return kind == Kind::match || kind == Kind::repeat || kind == Kind::corrected;
}

bool may_be_charged(Kind kind) { return charges(kind) || kind == Kind::race; }

bool has_ended(const Visit& visit) {
  const bool accepted = std::all_of(visit.trays.begin(), visit.trays.end(),
                                    [](const Tray& tray) { return tray.accepted; });
  if (!accepted) return false;
  if (visit.kind == Kind::race && !visit.cancel_answered) return false;
  if (visit.kind == Kind::race && visit.told == "cancelled") return true;
  return visit.told == end_of(visit.kind);
}

}  // namespace trayline::chaos
