// A service's messages as one variant, and its JSON: {"type": "<kType>", "body": {...}}. Used where
// a message becomes a row (timers, results, services in other processes).
#pragma once
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "lib/base/describe.hpp"

namespace trayline::wire {

template <class... M>
Json variant_to_json(const std::variant<M...>& message) {
  return std::visit(
      [](const auto& m) {
        using T = std::decay_t<decltype(m)>;
        return Json::object({{"type", T::kType}, {"body", to_json(m)}});
      },
      message);
}

template <class V, std::size_t I = 0>
Result<V> variant_from_json(const Json& json) {
  if constexpr (I == std::variant_size_v<V>) {
    return fail(Code::invalid_argument, "unknown message type \"" + json.text_at("type") + "\"");
  } else {
    using T = std::variant_alternative_t<I, V>;
    if (json.text_at("type") != T::kType) return variant_from_json<V, I + 1>(json);
    const Json* body = json.at("body");
    if (body == nullptr) return fail(Code::invalid_argument, "a message without body");
    Result<T> message = from_json<T>(*body);
    if (!message) return fail(message.error());
    return V(std::move(*message));
  }
}

}  // namespace trayline::wire
