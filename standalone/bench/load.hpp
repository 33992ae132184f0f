// One run of the load generator (../shared/bench/loadgen) and what it says. Values but for Load.
#pragma once
#include <sys/types.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/result.hpp"
#include "standalone/bench/process.hpp"

namespace trayline::bench {

// What one run says. Labels are the processes': app, pg, broker, double.
struct Measure {
  double per_s = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double ack_p50_ms = 0;  // 0: the contender acknowledges nothing
  double ack_p99_ms = 0;
  std::map<std::string, double> cpu_us;  // per order, by label; each with its descendants
  std::map<std::string, double> pss_mb;
  int sent = 0;
  int missing = 0;  // orders without a charge, or without the last status
  int twice = 0;    // charged more than once, or the wrong amount
  bool sound = false;
  double system_cpu_us() const;
};

// The generator's JSON line. invalid_argument where it is none.
Result<Measure> read_measure(const std::string& line);

// Values of the same figure, the middle one; 0 of none.
double median(std::vector<double> values);

struct LoadSpec {
  std::string config;  // the contender's file for the generator
  std::string orders;  // its TSV
  int skip = 0;        // rows that were used before
  int n = 0;
  int in_flight = 0;
  std::vector<std::pair<std::string, pid_t>> processes;
  std::vector<std::string> more = {};  // key=value for the generator
};

// A generator at work.
class Load {
 public:
  // dir holds the built generator; its log and words go there.
  static Result<Load> start(const std::string& dir, const LoadSpec& spec);
  bool ended_within(int ms) { return process_.ended_within(ms); }
  // After its end.
  Result<Measure> measure() const;

 private:
  Load(Process process, std::string dir) : process_(std::move(process)), dir_(std::move(dir)) {}
  Process process_;
  std::string dir_;
};

// Starts one and waits for its end.
Result<Measure> run_load(const std::string& dir, const LoadSpec& spec);

}  // namespace trayline::bench
