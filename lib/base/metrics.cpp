#include "lib/base/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace trayline {

struct Metrics::State {
  prometheus::Registry registry;
};

void Counter::add(std::uint64_t n) {
  if (counter_) static_cast<prometheus::Counter*>(counter_)->Increment(static_cast<double>(n));
}
std::uint64_t Counter::value() const {
  if (counter_ == nullptr) return 0;
  return static_cast<std::uint64_t>(static_cast<prometheus::Counter*>(counter_)->Value());
}
void Gauge::set(std::int64_t value) {
  if (gauge_) static_cast<prometheus::Gauge*>(gauge_)->Set(static_cast<double>(value));
}
std::int64_t Gauge::value() const {
  if (gauge_ == nullptr) return 0;
  return static_cast<std::int64_t>(static_cast<prometheus::Gauge*>(gauge_)->Value());
}

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
  Counter counter;
  counter.counter_ = &family.Add(labels);
  return counter;
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
  Gauge gauge;
  gauge.gauge_ = &family.Add(labels);
  return gauge;
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace trayline
