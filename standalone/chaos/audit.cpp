#include "standalone/chaos/audit.hpp"

#include <cstdlib>

namespace trayline::chaos {
namespace {

class Auditor {
 public:
  explicit Auditor(const Facts& facts) : facts_(facts) {}

  Audit run() {
    for (const Visit& visit : facts_.visits) {
      for (const Tray& tray : visit.trays) look_at(visit, tray);
      if (visit.stuck) found(out_.stuck, visit, "did not come to its end, told " + visit.told);
      if (!visit.order.empty()) look_at(visit);
    }
    for (const ScreenSeen& screen : facts_.screens) {
      const std::string problem = screen_problem(screen, facts_);
      if (problem.empty()) continue;
      ++out_.screens_wrong;
      note("screen " + screen.core + "/" + screen.screen + ": " + problem);
    }
    return std::move(out_);
  }

 private:
  void note(std::string text) {
    if (out_.why.size() < kWhyMax) out_.why.push_back(std::move(text));
  }
  void found(std::int64_t& counter, const Visit& visit, const std::string& what) {
    ++counter;
    note("order " + visit.order + " at " + visit.core + "/" + visit.station + " (kind " +
         std::to_string(static_cast<int>(visit.kind)) + "): " + what);
  }

  void look_at(const Visit& visit, const Tray& tray) {
    if (!tray.accepted) return;
    ++out_.acked;
    if (facts_.quarantined.contains(tray.prediction)) {
      found(out_.quarantined, visit, "prediction " + tray.prediction + " was refused");
    } else if (!facts_.answered.contains(tray.prediction) &&
               !facts_.waiting.contains(tray.prediction)) {
      found(out_.lost, visit, "prediction " + tray.prediction + " is nowhere");
    }
  }

  void look_at(const Visit& visit) {
    ++out_.orders;
    const auto order = facts_.orders.find(visit.order);
    const auto charged = facts_.charges.find(visit.order);
    const ChargeFact charge = charged == facts_.charges.end() ? ChargeFact{} : charged->second;
    if (order == facts_.orders.end()) {
      out_.difference += charge.minor;
      return found(out_.lost, visit, "the cloud answered it and does not know it any more");
    }
    const bool paid = order->second.state == "paid";
    if (visit.told == "paid" && !paid) found(out_.gone_back, visit, "was paid");
    if (charge.times > 1) {
      found(out_.doubles, visit, "charged " + std::to_string(charge.times) + " times");
    }
    const bool asked = charges(visit.kind) && !visit.trays.empty() && visit.trays.back().accepted;
    if ((paid || (asked && !visit.stuck)) && charge.times == 0) {
      found(out_.missing, visit, order->second.state + " without a charge");
    }
    if (charge.times > 0 && (!paid || !may_be_charged(visit.kind))) {
      found(out_.unasked, visit, order->second.state + " with a charge");
    }
    if (charge.times == 1 && charge.minor != visit.total_minor) {
      found(out_.wrong_amount, visit, "charged " + std::to_string(charge.minor));
    }
    out_.difference += std::llabs(charge.minor - (paid ? order->second.total_minor : 0));
  }

  const Facts& facts_;
  Audit out_;
};

}  // namespace

bool Audit::ok() const {
  return lost == 0 && quarantined == 0 && doubles == 0 && missing == 0 && wrong_amount == 0 &&
         unasked == 0 && gone_back == 0 && stuck == 0 && screens_wrong == 0 && difference == 0;
}

std::string screen_status(const std::string& order_state) {
  if (order_state == "paid" || order_state == "mismatch" || order_state == "review") {
    return order_state;
  }
  if (order_state == "declined" || order_state == "action_required") return "see_phone";
  if (order_state == "cancelled" || order_state == "expired" || order_state == "refunded") {
    return "cancelled";
  }
  return "checking";
}

std::string screen_problem(const ScreenSeen& screen, const Facts& facts) {
  const auto monitor = facts.monitors.find(screen.core + "/" + screen.screen);
  // Nothing was ever shown, and nothing is.
  if (monitor == facts.monitors.end()) return screen.version == 0 ? "" : "shows what nobody asked";
  if (!screen.live) return "is not connected";
  const std::int64_t wanted = monitor->second.version;
  if (screen.version != wanted) {
    return "shows version " + std::to_string(screen.version) + " of " + std::to_string(wanted);
  }
  if (monitor->second.painted != wanted) return "the cloud does not know that it is right";
  if (!screen.newest_order.empty() && screen.order != screen.newest_order) {
    return "shows order " + screen.order + " instead of " + screen.newest_order;
  }
  const auto order = facts.orders.find(screen.order);
  if (order != facts.orders.end() && screen.status != screen_status(order->second.state)) {
    return "says " + screen.status + " of an order that is " + order->second.state;
  }
  return "";
}

Audit audit(const Facts& facts) { return Auditor(facts).run(); }

}  // namespace trayline::chaos
