// Decisions of orders, without a store: every state and event, trays, money, cancellation.
#include <gtest/gtest.h>

#include "cloud/orders/decide.hpp"
#include "cloud/orders/token.hpp"
#include "lib/base/random.hpp"
#include "lib/wire/evidence.hpp"
#include "lib/wire/monitors.hpp"
#include "lib/wire/payments.hpp"

namespace trayline::orders {
namespace {

using namespace std::chrono_literals;

// [orders-2] Every state with every event; what is not listed changes nothing.
constexpr std::string_view kGolden = R"(
placed hold_authorised authorised
placed hold_declined declined
placed hold_action_required action_required
placed cancel cancelled
placed expire expired
authorised tray_match verified
authorised tray_mismatch mismatch
authorised tray_unsure review
authorised cancel cancelled
authorised expire expired
verified capture_asked capturing
capturing captured paid
capturing capture_lapsed placed
capturing capture_refused review
paid refund refunded
declined hold_authorised authorised
declined cancel cancelled
declined expire expired
action_required hold_authorised authorised
action_required hold_declined declined
action_required cancel cancelled
action_required expire expired
mismatch tray_match verified
mismatch tray_mismatch mismatch
mismatch tray_unsure review
mismatch cancel cancelled
mismatch expire expired
review tray_match verified
review tray_mismatch mismatch
review tray_unsure review
review cancel cancelled
review expire expired
)";

TEST(Transitions, AreTheOnesOfTheSpecification) {
  std::string table = "\n";
  for (const auto& [state, state_name] : enum_names(State{})) {
    for (const auto& [event, event_name] : enum_names(Event{})) {
      const auto next = transition(state, event);
      if (!next) continue;
      table += std::string(state_name) + " " + std::string(event_name) + " ";
      table += std::string(enum_name(*next)) + "\n";
    }
  }
  EXPECT_EQ(table, kGolden);
}

TEST(Token, IsReadBackAndRefusesEverythingElse) {
  const OrderToken token{"00112233445566ff", from_ms(1'700'000'000'000)};
  const std::string text = sign_token(token, "key");
  EXPECT_EQ(from_base64url(text)->size(), 21U);
  const auto back = read_token(text, "key");
  ASSERT_TRUE(back);
  EXPECT_EQ(back->code, token.code);
  EXPECT_EQ(back->expires, token.expires);
  EXPECT_FALSE(read_token(text, "another key"));
  for (std::size_t i = 0; i < 21; ++i) {
    Bytes bytes = *from_base64url(text);
    bytes[i] ^= 1;
    EXPECT_FALSE(read_token(to_base64url(bytes), "key")) << "byte " << i;
  }
  for (const std::string_view bad : {"", "A", "https://example.org/menu", "AAAA"}) {
    EXPECT_FALSE(read_token(bad, "key")) << bad;
  }
}

class OrdersTest : public testing::Test {
 protected:
  OrdersTest() {
    settings.stations[{CoreId("c"), StationId("s")}] = {SiteId("main"), ScreenId("front")};
    settings.stations[{CoreId("c"), StationId("far")}] = {SiteId("other"), ScreenId("back")};
    settings.token_key = "key";
    Order order;
    order.id = OrderId("o1");
    order.code = "0011223344556677";
    order.number = "A-1";
    order.user = UserId("ann");
    order.site = SiteId("main");
    order.state = State::authorised;
    order.total = Money{1200, *Currency::parse("EUR")};
    order.hold_minor = 1200;
    order.placed = now - 1min;
    order.lines = {{Sku("soup"), "Soup", 1, 500}, {Sku("roll"), "Roll", 2, 350}};
    put(order);
  }
  void put(const Order& order) {
    snapshot.orders.insert_or_assign(order.id, order);
    snapshot.by_code[order.code] = order.id;
  }
  Order& order() { return snapshot.orders.at(OrderId("o1")); }
  std::string code() { return sign_token({order().code, now + 1h}, "key"); }

  wire::orders::TraySeen tray(std::vector<std::pair<std::string, int>> items,
                              bool with_code = true) {
    wire::Prediction p;
    p.id = PredictionId(uuid7(now, random));
    p.core = CoreId("c");
    p.station = StationId("s");
    p.visit = VisitId("visit-1");
    p.number = ++number;
    p.verdict = wire::Verdict::confident;
    for (const auto& [sku, count] : items) {
      p.items.push_back({Sku(sku), count, 0.95, 3.0, std::nullopt, 0, {}});
    }
    if (with_code) p.codes = {code()};
    return {p, "hash-" + p.id.value};
  }
  wire::orders::TraySeen right_tray() { return tray({{"soup", 1}, {"roll", 2}}); }

  // Decides and applies, as the host does.
  Decision see(const wire::orders::TraySeen& seen) {
    Decision d = decide_tray(snapshot, settings, seen, now);
    if (d.changed) put(*d.changed);
    if (d.visit) snapshot.visits[d.visit->first] = d.visit->second;
    if (d.kept) {
      snapshot.predictions[{d.kept->prediction.core, d.kept->prediction.id}] = {d.kept->hash,
                                                                                d.kept->order};
    }
    return d;
  }

  template <class M, class In>
  static std::vector<M> sent(const Decision& d) {
    std::vector<M> found;
    for (const host::Message& m : d.out.messages) {
      const In* in = std::any_cast<In>(&m.body);
      if (in != nullptr && std::holds_alternative<M>(*in)) found.push_back(std::get<M>(*in));
    }
    return found;
  }
  static auto captures(const Decision& d) {
    return sent<wire::payments::Capture, wire::payments::In>(d);
  }
  static auto acks(const Decision& d) {
    return sent<wire::evidence::Acknowledge, wire::evidence::In>(d);
  }
  static std::string shown(const Decision& d) {
    const auto all = sent<wire::monitors::Show, wire::monitors::In>(d);
    return all.empty() ? "" : all.back().state.status;
  }

  Time now = from_ms(1'700'000'000'000);
  SeededRandom random{1};
  Settings settings;
  Snapshot snapshot;
  std::int64_t number = 0;
};

TEST_F(OrdersTest, AMatchingTrayAsksForTheCapture) {
  const Decision d = see(right_tray());
  ASSERT_EQ(captures(d).size(), 1U);
  EXPECT_EQ(captures(d)[0].amount.minor, 1200);
  EXPECT_EQ(order().state, State::capturing);
  EXPECT_EQ(shown(d), "checking");
  ASSERT_EQ(acks(d).size(), 1U);
  EXPECT_EQ(acks(d)[0].ack.order, OrderId("o1"));
  EXPECT_EQ(d.history.size(), 2U) << "verified, then capturing";
}

TEST_F(OrdersTest, AMismatchNamesTheDifferenceAndChargesNothing) {
  const Decision d = see(tray({{"soup", 1}, {"roll", 1}}));
  EXPECT_TRUE(captures(d).empty());
  EXPECT_EQ(order().state, State::mismatch);
  const auto shows = sent<wire::monitors::Show, wire::monitors::In>(d);
  ASSERT_EQ(shows.size(), 1U);
  ASSERT_EQ(shows[0].state.lines.size(), 3U);
  EXPECT_EQ(shows[0].state.lines[2].state, wire::LineState::missing);
  EXPECT_EQ(captures(see(right_tray())).size(), 1U) << "the mended tray on the same visit pays";
}

TEST_F(OrdersTest, AfterTheCaptureWasAskedForTraysChangeNothing) {
  see(right_tray());
  for (const State state : {State::capturing, State::paid}) {
    order().state = state;
    const std::int64_t version = order().version;
    const Decision d = see(tray({{"soup", 1}}));
    EXPECT_TRUE(captures(d).empty());
    EXPECT_FALSE(d.changed);
    EXPECT_EQ(order().version, version);
    EXPECT_EQ(d.kept->fate, "superseded");
    EXPECT_EQ(acks(d).size(), 1U) << "it is stored and answered";
    EXPECT_EQ(shown(d), "") << "the screen keeps what it shows";
  }
}

TEST_F(OrdersTest, APaidOrdersCodeOnAnotherTrayGoesToAPerson) {
  see(right_tray());
  order().state = State::paid;
  auto other = right_tray();
  other.prediction.visit = VisitId("visit-2");
  other.prediction.codes = {code()};
  const Decision d = see(other);
  EXPECT_TRUE(captures(d).empty());
  EXPECT_EQ(shown(d), "review");
}

TEST_F(OrdersTest, ARepeatedPredictionGetsTheStoredAnswer) {
  const auto first = right_tray();
  see(first);
  const Decision again = see(first);
  ASSERT_EQ(acks(again).size(), 1U);
  EXPECT_EQ(acks(again)[0].ack.result, wire::AckResult::accepted);
  EXPECT_EQ(acks(again)[0].ack.order, OrderId("o1"));
  EXPECT_FALSE(again.kept);
  EXPECT_TRUE(captures(again).empty());
}

TEST_F(OrdersTest, TheSameIdWithOtherContentIsRefused) {
  auto first = right_tray();
  see(first);
  first.hash = "another";
  const Decision d = see(first);
  ASSERT_EQ(acks(d).size(), 1U);
  EXPECT_EQ(acks(d)[0].ack.result, wire::AckResult::refused);
  EXPECT_EQ(d.out.dead_letters.size(), 1U);
}

TEST_F(OrdersTest, AnEarlierNumberThatArrivesLateIsOnlyStored) {
  auto early = tray({{"soup", 1}});
  see(right_tray());
  order().state = State::authorised;  // as if the later one had been a mismatch
  const Decision d = see(early);
  EXPECT_EQ(d.kept->fate, "superseded");
  EXPECT_FALSE(d.changed);
}

TEST_F(OrdersTest, AnUnsureTrayGoesToAPerson) {
  auto seen = right_tray();
  seen.prediction.items[0].score = 0.4;
  const Decision d = see(seen);
  EXPECT_EQ(order().state, State::review);
  EXPECT_TRUE(captures(d).empty());
}

TEST_F(OrdersTest, AnUncertainVisitGoesToAPersonEvenIfTheTrayFits) {
  auto seen = right_tray();
  seen.prediction.visit_uncertain = true;
  const Decision d = see(seen);
  EXPECT_EQ(order().state, State::review);
  EXPECT_TRUE(captures(d).empty());
}

TEST_F(OrdersTest, ATrayBeforeTheHoldIsChargedWhenTheHoldStands) {
  order().state = State::placed;
  order().hold_minor = 0;
  EXPECT_TRUE(captures(see(right_tray())).empty());
  const Decision d = decide_hold(
      snapshot, settings, {OrderId("o1"), wire::orders::HoldOutcome::authorised, 1200, ""}, now);
  EXPECT_EQ(captures(d).size(), 1U);
  EXPECT_EQ(d.changed->state, State::capturing);
}

TEST_F(OrdersTest, ATrayThatBecameAnotherOrdersIsNotChargedWhenALateHoldStands) {
  order().state = State::placed;
  see(right_tray());
  snapshot.visits.begin()->second.order = OrderId("o2");  // its code was shown on the same visit
  const Decision d = decide_hold(
      snapshot, settings, {OrderId("o1"), wire::orders::HoldOutcome::authorised, 1200, ""}, now);
  EXPECT_TRUE(captures(d).empty());
  EXPECT_EQ(d.changed->state, State::authorised);
  EXPECT_EQ(d.changed->tray, TrayWord::none);
}

TEST_F(OrdersTest, AnotherOrderThatTheTrayCouldBeLeavesTheChoiceToAPerson) {
  settings.match_without_code = {SiteId("main")};
  Order twin = order();
  twin.id = OrderId("o2");
  twin.code = "7766554433221100";
  twin.state = State::placed;  // its hold is still being made
  put(twin);
  EXPECT_TRUE(captures(see(tray({{"soup", 1}, {"roll", 2}}, false))).empty());
  snapshot.orders.erase(OrderId("o2"));
  snapshot.open_complete = false;
  EXPECT_TRUE(captures(see(tray({{"soup", 1}, {"roll", 2}}, false))).empty());
  snapshot.open_complete = true;
  auto foreign = tray({{"soup", 1}, {"roll", 2}}, false);
  foreign.prediction.codes = {"aHR0cHM6Ly9leGFtcGxlLm9yZw"};
  EXPECT_TRUE(captures(see(foreign)).empty()) << "a code that is not ours is no order's";
}

TEST_F(OrdersTest, AnOrderWhoseTimeIsOverWhileItIsCapturedIsLookedAtAgain) {
  order().state = State::capturing;
  const Decision d = decide_expire(snapshot, settings, {OrderId("o1")}, now);
  ASSERT_EQ(d.out.timers.size(), 1U);
  EXPECT_EQ(d.out.timers[0].due, now + settings.expire_again);
}

TEST_F(OrdersTest, NewsOfAnOrderOnlyUpdatesAScreenThatStillShowsIt) {
  see(right_tray());
  const auto of = [](const Decision& d) {
    return sent<wire::monitors::Show, wire::monitors::In>(d);
  };
  const Decision paid = decide_capture(
      snapshot, settings, {OrderId("o1"), wire::orders::CaptureOutcome::captured, 1200, ""}, now);
  ASSERT_EQ(of(paid).size(), 1U);
  EXPECT_TRUE(of(paid)[0].update);
}

TEST_F(OrdersTest, NeverCapturesMoreThanTheHold) {
  order().hold_minor = 1199;
  const Decision d = see(right_tray());
  EXPECT_TRUE(captures(d).empty());
  EXPECT_EQ(order().state, State::review);
}

TEST_F(OrdersTest, WithoutACodeATrayIsNobodysUnlessTheSiteAllowsIt) {
  EXPECT_EQ(shown(see(tray({{"soup", 1}, {"roll", 2}}, false))), "review");
  settings.match_without_code = {SiteId("main")};
  auto next = tray({{"soup", 1}, {"roll", 2}}, false);
  next.prediction.visit = VisitId("visit-2");
  EXPECT_EQ(captures(see(next)).size(), 1U);
}

TEST_F(OrdersTest, TwoEqualOrdersWithoutACodeAreNobodys) {
  settings.match_without_code = {SiteId("main")};
  Order twin = order();
  twin.id = OrderId("o2");
  twin.code = "7766554433221100";
  twin.user = UserId("bob");
  put(twin);
  const Decision d = see(tray({{"soup", 1}, {"roll", 2}}, false));
  EXPECT_TRUE(captures(d).empty()) << "neither pays with the other's card";
}

TEST_F(OrdersTest, AnOrderOfAnotherSiteIsNotPaidHere) {
  auto seen = right_tray();
  seen.prediction.station = StationId("far");
  EXPECT_TRUE(captures(see(seen)).empty());
}

TEST_F(OrdersTest, AnUnknownStationIsRefusedWithTheReason) {
  auto seen = right_tray();
  seen.prediction.station = StationId("nowhere");
  const Decision d = see(seen);
  ASSERT_EQ(acks(d).size(), 1U);
  EXPECT_EQ(acks(d)[0].ack.reason, "unknown_station");
}

TEST_F(OrdersTest, CancelAndTrayInEitherOrderEndRight) {
  const wire::orders::Cancel cancel{OrderId("o1"), UserId("ann"), ""};
  const auto voids = [](const Decision& d) {
    return sent<wire::payments::Void, wire::payments::In>(d).size();
  };
  {  // the cancellation first
    Decision d = decide_cancel(snapshot, settings, cancel, 1, now);
    EXPECT_EQ(voids(d), 1U);
    put(*d.changed);
    EXPECT_TRUE(captures(see(right_tray())).empty());
    EXPECT_EQ(order().state, State::cancelled);
  }
  order().state = State::authorised;
  snapshot.visits.clear();
  {  // the tray first
    EXPECT_EQ(captures(see(right_tray())).size(), 1U);
    const Decision d = decide_cancel(snapshot, settings, cancel, 1, now);
    EXPECT_EQ(voids(d), 0U);
    ASSERT_EQ(d.out.replies.size(), 1U);
    EXPECT_EQ(d.out.replies[0].answer.problem->type, "capture_asked");
  }
}

TEST_F(OrdersTest, AnotherUsersOrderCannotBeCancelled) {
  const Decision d = decide_cancel(snapshot, settings, {OrderId("o1"), UserId("bob"), ""}, 1, now);
  EXPECT_EQ(d.out.replies.at(0).answer.problem->code, Code::not_found);
  EXPECT_FALSE(d.changed);
}

TEST_F(OrdersTest, ALapsedHoldIsAskedForOnceMoreAndThenDeclined) {
  see(right_tray());
  const wire::orders::CaptureResult lapsed{OrderId("o1"), wire::orders::CaptureOutcome::lapsed, 0,
                                           ""};
  Decision d = decide_capture(snapshot, settings, lapsed, now);
  const auto holds = sent<wire::payments::Hold, wire::payments::In>(d);
  ASSERT_EQ(holds.size(), 1U);
  EXPECT_TRUE(holds[0].off_session);
  put(*d.changed);
  order().state = State::capturing;
  d = decide_capture(snapshot, settings, lapsed, now);
  EXPECT_TRUE((sent<wire::payments::Hold, wire::payments::In>(d)).empty());
  EXPECT_EQ(d.changed->state, State::declined);
}

TEST_F(OrdersTest, TerminalStatesAbsorbLateNews) {
  for (const State state : {State::paid, State::cancelled, State::expired, State::refunded}) {
    order().state = state;
    const Decision late = decide_hold(
        snapshot, settings, {OrderId("o1"), wire::orders::HoldOutcome::declined, 0, "late"}, now);
    EXPECT_FALSE(late.changed) << enum_name(state);
    EXPECT_FALSE(decide_expire(snapshot, settings, {OrderId("o1")}, now).changed);
  }
}

}  // namespace
}  // namespace trayline::orders
