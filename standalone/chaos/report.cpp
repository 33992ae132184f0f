// The report of a campaign as figures.
#include <algorithm>
#include <cmath>

#include "standalone/chaos/campaign.hpp"

namespace trayline::chaos {
namespace {

std::int64_t goal_ms(const Options& options) {
  return options.stage.engine == Engine::postgres ? 5'000 : 1'500;
}

}  // namespace

std::int64_t percentile(std::vector<std::int64_t> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(at, 1, values.size()) - 1];
}

bool Report::ok(const Options& options) const {
  return audit.ok() && unopenable == 0 && crashes == 0 && steps_back == 0 && blows == options.blows;
}

Json to_json(const Report& report, const Options& options) {
  const bool cuts = options.how == How::powercut;
  const char* name = options.how == How::kill ? "kills" : cuts ? "cuts" : "pauses";
  Json::Object out;
  out.set(name, report.blows);
  out.set("engine", options.stage.engine == Engine::postgres ? "postgres" : "sqlite");
  if (cuts) out.set("store", options.store);
  out.set("hosts", options.stage.hosts);
  out.set("seed", static_cast<std::int64_t>(options.seed));
  out.set("orders", report.audit.orders);
  out.set("acked", report.audit.acked);
  out.set("lost", report.audit.lost);
  out.set("double", report.audit.doubles);
  out.set("missing", report.audit.missing);
  out.set("wrong_amount", report.audit.wrong_amount);
  out.set("unasked", report.audit.unasked);
  out.set("gone_back", report.audit.gone_back);
  out.set("quarantined", report.audit.quarantined);
  out.set("stuck", report.audit.stuck);
  out.set("screens_wrong", report.audit.screens_wrong);
  out.set("steps_back", static_cast<std::int64_t>(report.steps_back));
  out.set("audit_difference", report.audit.difference);
  out.set("unopenable", report.unopenable);
  out.set("crashes", report.crashes);
  out.set("recoveries", report.recovery_ms.size());
  out.set("recovery_ms_p50", percentile(report.recovery_ms, 0.5));
  out.set("recovery_ms_p99", percentile(report.recovery_ms, 0.99));
  out.set("ready_ms_p50", percentile(report.ready_ms, 0.5));
  out.set("ready_ms_p99", percentile(report.ready_ms, 0.99));
  // A cut takes the time of a copy.
  if (!cuts) out.set("recovery_goal_ms", goal_ms(options));
  out.set("seconds", report.seconds);
  out.set("ok", report.ok(options));
  return Json(std::move(out));
}

}  // namespace trayline::chaos
