// What two readings of one tray have in common. Pure.
#include <algorithm>
#include <cmath>
#include <map>

#include "cloud/orders/change.hpp"
#include "lib/base/describe.hpp"
#include "standalone/replay/replay.hpp"

namespace trayline::replay {
namespace {

using Counts = std::map<Sku, std::int64_t>;

Counts counts_of(const wire::Prediction& prediction) {
  Counts counts;
  for (const wire::SeenItem& item : prediction.items) counts[item.sku] += item.count;
  return counts;
}

std::string to_text(const Counts& counts) {
  std::string text;
  for (const auto& [sku, count] : counts) {
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + sku.value;
  }
  return text.empty() ? "nothing" : text;
}

std::vector<std::string> sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

// Of items of the same SKU, in the order in which they were seen.
double score_difference(const wire::Prediction& a, const wire::Prediction& b) {
  std::map<Sku, std::vector<double>> scores;
  for (const wire::SeenItem& item : b.items) scores[item.sku].push_back(item.score);
  std::map<Sku, std::size_t> used;
  double largest = 0;
  for (const wire::SeenItem& item : a.items) {
    const std::vector<double>& others = scores[item.sku];
    const std::size_t at = used[item.sku]++;
    if (at < others.size()) largest = std::max(largest, std::abs(item.score - others[at]));
  }
  return largest;
}

std::vector<std::string> other_versions(const wire::Versions& then, const wire::Versions& now) {
  const struct {
    const char* what;
    const std::string& then;
    const std::string& now;
  } parts[] = {{"model", then.model, now.model},
               {"gallery", then.gallery, now.gallery},
               {"station", then.station, now.station}};
  std::vector<std::string> out;
  for (const auto& part : parts) {
    if (part.then == part.now) continue;
    out.push_back("the " + std::string(part.what) + " is another one: version " +
                  (part.then.empty() ? "(none)" : part.then) + " then, " + part.now + " now");
  }
  return out;
}

std::string line_of(const char* name, const Reading& reading) {
  std::string line(name);
  line += std::string(12 - line.size(), ' ');
  line += to_text(counts_of(reading.prediction));
  line += "; " + std::string(enum_name(reading.prediction.verdict));
  line += ", " + std::string(enum_name(reading.verification.kind)) + " of the order";
  return line + "\n";
}

Json to_json(const Reading& reading) {
  Json::Array items;
  for (const auto& [sku, count] : counts_of(reading.prediction)) {
    items.push_back(Json::object({{"sku", sku.value}, {"count", count}}));
  }
  const verify::Verification& v = reading.verification;
  return Json::object({{"items", Json(std::move(items))},
                       {"seen", trayline::to_json(reading.prediction.items)},
                       {"codes", trayline::to_json(reading.prediction.codes)},
                       {"verdict", enum_name(reading.prediction.verdict)},
                       {"versions", trayline::to_json(reading.prediction.versions)},
                       {"verification", Json::object({{"kind", enum_name(v.kind)},
                                                      {"missing", trayline::to_json(v.missing)},
                                                      {"extra", trayline::to_json(v.extra)},
                                                      {"match_posterior", v.match_posterior}})}});
}

}  // namespace

Report compare(const orders::Order& order, const wire::Prediction& stored,
               const wire::Prediction& computed) {
  const std::vector<wire::SkuCount> ordered = orders::counts_of(order);
  Report report;
  report.order = order;
  report.stored = {stored, verify::verify(stored, ordered)};
  report.computed = {computed, verify::verify(computed, ordered)};
  report.score_difference = score_difference(stored, computed);
  const auto differ = [&](const std::string& what, const std::string& then,
                          const std::string& now) {
    if (then != now) report.why.push_back(what + ": " + then + " stored, " + now + " computed");
  };
  differ("items", to_text(counts_of(stored)), to_text(counts_of(computed)));
  differ("verdict", std::string(enum_name(stored.verdict)),
         std::string(enum_name(computed.verdict)));
  differ("verification", std::string(enum_name(report.stored.verification.kind)),
         std::string(enum_name(report.computed.verification.kind)));
  if (sorted(stored.codes) != sorted(computed.codes)) {
    report.why.push_back("other codes were seen: " + std::to_string(stored.codes.size()) +
                         " stored, " + std::to_string(computed.codes.size()) + " computed");
  }
  report.same = report.why.empty();
  for (std::string& other : other_versions(stored.versions, computed.versions)) {
    report.why.push_back(std::move(other));
  }
  return report;
}

Json to_json(const Report& report) {
  return Json::object({{"order", report.order.id.value},
                       {"number", report.order.number},
                       {"state", enum_name(report.order.state)},
                       {"prediction", report.stored.prediction.id.value},
                       {"image", report.stored.prediction.image},
                       {"reference", report.stored.prediction.reference},
                       {"stored", to_json(report.stored)},
                       {"computed", to_json(report.computed)},
                       {"score_difference", report.score_difference},
                       {"same", report.same},
                       {"why", trayline::to_json(report.why)}});
}

std::string to_text(const Report& report) {
  std::string text = "order       " + report.order.id.value + ", " +
                     std::string(enum_name(report.order.state)) + "\n";
  Counts ordered;
  for (const wire::SkuCount& line : orders::counts_of(report.order)) {
    ordered[line.sku] += line.count;
  }
  text += "ordered     " + to_text(ordered) + "\n";
  text += line_of("stored", report.stored);
  text += line_of("computed", report.computed);
  text += std::string("same        ") + (report.same ? "yes" : "no") + "\n";
  for (const std::string& why : report.why) text += "            " + why + "\n";
  return text;
}

}  // namespace trayline::replay
