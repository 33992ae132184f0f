// Retries line by line, signatures with known answers, decoding.
#include <gtest/gtest.h>

#include <deque>
#include <sstream>

#include "cloud/payments/stripe/provider.hpp"
#include "cloud/payments/stripe/signature.hpp"

namespace trayline::stripe {
namespace {

std::string name_of(Next next) {
  switch (next) {
    case Next::send:
      return "send";
    case Next::deliver:
      return "deliver";
    case Next::unknown_outcome:
      return "unknown";
    case Next::unavailable:
      return "unavailable";
    case Next::exhausted:
      return "exhausted";
  }
  return "?";
}

// "500 409r" -> the steps' actions. r = replayed, + = should-retry true, - = false; lost and
// refused stand for no answer.
std::string play(const std::string& events, bool changes = true) {
  SeededRandom random(1);
  TokenBucket bucket(10, Millis(1000));
  Retry retry({}, changes);
  std::string actions;
  std::istringstream in(events);
  for (std::string event; in >> event;) {
    Action action;
    if (event == "lost" || event == "refused") {
      action = retry.failed(event == "lost", random);
    } else {
      Answer answer{.status = std::stoi(event), .should_retry = {}, .retry_after = {}};
      if (event.back() == '+') answer.should_retry = true;
      if (event.back() == '-') answer.should_retry = false;
      answer.replayed = event.back() == 'r';
      action = retry.answered(answer, bucket, Millis(0), random);
    }
    actions += (actions.empty() ? "" : " ") + name_of(action.next);
  }
  return actions;
}

TEST(Retry, RepeatsWhatMayHelpAndNeverHidesWhatMayHaveHappened) {
  struct Row {
    const char* events;
    const char* actions;
  };
  for (const Row& row : {
           Row{"200", "deliver"},
           Row{"400", "deliver"},
           Row{"402", "deliver"},
           Row{"404", "deliver"},
           Row{"401", "deliver"},
           Row{"500 200", "send deliver"},
           Row{"500 503 502", "send send unknown"},
           Row{"409 409 200", "send send deliver"},
           Row{"409 409 409", "send send unknown"},
           Row{"409 402", "send deliver"},
           Row{"429 200", "send deliver"},
           Row{"429 429 429", "send send exhausted"},
           Row{"500 429 429", "send send unknown"},
           Row{"lost 200", "send deliver"},
           Row{"lost lost lost", "send send unknown"},
           Row{"refused refused refused", "send send unavailable"},
           Row{"refused lost refused", "send send unknown"},
           Row{"lost 401", "send unknown"},
           Row{"lost 400", "send deliver"},
           Row{"400+ 200", "send deliver"},
           Row{"402+ 402+ 402+", "send send deliver"},
           Row{"500-", "unknown"},
           Row{"409-", "unknown"},
           Row{"429-", "exhausted"},
           Row{"500r", "unknown"},
           Row{"500 500r", "send unknown"},
       }) {
    EXPECT_EQ(play(row.events), row.actions) << row.events;
  }
  EXPECT_EQ(play("500 500 500", false), "send send unavailable");
  EXPECT_EQ(play("lost lost lost", false), "send send unavailable");
}

TEST(Retry, WaitsHalfASecondThenUpToOneAndAsLongAsAsked) {
  SeededRandom random(3);
  TokenBucket bucket(10, Millis(1000));
  for (int i = 0; i < 100; ++i) {
    Retry retry({}, true);
    EXPECT_EQ(retry.failed(true, random).wait, Millis(500));
    const Millis second = retry.failed(true, random).wait;
    EXPECT_GE(second, Millis(500));
    EXPECT_LE(second, Millis(1000));
  }
  Retry asked({}, true);
  const Answer busy{.status = 503, .should_retry = {}, .retry_after = Millis(7'000)};
  EXPECT_EQ(asked.answered(busy, bucket, Millis(0), random).wait, Millis(7'000));
  Retry too_long({}, true);
  const Answer closed{.status = 503, .should_retry = {}, .retry_after = Millis(61'000)};
  EXPECT_EQ(too_long.answered(closed, bucket, Millis(0), random).wait, Millis(500));
  Retry many({.tries_max = 9}, true);
  Millis longest{0};
  for (int i = 0; i < 8; ++i) longest = std::max(longest, many.failed(true, random).wait);
  EXPECT_LE(longest, Millis(5'000));
}

TEST(Retry, TheBucketBoundsRepeatsOfCallsThatCameTooFast) {
  SeededRandom random(3);
  TokenBucket bucket(2, Millis(1000));
  const Answer limited{.status = 429, .should_retry = {}, .retry_after = {}};
  const auto first = [&](Millis at) {
    return name_of(Retry({}, true).answered(limited, bucket, at, random).next);
  };
  EXPECT_EQ(first(Millis(0)), "send");
  EXPECT_EQ(first(Millis(0)), "send");
  EXPECT_EQ(first(Millis(999)), "exhausted");
  EXPECT_EQ(first(Millis(1000)), "send");
  EXPECT_EQ(first(Millis(1000)), "exhausted");
}

// HMAC computed with `openssl dgst -sha256 -hmac whsec_test`.
const std::string known_body = R"({"id":"evt_1"})";
const std::string known_signature =
    "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";

TEST(Signature, AgreesWithTheKnownAnswer) {
  const Time then = from_ms(1'700'000'000'000);
  EXPECT_EQ(sign(known_body, "whsec_test", then), "t=1700000000,v1=" + known_signature);
}

TEST(Signature, TakesAnyMatchInTimeAndNothingElse) {
  const Time now = from_ms(1'700'000'000'000);
  const std::vector<std::string> secrets{"whsec_old", "whsec_test"};
  const std::string good = "v1=" + known_signature;
  struct Row {
    std::string header;
    bool valid;
  };
  for (const Row& row : {
           Row{"t=1700000000," + good, true},
           Row{good + ",t=1700000000", true},
           Row{"t=1700000000,v1=00,v0=zz," + good, true},
           Row{"t=1700000000,v1=00", false},
           Row{"t=1700000000,v0=" + known_signature, false},
           Row{"t=1700000001," + good, false},
           Row{"t=01700000000," + good, false},
           Row{"t=1700000000", false},
           Row{good, false},
           Row{"t=," + good, false},
           Row{"t=-5," + good, false},
           Row{"t=1700000000,t=1700000000," + good, false},
           Row{"", false},
           Row{std::string(5000, ','), false},
       }) {
    EXPECT_EQ(verify_signature(known_body, row.header, secrets, now).has_value(), row.valid)
        << row.header;
  }
  EXPECT_FALSE(verify_signature(known_body + " ", "t=1700000000," + good, secrets, now));
  EXPECT_FALSE(verify_signature(known_body, "t=1700000000," + good, {}, now));
  for (const int off : {-301, -300, 0, 300, 301}) {
    EXPECT_EQ(verify_signature(known_body, "t=1700000000," + good, secrets,
                               now + std::chrono::seconds(off))
                  .has_value(),
              off >= -300 && off <= 300)
        << off;
  }
  const std::vector<std::string> empty{""};
  EXPECT_FALSE(verify_signature(known_body, sign(known_body, "", now), empty, now));
}

TEST(Form, KeepsBracketsAndEscapesTheRest) {
  EXPECT_EQ(encode_form({{"metadata[order_id]", "o 1&2"}, {"a", "\xc3\xbc"}}),
            "metadata[order_id]=o%201%262&a=%C3%BC");
  EXPECT_EQ(idempotency_key(OrderId("o1"), "capture", "2"), "tl-o1-capture-2");
}

// A provider that answers from a list, at once, and remembers what it was asked.
class Told : public testing::Test {
 protected:
  Outside outside() {
    return {.send =
                [this](http::ClientRequest request, http::Client::Done done) {
                  asked.push_back(std::move(request));
                  Result<http::Response> next = std::move(answers.front());
                  answers.pop_front();
                  done(std::move(next));
                },
            .after =
                [this](Millis wait, std::function<void()> task) {
                  waits.push_back(wait);
                  task();
                }};
  }
  static http::Response json(int status, std::string body) {
    return {.status = status, .headers = {{"Request-Id", "req_1"}}, .body = std::move(body)};
  }

  std::vector<http::ClientRequest> asked;
  std::deque<Result<http::Response>> answers;
  std::vector<Millis> waits;
  ManualClock clock{from_ms(1'700'000'000'000)};
  SeededRandom random{5};
  Client client{Settings{.base_url = "http://stripe"}, "sk_test_x", outside(), clock, random};
  Provider provider{client};
};

constexpr const char* intent_json =
    R"({"id":"pi_1","object":"payment_intent","amount":500,"amount_capturable":500,)"
    R"("amount_received":0,"currency":"eur","status":"requires_capture","created":1700000000,)"
    R"("client_secret":"pi_1_secret_x","customer":{"id":"cus_1"},"payment_method":"pm_1",)"
    R"("metadata":{"order_id":"o1","attempt":"1"},"last_payment_error":null})";

TEST_F(Told, TheSameKeyGoesOverAllTries) {
  answers.push_back(json(500, "oops"));
  answers.push_back(fail(Code::unknown_outcome, "time-out"));
  answers.push_back(json(200, intent_json));
  std::optional<Outcome<Intent>> outcome;
  provider.capture("pi_1", 500, "tl-o1-capture-1", [&](auto o) { outcome = std::move(o); });
  ASSERT_TRUE(outcome && outcome->has_value());
  EXPECT_EQ((*outcome)->status, IntentStatus::requires_capture);
  EXPECT_EQ((*outcome)->order_id, "o1");
  EXPECT_EQ((*outcome)->customer, "cus_1");
  EXPECT_EQ(to_string((*outcome)->amount), "EUR 5.00");
  ASSERT_EQ(asked.size(), 3u);
  for (const http::ClientRequest& request : asked) {
    EXPECT_EQ(request.url, "http://stripe/v1/payment_intents/pi_1/capture");
    EXPECT_EQ(request.body, "amount_to_capture=500");
    EXPECT_EQ(*http::find_header(request.headers, "idempotency-key"), "tl-o1-capture-1");
    EXPECT_EQ(*http::find_header(request.headers, "authorization"), "Bearer sk_test_x");
  }
  EXPECT_EQ(waits.size(), 2u);
}

TEST_F(Told, TellsDeclinesRefusalsAndUnknownOutcomesApart) {
  using Kind = Failure::Kind;
  struct Row {
    int status;
    const char* body;
    Kind kind;
  };
  const Row rows[] = {
      {402,
       R"({"error":{"type":"card_error","code":"card_declined",)"
       R"("decline_code":"lost_card","message":"m"}})",
       Kind::declined},
      {402, R"({"error":{"type":"card_error","code":"authentication_required"}})",
       Kind::needs_customer},
      {404, R"({"error":{"type":"invalid_request_error","code":"resource_missing"}})",
       Kind::missing},
      {400,
       R"({"error":{"type":"invalid_request_error",)"
       R"("code":"payment_intent_unexpected_state"}})",
       Kind::refused},
      {400, "<html>", Kind::refused},
      {401, R"({"error":{"type":"invalid_request_error"}})", Kind::misconfigured},
      {200, "<html>", Kind::unknown_outcome},
      {200, "{}", Kind::unknown_outcome},
      {200, R"({"object":"payment_intent","id":"pi_1","amount":"500"})", Kind::unknown_outcome},
  };
  for (const Row& row : rows) {
    answers.push_back(json(row.status, row.body));
    std::optional<Outcome<Intent>> outcome;
    provider.confirm("pi_1", true, "k", [&](auto o) { outcome = std::move(o); });
    ASSERT_TRUE(outcome && !outcome->has_value()) << row.body;
    EXPECT_EQ(outcome->error().kind, row.kind) << row.status << " " << row.body;
  }
  EXPECT_EQ(asked.front().body, "off_session=true");
}

TEST_F(Told, FindsALostIntentOverPages) {
  const std::string other = R"({"id":"pi_9","object":"payment_intent","amount":500,)"
                            R"("currency":"eur","status":"canceled","created":1,"metadata":{}})";
  answers.push_back(json(200, R"({"object":"list","has_more":true,"data":[)" + other + "]}"));
  answers.push_back(
      json(200, R"({"object":"list","has_more":false,"data":[)" + std::string(intent_json) + "]}"));
  std::optional<Outcome<Intent>> outcome;
  provider.find_intent({OrderId("o1"), 1, {}, "cus_1", {}}, 1'600'000'000,
                       [&](auto o) { outcome = std::move(o); });
  ASSERT_TRUE(outcome && outcome->has_value());
  EXPECT_EQ((*outcome)->id, "pi_1");
  EXPECT_EQ(asked[0].url,
            "http://stripe/v1/payment_intents?customer=cus_1&created[gte]=1600000000&limit=100");
  EXPECT_TRUE(asked[1].url.ends_with("&starting_after=pi_9")) << asked[1].url;
  answers.push_back(json(200, R"({"object":"list","has_more":false,"data":[]})"));
  provider.find_intent({OrderId("o1"), 1, {}, "cus_1", {}}, 0,
                       [&](auto o) { outcome = std::move(o); });
  EXPECT_EQ(outcome->error().kind, Failure::Kind::missing);
}

TEST(Event, ReadsOnlyWhatIsAnEvent) {
  const auto event = decode_event(R"({"id":"evt_1","object":"event","type":"charge.captured",)"
                                  R"("created":5,"data":{"object":{"id":"ch_1"}}})");
  ASSERT_TRUE(event) << event.error().detail;
  EXPECT_EQ(event->object.text_at("id"), "ch_1");
  for (const char* bad :
       {"", "{}", "[]", R"({"object":"event","id":"e","type":"t","created":1})",
        R"({"object":"event","id":5,"type":"t","created":1,"data":{"object":{}}})"}) {
    EXPECT_FALSE(decode_event(bad)) << bad;
  }
}

}  // namespace
}  // namespace trayline::stripe
