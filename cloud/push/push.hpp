// News for customers as decisions see them: one per order and status, however often it is asked
// for. Pure values and functions; service.cpp hands them to the host.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "lib/host/service.hpp"
#include "lib/wire/push.hpp"

namespace trayline::push {

// Longer texts are cut at the end of a character.
inline constexpr std::size_t kTitleBytesMax = 200;
inline constexpr std::size_t kTextBytesMax = 1000;
// The effect that delivers; its key is "<order>-<status>", its body {order, user, status, title,
// text}.
inline constexpr std::string_view kDeliver = "push.deliver";

using Key = std::pair<OrderId, std::string>;  // order, status

struct Decision {
  std::optional<wire::push::Notify> news;  // a new row
  std::optional<wire::push::Delivered> delivered;
  host::Output out;
};

// known: the news of the batch that there are already.
Decision decide_notify(const std::set<Key>& known, const wire::push::Notify& notify);
Decision decide_delivered(const wire::push::Delivered& delivered);

// At most this many bytes of UTF-8, never a part of a character.
std::string cut(const std::string& text, std::size_t bytes_max);

}  // namespace trayline::push
