#include "standalone/bench/load.hpp"

#include <algorithm>

#include "lib/base/json.hpp"

namespace trayline::bench {
namespace {

double number(const Json& json, const std::string& name) {
  const Json* value = json.at(name);
  if (value == nullptr) return 0;
  if (const std::int64_t* i = value->as_int()) return static_cast<double>(*i);
  return value->as_double() ? *value->as_double() : 0;
}

std::string words_of(const std::string& dir) { return dir + "/mqload.out"; }

}  // namespace

double Measure::system_cpu_us() const {
  double sum = 0;
  for (const auto& [label, us] : cpu_us) sum += us;
  return sum;
}

Result<Measure> read_measure(const std::string& line) {
  const Result<Json> json = parse_json(line);
  const Json::Object* members = json ? json->as_object() : nullptr;
  if (members == nullptr) return fail(Code::invalid_argument, "mqload said: " + line);
  Measure out;
  out.per_s = number(*json, "per_s");
  out.p50_ms = number(*json, "p50_ms");
  out.p99_ms = number(*json, "p99_ms");
  out.ack_p50_ms = number(*json, "ack_p50_ms");
  out.ack_p99_ms = number(*json, "ack_p99_ms");
  constexpr std::string_view kCpu = "_cpu_us";
  constexpr std::string_view kPss = "_pss_mb";
  for (const auto& [name, value] : *members) {
    const std::string label = name.substr(0, name.find('_'));
    if (label == "loadgen") continue;
    if (name.ends_with(kCpu)) out.cpu_us[label] = number(*json, name);
    if (name.ends_with(kPss)) out.pss_mb[label] = number(*json, name);
  }
  out.sent = static_cast<int>(json->int_at("sent"));
  const int unfinished = out.sent - static_cast<int>(json->int_at("done"));
  out.missing = std::max(unfinished, static_cast<int>(json->int_at("charged_none")));
  out.twice = static_cast<int>(json->int_at("charged_many")) +
              static_cast<int>(json->int_at("charged_wrong_amount"));
  const Json* ok = json->at("ok");
  out.sound = ok != nullptr && ok->as_bool() != nullptr && *ok->as_bool();
  return out;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Result<Load> Load::start(const std::string& dir, const LoadSpec& spec) {
  std::string pids = "pids=";
  for (const auto& [label, pid] : spec.processes) {
    pids += (pids.back() == '=' ? "" : ",") + label + ":" + std::to_string(pid);
  }
  std::vector<std::string> command{dir + "/mqload",
                                   spec.config,
                                   "orders=" + spec.orders,
                                   pids,
                                   "skip=" + std::to_string(spec.skip),
                                   "n=" + std::to_string(spec.n),
                                   "concurrency=" + std::to_string(spec.in_flight)};
  command.insert(command.end(), spec.more.begin(), spec.more.end());
  Result<Process> process = Process::start(command, dir + "/mqload.log", words_of(dir));
  if (!process) return fail(process.error());
  return Load(std::move(*process), dir);
}

Result<Measure> Load::measure() const {
  const std::string said = text_of(words_of(dir_));
  if (said.empty()) return fail(Code::unavailable, "mqload: " + text_of(dir_ + "/mqload.log"));
  return read_measure(said);
}

Result<Measure> run_load(const std::string& dir, const LoadSpec& spec) {
  Result<Load> load = Load::start(dir, spec);
  if (!load) return fail(load.error());
  while (!load->ended_within(1'000)) {
  }
  return load->measure();
}

}  // namespace trayline::bench
