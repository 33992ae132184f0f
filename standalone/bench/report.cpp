#include "standalone/bench/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace trayline::bench {
namespace {

using Of = std::function<double(const Step&)>;

constexpr int kKnee = 64;
constexpr int kDeep = 256;
constexpr int kAlone = 1;

const std::vector<Step>* find(const Steps& steps, const std::string& who, int in_flight) {
  const auto found = steps.find({who, in_flight});
  return found == steps.end() ? nullptr : &found->second;
}

double middle(const std::vector<Step>& repeats, const Of& of) {
  std::vector<double> values;
  for (const Step& step : repeats) values.push_back(of(step));
  return median(std::move(values));
}

bool all_sound(const std::vector<Step>& repeats) {
  return std::all_of(repeats.begin(), repeats.end(), [](const Step& s) { return s.measure.sound; });
}

double at(const std::map<std::string, double>& by_label, const std::string& label) {
  const auto found = by_label.find(label);
  return found == by_label.end() ? 0 : found->second;
}

double rate(const Step& s) { return s.measure.per_s; }
double system_cpu(const Step& s) { return s.measure.system_cpu_us(); }
double own_cpu(const Step& s) { return at(s.measure.cpu_us, "app"); }
double memory(const Step& s) { return at(s.measure.pss_mb, "app"); }
double latency(const Step& s) { return s.measure.p50_ms; }
double per_order(const Step& s, double count) {
  return s.measure.sent == 0 ? 0 : count / s.measure.sent;
}

// The highest rate of any peer in any step.
std::optional<std::pair<std::string, double>> best_peer(const Steps& steps) {
  std::optional<std::pair<std::string, double>> best;
  for (const auto& [key, repeats] : steps) {
    const auto& [who, in_flight] = key;
    if (!who.starts_with("peer")) continue;
    const double per_s = middle(repeats, rate);
    if (!best || per_s > best->second) best.emplace(fmt::format("{}@{}", who, in_flight), per_s);
  }
  return best;
}

struct Against {
  const Steps& steps;
  const std::string& ours;
  std::vector<Row>& out;

  void add(Row row, const std::string& other, int in_flight, const Of& of) {
    const std::vector<Step>* here = find(steps, ours, in_flight);
    const std::vector<Step>* there = find(steps, other, in_flight);
    if (here == nullptr || there == nullptr) return;
    const double mine = middle(*here, of);
    const double theirs = middle(*there, of);
    if (theirs <= 0) return;
    row.value = mine / theirs;
    row.unit = "ratio";
    row.in_flight = in_flight;
    row.sound = all_sound(*here) && all_sound(*there);
    row.of = {{ours, mine}, {other, theirs}};
    out.push_back(std::move(row));
  }
};

// To what a reader wants to see.
double rounded(double value) {
  const double by = std::abs(value) < 10 ? 1000 : 10;
  return std::round(value * by) / by;
}

Row named(std::string id, std::string what, std::optional<Goal> goal = std::nullopt) {
  Row row;
  row.id = std::move(id);
  row.what = std::move(what);
  row.goal = goal;
  return row;
}

}  // namespace

std::vector<Row> figures(const Steps& steps) {
  std::vector<Row> out;
  for (const auto& [key, repeats] : steps) {
    const auto& [who, in_flight] = key;
    const auto add = [&](const std::string& id, const std::string& what, const std::string& unit,
                         const Of& of) {
      Row row = named(id, who + ": " + what);
      row.value = middle(repeats, of);
      row.unit = unit;
      row.in_flight = in_flight;
      row.sound = all_sound(repeats);
      out.push_back(std::move(row));
    };
    add("F1", "orders per second, prediction to the state paid", "1/s", rate);
    for (const auto& [label, us] : repeats.front().measure.cpu_us) {
      add("F2-" + label, "CPU per order of " + label, "us",
          [label = label](const Step& s) { return at(s.measure.cpu_us, label); });
    }
    add("F3", "latency, median", "ms", latency);
    add("F3b", "latency, 99th percentile", "ms", [](const Step& s) { return s.measure.p99_ms; });
    add("F4", "memory (PSS) of app", "MB", memory);
    if (repeats.front().measure.ack_p50_ms > 0) {
      add("F5", "time to the acknowledgement, median", "ms",
          [](const Step& s) { return s.measure.ack_p50_ms; });
      add("F5b", "time to the acknowledgement, 99th percentile", "ms",
          [](const Step& s) { return s.measure.ack_p99_ms; });
    }
    if (repeats.front().counted.ticks > 0) {
      add("T1", "commits per order", "1",
          [](const Step& s) { return per_order(s, s.counted.commits); });
      add("T2", "statements per order", "1",
          [](const Step& s) { return per_order(s, s.counted.statements); });
      add("T3", "orders per turn of the tick", "1",
          [](const Step& s) { return s.counted.ticks > 0 ? s.measure.sent / s.counted.ticks : 0; });
    }
  }
  return out;
}

std::vector<Row> goals(const Steps& steps, const std::string& ours) {
  std::vector<Row> out;
  Against against{steps, ours, out};
  const Row p1 =
      named("P1", "CPU per order of the whole system, of the peer's", Goal{true, 0.5, 0.4});
  const Row p2 = named("P2", "CPU per order of the process, of the peer's", Goal{true, 0.25, 0.15});
  against.add(p1, "peer", kKnee, system_cpu);
  Row p1b = p1;
  p1b.id = "P1b";
  against.add(p1b, "peer", kDeep, system_cpu);
  against.add(p2, "peer", kKnee, own_cpu);
  Row p2b = p2;
  p2b.id = "P2b";
  against.add(p2b, "peer", kDeep, own_cpu);
  const std::vector<Step>* deep = find(steps, ours, kDeep);
  if (const auto best = best_peer(steps); best && deep != nullptr && best->second > 0) {
    Row p3 = named("P3", "orders per second, of the peer's best setting", Goal{false, 2.5, 3});
    const double mine = middle(*deep, rate);
    p3.value = mine / best->second;
    p3.unit = "ratio";
    p3.in_flight = kDeep;
    p3.sound = all_sound(*deep);
    p3.of = {{ours, mine}, *best};
    out.push_back(std::move(p3));
  }
  against.add(named("P4", "orders per second, of the yardstick's", Goal{false, 0.4, 0.5}), "limit",
              kDeep, rate);
  against.add(named("P6", "median latency alone, of the yardstick's", Goal{true, 2.2, 2.2}),
              "limit", kAlone, latency);
  if (const std::vector<Step>* knee = find(steps, ours, kKnee); knee != nullptr) {
    Row p7 = named("P7", "99th percentile of the latency, of its median", Goal{true, 4, 4});
    p7.value = middle(*knee, [](const Step& s) {
      return s.measure.p50_ms > 0 ? s.measure.p99_ms / s.measure.p50_ms : 0;
    });
    p7.unit = "ratio";
    p7.in_flight = kKnee;
    p7.sound = all_sound(*knee);
    out.push_back(std::move(p7));
  }
  against.add(named("P10", "memory of the process, of the peer's", Goal{true, 0.25, 0.25}), "peer",
              kDeep, memory);
  if (ours == "sqlite")
    against.add(named("P15", "CPU per order of the whole system, of ours on PostgreSQL",
                      Goal{true, 0.6, 0.6}),
                "postgres", kKnee, system_cpu);
  for (Row& row : out) row.what = ours + ": " + row.what;
  return out;
}

Json to_json(const Row& row, const Json::Object& about) {
  Json::Object out;
  out.set("id", row.id)
      .set("what", row.what)
      .set("value", rounded(row.value))
      .set("unit", row.unit);
  bool ok = row.sound;
  out.set("goal", nullptr);
  if (row.goal) {
    const auto text = [&](double bound) {
      return fmt::format("{} {}", row.goal->at_most ? "<=" : ">=", bound);
    };
    ok = ok && (row.goal->at_most ? row.value <= row.goal->today : row.value >= row.goal->today);
    out.set("goal", text(row.goal->today)).set("release_goal", text(row.goal->release));
  }
  out.set("ok", ok).set("in_flight", row.in_flight);
  for (const auto& [who, value] : row.of) out.set(who, rounded(value));
  for (const auto& [name, value] : about) out.set(name, value);
  return Json(std::move(out));
}

}  // namespace trayline::bench
