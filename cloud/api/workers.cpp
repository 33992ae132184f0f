// The pool: one bounded queue, and threads that take one job at a time.
#include "cloud/api/workers.hpp"

#include <atomic>
#include <thread>

#include "lib/base/queue.hpp"

namespace trayline::api {

struct Workers::State {
  State(store::Store& s, Metrics& metrics, WorkerLimits l)
      : store(s),
        limits(l),
        queue(l.queue_max),
        refused(metrics.counter("trayline_api_jobs_refused_total", "Jobs refused, queue full.")) {}

  void work(store::Session& reader) {
    while (!stopping) {
      for (Job& job : queue.take(1, std::nullopt)) {
        if (!stopping) job(reader);
      }
    }
  }

  store::Store& store;
  WorkerLimits limits;
  BoundedQueue<Job> queue;
  Counter refused;
  std::atomic<bool> stopping{false};
  std::vector<std::unique_ptr<store::Session>> readers;
  std::vector<std::thread> threads;
};

Workers::Workers(store::Store& store, Metrics& metrics, WorkerLimits limits)
    : state_(std::make_unique<State>(store, metrics, limits)) {}

Workers::~Workers() { stop(); }

Result<void> Workers::start() {
  for (std::size_t i = 0; i < state_->limits.threads; ++i) {
    Result<std::unique_ptr<store::Session>> reader = state_->store.reader();
    if (!reader) return fail(reader.error());
    state_->readers.push_back(std::move(*reader));
  }
  for (auto& reader : state_->readers) {
    state_->threads.emplace_back([state = state_.get(), &reader] { state->work(*reader); });
  }
  return {};
}

bool Workers::run(Job job) {
  if (!state_->stopping && state_->queue.push(std::move(job))) return true;
  state_->refused.add();
  return false;
}

void Workers::stop() {
  state_->stopping = true;
  state_->queue.close();
  for (std::thread& thread : state_->threads) thread.join();
  state_->threads.clear();
}

}  // namespace trayline::api
