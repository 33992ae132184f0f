// The simulator through real sockets: wire form, faults, webhooks, restart.
#include "sim/stripe/simulator.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "lib/base/encoding.hpp"
#include "lib/base/queue.hpp"
#include "lib/http/client.hpp"
#include "sim/stripe/context.hpp"
#include "sim/stripe/options.hpp"
#include "sim/stripe/webhooks.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr auto patience = std::chrono::seconds(20);

// A simulator on a loop of its own thread, and beside it an endpoint for webhooks.
class Running {
 public:
  explicit Running(SimulatorSettings settings) {
    receiver_.route("POST", "/hook", [this](http::Request request, http::ResponderPtr responder) {
      const int status = deliveries_++ < refusals ? 500 : 200;
      EXPECT_TRUE(received.push(std::move(request)));
      responder->answer({.status = status, .headers = {}, .body = {}});
    });
    hook_url_ = "http://127.0.0.1:" + std::to_string(*receiver_.listen("127.0.0.1", 0)) + "/hook";
    if (!settings.webhook_secret.empty()) settings.webhook_url = hook_url_;
    simulator_.emplace(loop_, clock_, random_, std::move(settings));
    const auto port = simulator_->start(0);
    EXPECT_TRUE(port) << port.error().detail;
    url_ = "http://127.0.0.1:" + std::to_string(port.value_or(0));
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Running() {
    loop_.stop();
    thread_.join();
  }

  Result<http::Response> send(const std::string& method, const std::string& target,
                              const std::string& body, const std::string& key = "") const {
    http::ClientRequest request;
    request.method = method;
    request.url = url_ + target;
    request.body = body;
    request.headers = {{"Authorization", "Bearer sk_test_x"},
                       {"Content-Type", "application/x-www-form-urlencoded"}};
    if (!key.empty()) request.headers.emplace_back("Idempotency-Key", key);
    return http::fetch(request);
  }
  Json ask(const std::string& method, const std::string& target, const std::string& body = "",
           const std::string& key = "") const {
    const auto response = send(method, target, body, key);
    EXPECT_TRUE(response) << target << ": " << response.error().detail;
    if (!response) return {};
    EXPECT_EQ(response->status, 200) << target << " answered " << response->body;
    return parse_json(response->body, {.bytes_max = 1 << 20}).value_or(Json());
  }
  // An intent with a hold of 1000.
  std::string held_intent() const {
    return ask("POST", "/v1/payment_intents",
               "amount=1000&currency=eur&capture_method=manual&confirm=true&payment_method="
               "pm_card_visa&metadata%5Border_id%5D=o1")
        .text_at("id");
  }
  std::int64_t captured() const { return ask("GET", "/_sim/charges").int_at("captured"); }

  BoundedQueue<http::Request> received{1000};
  std::atomic<int> refusals = 0;  // the first so many deliveries are answered 500

 private:
  Loop loop_;
  SystemClock clock_;
  SystemRandom random_;
  http::Server receiver_{loop_, {}, [](int status, std::string_view) {
                           return http::Response{.status = status, .headers = {}, .body = {}};
                         }};
  std::optional<Simulator> simulator_;
  int deliveries_ = 0;
  std::string url_;
  std::string hook_url_;
  std::thread thread_;
};

SimulatorSettings with_controls() {
  SimulatorSettings settings;
  settings.controls = true;
  return settings;
}

TEST(Simulator, SpeaksTheWireOfStripe) {
  const Running stripe(with_controls());
  const auto first =
      stripe.send("POST", "/v1/customers", "metadata[user_id]=u%201&name=J+D", "key-1");
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->status, 200);
  EXPECT_TRUE(http::find_header(first->headers, "request-id")->starts_with("req_"));
  EXPECT_EQ(http::find_header(first->headers, "idempotent-replayed"), nullptr);
  const auto customer = parse_json(first->body);
  EXPECT_EQ(customer->text_at("name"), "J D");
  EXPECT_EQ(customer->at("metadata")->text_at("user_id"), "u 1");
  const auto again =
      stripe.send("POST", "/v1/customers", "metadata[user_id]=u%201&name=J+D", "key-1");
  EXPECT_EQ(*http::find_header(again->headers, "idempotent-replayed"), "true");
  EXPECT_EQ(again->body, first->body);
  const Json page = stripe.ask("GET", "/v1/payment_intents?limit=3&created[gte]=5");
  EXPECT_EQ(page.text_at("url"), "/v1/payment_intents");
  EXPECT_EQ(stripe.send("POST", "/v1/customers", "a[b=1")->status, 400);
  EXPECT_EQ(stripe.send("POST", "/v1/customers", std::string(300'000, 'a'))->status, 413);
  EXPECT_EQ(stripe.send("GET", "/v2/customers", "")->status, 404);
}

TEST(Simulator, HoldsAReplyAfterTheEffectUntilItIsReleased) {
  const Running stripe(with_controls());
  const std::string intent = stripe.held_intent();
  stripe.ask("POST", "/_sim/hold", R"({"path_suffix":"/capture","n":1})");
  const std::string path = "/v1/payment_intents/" + intent + "/capture";
  auto reply = std::async(std::launch::async,
                          [&] { return stripe.send("POST", path, "amount_to_capture=900", "c1"); });
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (stripe.ask("GET", "/_sim/held").int_at("count") == 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "the capture was never held";
  }
  const Json books = stripe.ask("GET", "/_sim/charges");
  EXPECT_EQ(books.at("charges", 0)->int_at("captured"), 900);
  EXPECT_EQ(books.at("charges", 0)->text_at("order"), "o1");
  EXPECT_EQ(books.at("charges", 0)->text_at("key"), "c1");
  EXPECT_EQ(stripe.send("POST", path, "amount_to_capture=900", "c1")->status, 409);
  EXPECT_EQ(stripe.ask("POST", "/_sim/release").int_at("released"), 1);
  const auto answered = reply.get();
  ASSERT_TRUE(answered) << answered.error().detail;
  EXPECT_EQ(answered->status, 200);
  const auto replayed = stripe.send("POST", path, "amount_to_capture=900", "c1");
  EXPECT_EQ(replayed->body, answered->body);
  EXPECT_EQ(stripe.captured(), 900);
}

TEST(Simulator, FailsBeforeOrAfterTheEffectAsAsked) {
  const Running stripe(with_controls());
  const auto fault = [&](const std::string& kind) {
    stripe.ask("POST", "/_sim/fault", R"({"path_suffix":"/capture","kind":")" + kind + "\"}");
  };
  const std::string path = "/v1/payment_intents/" + stripe.held_intent() + "/capture";
  fault("cut");
  EXPECT_FALSE(stripe.send("POST", path, "", "c"));
  EXPECT_EQ(stripe.captured(), 0);
  stripe.ask("POST", "/_sim/fault", R"({"kind":"status","status":429,"n":2})");
  EXPECT_EQ(stripe.send("POST", path, "", "c")->status, 429);
  EXPECT_EQ(stripe.send("POST", path, "", "c")->status, 429);
  EXPECT_EQ(stripe.captured(), 0);
  fault("lose");
  const auto lost = stripe.send("POST", path, "", "c");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::unknown_outcome);
  EXPECT_EQ(stripe.captured(), 1000);
  EXPECT_EQ(stripe.send("POST", path, "", "c")->status, 200) << "the saved reply is kept";

  const std::string other = "/v1/payment_intents/" + stripe.held_intent() + "/capture";
  fault("error_after");
  EXPECT_EQ(stripe.send("POST", other, "", "d")->status, 500);
  EXPECT_EQ(stripe.captured(), 2000);
  EXPECT_EQ(stripe.ask("GET", "/_sim/charges").int_at("double"), 1);
  for (const char* bad : {"[]", "{\"kind\":\"x\"}", "{\"n\":0}", "{\"colour\":1}", "{"}) {
    EXPECT_EQ(stripe.send("POST", "/_sim/fault", bad)->status, 400) << bad;
  }
}

TEST(Simulator, TellsHowToGoOnWhereAsked) {
  const Running stripe(with_controls());
  stripe.ask("POST", "/_sim/fault",
             R"({"kind":"status","status":429,"code":"lock_timeout","retry_after_s":3,)"
             R"("reason":"endpoint-rate","should_retry":true})");
  const auto limited = stripe.send("POST", "/v1/customers", "");
  EXPECT_EQ(limited->status, 429);
  EXPECT_EQ(*http::find_header(limited->headers, "retry-after"), "3");
  EXPECT_EQ(*http::find_header(limited->headers, "stripe-rate-limited-reason"), "endpoint-rate");
  EXPECT_EQ(*http::find_header(limited->headers, "stripe-should-retry"), "true");
  EXPECT_NE(http::find_header(limited->headers, "request-id"), nullptr);
  EXPECT_NE(limited->body.find("lock_timeout"), std::string::npos) << limited->body;
  const std::string path = "/v1/payment_intents/" + stripe.held_intent() + "/capture";
  stripe.ask("POST", "/_sim/fault", R"({"kind":"error_stored","path_suffix":"/capture"})");
  for (const bool replayed : {false, true}) {
    const auto failed = stripe.send("POST", path, "", "c");
    EXPECT_EQ(failed->status, 500);
    EXPECT_EQ(http::find_header(failed->headers, "idempotent-replayed") != nullptr, replayed);
  }
  EXPECT_EQ(stripe.captured(), 1000);
  EXPECT_EQ(stripe.ask("GET", "/_sim/fault").at("happened")->int_at("error_stored"), 1);
  stripe.ask("POST", "/_sim/fault", R"({"kind":"latency","ms":30})");
  EXPECT_EQ(stripe.send("POST", "/v1/customers", "", "slow")->status, 200);
}

TEST(Simulator, FailsAtRandomButTheSameForTheSameSeed) {
  const Running stripe(with_controls());
  std::vector<std::vector<int>> rounds;
  for (int round = 0; round < 2; ++round) {
    stripe.ask("POST", "/_sim/chaos",
               R"({"seed":5,"rates":{"status":0.3,"429":0.2,"lose":0.2},"method":"POST",)"
               R"("path_suffix":"/customers"})");
    auto& statuses = rounds.emplace_back();
    for (int i = 0; i < 40; ++i) {
      const auto reply = stripe.send("POST", "/v1/customers", "");
      statuses.push_back(reply ? reply->status : 0);
    }
  }
  EXPECT_EQ(rounds[0], rounds[1]);
  for (const int expected : {0, 200, 429, 500}) {
    EXPECT_NE(std::count(rounds[0].begin(), rounds[0].end(), expected), 0) << expected;
  }
  EXPECT_EQ(stripe.send("DELETE", "/_sim/chaos", "")->status, 200);
  EXPECT_EQ(stripe.send("POST", "/v1/customers", "")->status, 200);
  for (const char* bad : {"/_sim/charges?limit=x", "/_sim/charges?colour=1",
                          "/_sim/charges?starting_after=ch_none", "/_sim/problems"}) {
    EXPECT_EQ(stripe.send("GET", bad, "")->status, 400) << bad;
  }
}

TEST(Simulator, DeliversEventsBeforeTheReplyWhereAsked) {
  SimulatorSettings settings = with_controls();
  settings.webhook_secret = "whsec_test";
  Running stripe(settings);
  stripe.refusals = 1;  // one try of each is what the reply waits for
  stripe.ask("POST", "/_sim/fault", R"({"kind":"event_first"})");
  EXPECT_EQ(stripe.send("POST", "/v1/customers", "")->status, 200);
  EXPECT_EQ(stripe.received.take(1, std::chrono::seconds(0)).size(), 1u);
  stripe.ask("POST", "/_sim/fault", R"({"kind":"event_first"})");
  EXPECT_EQ(stripe.send("GET", "/v1/customers", "")->status, 200) << "no event, no wait";
}

TEST(Simulator, DeliversSignedEventsUntilTheyAreTaken) {
  SimulatorSettings settings = with_controls();
  settings.webhook_secret = "whsec_test";
  Running stripe(settings);
  stripe.refusals = 1;
  stripe.ask("POST", "/v1/customers", "");
  std::string event;
  for (int delivery = 0; delivery < 2; ++delivery) {
    const auto taken = stripe.received.take(1, patience);
    ASSERT_EQ(taken.size(), 1u) << "a refused event must come again";
    const std::string& header = *taken[0].header("stripe-signature");
    const std::int64_t time = std::stoll(header.substr(2));
    EXPECT_EQ(header, stripe_signature(taken[0].body, "whsec_test", from_ms(time * 1000)));
    const auto body = parse_json(taken[0].body);
    EXPECT_EQ(body->text_at("type"), "customer.created");
    EXPECT_TRUE(delivery == 0 || body->text_at("id") == event);
    event = body->text_at("id");
  }
  stripe.ask("POST", "/_sim/webhooks", R"({"copies":3,"reverse":true})");
  stripe.held_intent();
  std::map<std::string, int> seen;
  for (int i = 0; i < 9; ++i) {
    for (const auto& one : stripe.received.take(1, patience)) {
      ++seen[parse_json(one.body)->text_at("type")];
    }
  }
  EXPECT_EQ(seen, (std::map<std::string, int>{{"payment_intent.created", 3},
                                              {"charge.succeeded", 3},
                                              {"payment_intent.amount_capturable_updated", 3}}));
}

TEST(Simulator, MovesItsClockAndEndsChallenges) {
  const Running stripe(with_controls());
  const std::string intent = stripe.held_intent();
  stripe.ask("POST", "/_sim/clock", R"({"advance_s":700000})");
  EXPECT_EQ(stripe.ask("GET", "/v1/payment_intents/" + intent).text_at("cancellation_reason"),
            "automatic");
  const std::string asked = stripe
                                .ask("POST", "/v1/payment_intents",
                                     "amount=500&currency=eur&confirm=true&payment_method="
                                     "pm_card_authenticationRequired")
                                .text_at("id");
  const Json passed =
      stripe.ask("POST", "/_sim/challenge", R"({"intent":")" + asked + R"(","pass":true})");
  EXPECT_EQ(passed.text_at("status"), "succeeded");
  EXPECT_EQ(stripe.captured(), 500);
  stripe.ask("POST", "/_sim/reset");
  EXPECT_EQ(stripe.captured(), 0);
}

TEST(Simulator, RefusesControlsThatItDoesNotKnow) {
  const Running stripe(with_controls());
  const std::pair<const char*, const char*> cases[] = {
      {"/_sim/clock", R"({"advance_s":1,"advance_ms":5})"},
      {"/_sim/clock", R"({"advance":1})"},
      {"/_sim/dispute", R"({"charge":"ch_1","colour":"red"})"},
      {"/_sim/webhooks", R"({"copy":2})"},
      {"/_sim/challenge", R"({"intent":"pi_1","pass":true,"twice":true})"},
      {"/_sim/fault", R"({"kind":"lose","method":"FOO"})"},
  };
  const std::int64_t before = unix_seconds(SystemClock().now());
  for (const auto& [path, body] : cases) {
    const auto refused = stripe.send("POST", path, body);
    EXPECT_EQ(refused->status, 400) << path << " " << body;
  }
  const auto named = stripe.send("POST", "/_sim/clock", R"({"advance_s":1,"advance_ms":5})");
  EXPECT_NE(named->body.find("advance_ms: is unknown; there is advance_s"), std::string::npos)
      << named->body;
  const std::int64_t now = stripe.ask("POST", "/_sim/clock", R"({"advance_s":1})").int_at("now");
  EXPECT_LT(now - before, 60) << "a refused call moved the clock";
}

TEST(Simulator, ServesNoControlsUnlessAsked) {
  const Running stripe{SimulatorSettings{}};
  EXPECT_EQ(stripe.send("GET", "/_sim/charges", "")->status, 404);
}

TEST(Simulator, KeepsItsBooksOverARestart) {
  const std::string file = testing::TempDir() + "stripe_journal_" + std::to_string(::getpid());
  std::filesystem::remove(file);
  SimulatorSettings settings = with_controls();
  settings.journal = file;
  std::string intent;
  Json before;
  {
    const Running stripe(settings);
    intent = stripe.held_intent();
    stripe.ask("POST", "/v1/payment_intents/" + intent + "/capture", "", "c1");
    before = stripe.ask("GET", "/_sim/charges");
  }
  std::ofstream(file, std::ios::app) << R"([{"table":"inten)";  // killed inside a write
  {
    const Running stripe(settings);
    EXPECT_EQ(stripe.ask("GET", "/_sim/charges"), before);
    const auto again = stripe.send("POST", "/v1/payment_intents/" + intent + "/capture", "", "c1");
    EXPECT_EQ(*http::find_header(again->headers, "idempotent-replayed"), "true");
    stripe.held_intent();
  }
  {
    const Running stripe(settings);
    EXPECT_EQ(stripe.ask("GET", "/_sim/charges").at("holds")->as_array()->size(), 1u);
    stripe.ask("POST", "/_sim/clock", R"({"advance_s":700000})");
    Loop other;
    const SystemClock time;
    SystemRandom dice;
    const auto second = Simulator(other, time, dice, settings).start(0);
    ASSERT_FALSE(second) << "two processes must not write one journal";
  }
  {
    const Running stripe(settings);
    EXPECT_EQ(stripe.ask("GET", "/_sim/charges").at("voided")->as_array()->size(), 1u);
    const std::int64_t now = stripe.ask("POST", "/_sim/clock", R"({"advance_s":1})").int_at("now");
    EXPECT_GT(now - unix_seconds(SystemClock().now()), 700'000) << "the clock's shift is kept";
  }
  std::ofstream(file, std::ios::app) << "nonsense\n";
  Loop loop;
  const SystemClock clock;
  SystemRandom random;
  const auto refused = Simulator(loop, clock, random, settings).start(0);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find(file + ":"), std::string::npos) << refused.error().detail;
  std::filesystem::remove(file);
}

// `printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test`
TEST(Webhooks, SignAsDocumented) {
  EXPECT_EQ(stripe_signature(R"({"id":"evt_1"})", "whsec_test", from_ms(1'700'000'000'000)),
            "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925");
  EXPECT_EQ(webhook_delay(0), Millis(200));
  EXPECT_EQ(webhook_delay(3), Millis(1'600));
  EXPECT_EQ(webhook_delay(4'000), Millis(60'000));
}

TEST(Options, NameWhatIsWrong) {
  const auto parse = [](std::vector<std::string> arguments) { return parse_options(arguments); };
  const auto good = parse({"--port", "12111", "--controls", "--journal", "/tmp/x", "--journal-sync",
                           "--description", "/tmp/y"});
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->simulator.journal_sync);
  EXPECT_EQ(good->simulator.description, "/tmp/y");
  EXPECT_EQ(good->port, 12111);
  EXPECT_TRUE(good->simulator.controls);
  EXPECT_TRUE(parse({"--help"})->help);
  for (const std::vector<std::string>& bad : {std::vector<std::string>{"--port", "65536"},
                                              {"--port", "x"},
                                              {"--port"},
                                              {"--colour", "x"},
                                              {"run"},
                                              {"--secret-key-file", "/nonexistent"}}) {
    const auto parsed = parse(bad);
    ASSERT_FALSE(parsed) << bad[0];
    EXPECT_NE(parsed.error().detail.find(bad[0] == "--colour" ? bad[0] : bad.back()),
              std::string::npos)
        << parsed.error().detail;
  }
}

}  // namespace
}  // namespace trayline::stripe_sim
