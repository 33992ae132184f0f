// From the thread that conducts to the loop's thread and back: runs something there and waits for
// it. The loop must run until the conductor has ended.
#pragma once
#include <functional>
#include <future>
#include <type_traits>

#include "lib/base/result.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::up {

// What act() returns there; act must not wait.
template <class Act>
auto on_loop(Loop& loop, Act act) {
  std::promise<std::invoke_result_t<Act>> promise;
  auto future = promise.get_future();
  loop.post([&] {
    if constexpr (std::is_void_v<std::invoke_result_t<Act>>) {
      act();
      promise.set_value();
    } else {
      promise.set_value(act());
    }
  });
  return future.get();
}

// Begins something there that calls its argument once when it is done.
inline Result<void> done_on_loop(
    Loop& loop, const std::function<void(std::function<void(Result<void>)>)>& act) {
  auto promise = std::make_shared<std::promise<Result<void>>>();
  auto future = promise->get_future();
  loop.post([&act, promise] {
    act([promise](Result<void> result) { promise->set_value(std::move(result)); });
  });
  return future.get();
}

}  // namespace trayline::up
