// Counters and gauges by name and labels, and their text for a scraper (Prometheus exposition
// format 0.0.4). Thread-safe. One Metrics lives per process and is handed to who counts.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace trayline {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  Counter() = default;
  void add(std::uint64_t n = 1);
  std::uint64_t value() const;

 private:
  friend class Metrics;
  void* counter_ = nullptr;
};

class Gauge {
 public:
  Gauge() = default;
  void set(std::int64_t value);
  std::int64_t value() const;

 private:
  friend class Metrics;
  void* gauge_ = nullptr;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The same name and labels give the same counter; it lives as long as this object.
  // Names look like trayline_<module>_<what>_total for counters.
  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trayline
