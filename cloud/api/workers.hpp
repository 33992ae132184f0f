// A small bounded pool of threads, each with its own reader of the store. Knows no request.
#pragma once
#include <functional>
#include <memory>

#include "lib/base/metrics.hpp"
#include "lib/base/result.hpp"
#include "lib/store/store.hpp"

namespace trayline::api {

struct WorkerLimits {
  std::size_t threads = 2;
  std::size_t queue_max = 1024;  // waiting jobs; more are refused
};

class Workers {
 public:
  using Job = std::function<void(store::Session& reader)>;

  Workers(store::Store& store, Metrics& metrics, WorkerLimits limits = {});
  ~Workers();  // as stop()
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Opens the readers and starts the threads; errors as Store::reader.
  Result<void> start();
  // Thread-safe. False when the queue is full or the pool has stopped.
  bool run(Job job);
  // Waits for the jobs in hand; what still waits is dropped.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trayline::api
