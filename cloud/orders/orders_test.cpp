// Decisions of orders, without a store: every state and event, trays, money, cancellation.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "cloud/orders/test_orders.hpp"

namespace trayline::orders {
namespace {

// The cells of a row of a Markdown table, without blanks around them.
std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells;
  std::istringstream in(row.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const std::size_t first = cell.find_first_not_of(' ');
    cells.push_back(first == std::string::npos
                        ? std::string()
                        : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
  }
  return cells;
}

std::vector<std::string> words_of(const std::string& cell) {
  std::vector<std::string> words;
  std::istringstream in(cell);
  for (std::string word; std::getline(in >> std::ws, word, ',');) words.push_back(word);
  return words;
}

// The table of [orders-2.2] as "from event to" lines: cells may hold several words; as many in the
// last as in the second go pairwise.
std::set<std::string> specified() {
  std::ifstream file(TRAYLINE_SOURCE_DIR "/docs/spec/orders.md");
  std::set<std::string> table;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "| from | event | to |") inside = true;
    if (inside && !line.starts_with("|")) break;
    if (!inside || line.starts_with("|---") || line.starts_with("| from")) continue;
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() != 3) {
      ADD_FAILURE() << "a row of the specification that is none: " << line;
      continue;
    }
    const std::vector<std::string> events = words_of(cells[1]);
    const std::vector<std::string> ends = words_of(cells[2]);
    for (const std::string& from : words_of(cells[0])) {
      for (std::size_t i = 0; i < events.size(); ++i) {
        const std::string& to = ends.size() == events.size() ? ends[i] : ends.at(0);
        EXPECT_TRUE(table.insert(from + " " + events[i] + " " + to).second) << line;
      }
    }
  }
  return table;
}

TEST(Transitions, AreTheOnesOfTheSpecification) {
  std::set<std::string> ours;
  for (const auto& [state, state_name] : enum_names(State{})) {
    for (const auto& [event, event_name] : enum_names(Event{})) {
      const auto next = transition(state, event);
      if (!next) continue;
      ours.insert(std::string(state_name) + " " + std::string(event_name) + " " +
                  std::string(enum_name(*next)));
    }
  }
  EXPECT_EQ(ours, specified());
  EXPECT_GT(ours.size(), 50U);
}

TEST(Transitions, LeadOutOfNoStateThatHasEndedButForMoneyThatIsBackWithUs) {
  for (const auto& [state, name] : enum_names(State{})) {
    if (!is_terminal(state)) continue;
    for (const auto& [event, event_name] : enum_names(Event{})) {
      const bool back = state == State::refunded && event == Event::refund_failed;
      EXPECT_EQ(transition(state, event).has_value(), back) << name << " " << event_name;
    }
  }
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

TEST(Token, OfACustomerIsReadBackAndRefusesEverythingElse) {
  const CustomerToken token{UserId("0a1b2c3d-ann"), from_ms(1'700'000'120'000)};
  const std::string text = sign_customer(token, "key");
  const auto back = read_customer(text, "key");
  ASSERT_TRUE(back);
  EXPECT_EQ(back->user, token.user);
  EXPECT_EQ(back->expires, token.expires);
  EXPECT_FALSE(read_customer(text, "another key"));
  EXPECT_FALSE(read_token(text, "key")) << "no order's";
  const std::string order = sign_token({"00112233445566ff", token.expires}, "key");
  EXPECT_FALSE(read_customer(order, "key")) << "no customer's";
  const Bytes whole = *from_base64url(text);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes bytes = whole;
    bytes[i] ^= 1;
    EXPECT_FALSE(read_customer(to_base64url(bytes), "key")) << "byte " << i;
    bytes.resize(i);
    EXPECT_FALSE(read_customer(to_base64url(bytes), "key")) << "the first " << i << " bytes";
  }
}

class OrdersTest : public testing::Test, protected OneOrder {};

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
  EXPECT_TRUE(voids(d).empty()) << "a card's capture ends by itself";
}

TEST_F(OrdersTest, ACounterOrderThatNobodyPaysIsGivenUp) {
  order().means = Means::counter;
  see(right_tray());
  const Decision late = decide_expire(snapshot, settings, {OrderId("o1")}, now);
  EXPECT_FALSE(late.changed);
  ASSERT_EQ(voids(late).size(), 1U);
  EXPECT_EQ(voids(late)[0].reason, "abandoned");
  EXPECT_EQ(late.out.timers.at(0).due, now + settings.expire_again);
  const Decision lapsed =
      decide_capture(snapshot, settings,
                     {OrderId("o1"), wire::orders::CaptureOutcome::lapsed, 0, "hold_lapsed"}, now);
  ASSERT_TRUE(lapsed.changed);
  EXPECT_EQ(lapsed.changed->state, State::declined);
  EXPECT_TRUE(holds(lapsed).empty());
  put(*lapsed.changed);
  const Decision end = decide_expire(snapshot, settings, {OrderId("o1")}, now);
  EXPECT_EQ(end.changed->state, State::expired);
  EXPECT_EQ(back(end), (std::map<std::string, std::int64_t>{{"roll", 2}, {"soup", 1}}));
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

TEST_F(OrdersTest, ACustomerHasSoManyOpenOrdersAtASiteAndNoMore) {
  settings.customer_open_max = 2;
  const auto place = [&](const std::string& user) {
    const wire::orders::Place wish{OrderId("o9"), UserId(user),  "9911223344556677", SiteId("main"),
                                   "menu",        order().total, order().lines};
    return decide_place(snapshot, settings, wish, 3, now);
  };
  snapshot.open_of[{UserId("ann"), SiteId("main")}] = 1;
  snapshot.open_of[{UserId("ann"), SiteId("other")}] = 2;
  EXPECT_TRUE(place("ann").placed);
  snapshot.open_of[{UserId("ann"), SiteId("main")}] = 2;
  const Decision d = place("ann");
  EXPECT_FALSE(d.placed);
  EXPECT_FALSE(d.number) << "no number is used up";
  EXPECT_EQ(refused(d), "too_many_open_orders");
  EXPECT_TRUE(holds(d).empty());
  EXPECT_EQ(back(d), (std::map<std::string, std::int64_t>{{"soup", 1}, {"roll", 2}}));
  EXPECT_TRUE(place("bob").placed);
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

TEST_F(OrdersTest, ACaptureOfLessIsPaidAndSaysSo) {
  see(right_tray());
  const wire::orders::CaptureResult less{OrderId("o1"), wire::orders::CaptureOutcome::captured, 900,
                                         ""};
  const Decision d = decide_capture(snapshot, settings, less, now);
  EXPECT_EQ(d.changed->state, State::paid);
  EXPECT_EQ(d.changed->captured_minor, 900);
  EXPECT_EQ(d.history.at(0).why, "captured 900 of 1200");
}

TEST_F(OrdersTest, ACaptureAfterTheEndIsForAPerson) {
  const wire::orders::CaptureResult late{OrderId("o1"), wire::orders::CaptureOutcome::captured, 900,
                                         ""};
  for (const State state : {State::cancelled, State::expired}) {
    order().state = state;
    const Decision d = decide_capture(snapshot, settings, late, now);
    EXPECT_FALSE(d.changed) << enum_name(state);
    EXPECT_TRUE(d.history.empty());
    EXPECT_EQ(d.out.dead_letters.size(), 1U);
  }
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
