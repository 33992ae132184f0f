// What the operator's systems are told: each state that stays, once per version, and no secret.
#include "cloud/orders/event.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "lib/wire/webhooks.hpp"

namespace trayline::orders {
namespace {

std::vector<wire::webhooks::Event> told(State state) {
  Order order;
  order.id = OrderId("o-1");
  order.code = "0123456789abcdef";
  order.user = UserId("u-1");
  order.state = state;
  order.version = 4;
  order.total = Money{1250, *Currency::parse("EUR")};
  host::Output out;
  tell_of(order, out);
  std::vector<wire::webhooks::Event> events;
  for (const host::Message& message : out.messages) {
    EXPECT_EQ(message.service, "webhooks");
    const auto& in = std::any_cast<const wire::webhooks::In&>(message.body);
    events.push_back(std::get<wire::webhooks::Event>(in));
  }
  return events;
}

TEST(TellOf, NamesTheEventByItsOrderAndVersion) {
  const auto events = told(State::paid);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].id, "evt_o-1_4");
  EXPECT_EQ(events[0].type, "order.paid");
  EXPECT_EQ(events[0].data.int_at("version"), 4);
  EXPECT_EQ(events[0].data.text_at("state"), "paid");
  EXPECT_EQ(events[0].data.text_at("user"), "u-1");
  EXPECT_EQ(events[0].data.dump().find("0123456789abcdef"), std::string::npos)
      << "with the code anybody could claim the order";
}

TEST(TellOf, EveryStateThatStaysHasAnEventThatThereIs) {
  const auto& types = wire::webhooks::kTypes;
  for (const auto& [state, name] : enum_names(State{})) {
    const auto events = told(state);
    const bool passes =
        state == State::basket || state == State::verified || state == State::capturing;
    ASSERT_EQ(events.size(), passes ? 0U : 1U) << name;
    if (passes) continue;
    EXPECT_NE(std::find(types.begin(), types.end(), events[0].type), types.end()) << name;
  }
}

}  // namespace
}  // namespace trayline::orders
