// One try against a server that answers in every way; and signatures by the published example.
#include "cloud/webhooks/executor.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "cloud/webhooks/signature.hpp"
#include "lib/base/digest.hpp"
#include "lib/http/server.hpp"

namespace trayline::webhooks {
namespace {

using wire::webhooks::In;
using wire::webhooks::Tried;

// Of the JavaScript library of github.com/standard-webhooks/standard-webhooks at b2fa7b8,
// libraries/javascript/src/webhook.test.ts, "sign function works".
TEST(Signature, IsThePublishedOne) {
  const Result<Bytes> key = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(key) << key.error().detail;
  const Time at = from_ms(1'614'265'330'999);
  const std::string one =
      sign({*key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, R"({"test": 2432232314})");
  EXPECT_EQ(one, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  const std::string two = sign({*key, Bytes(32, 1)}, "a", at, "b");
  EXPECT_EQ(std::count(two.begin(), two.end(), ' '), 1) << two;
  EXPECT_EQ(two.find("v1,", 3), two.find(' ') + 1);
}

TEST(Signature, RefusesSecretsThatAreNone) {
  const std::string base64 = to_base64(Bytes(23, 9));
  const std::string wrong[] = {"",
                               "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                               "whsec_",
                               "whsec_ MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                               "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                               "whsec_" + base64,
                               "whsec_" + to_base64(Bytes(65, 9))};
  for (const std::string& text : wrong) {
    const Result<Bytes> key = read_secret(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().detail.find(base64), std::string::npos) << "a secret in an error";
  }
  EXPECT_TRUE(read_secret("whsec_" + to_base64(Bytes(24, 9))));
  EXPECT_TRUE(read_secret("whsec_" + to_base64(Bytes(64, 9))));
}

class ExecutorTest : public testing::Test {
 protected:
  void SetUp() override {
    server = std::make_unique<http::Server>(loop, http::Limits{}, [](int status, std::string_view) {
      return http::Response{.status = status};
    });
    server->route("POST", "/{how}", [this](http::Request request, http::ResponderPtr responder) {
      calls.push_back(request);
      answer(request.params.at("how"), std::move(responder));
    });
    const std::uint16_t port = server->listen("127.0.0.1", 0).value();
    base = "http://127.0.0.1:" + std::to_string(port) + "/";
    client = std::make_unique<http::Client>(loop);
    thread = std::thread([this] { loop.run(); });
  }
  void TearDown() override {
    loop.stop();
    thread.join();
  }

  void answer(const std::string& how, http::ResponderPtr responder) {
    if (how == "never") return silent.push_back(std::move(responder));
    if (how == "trickle") {
      auto stream = responder->stream({});
      trickle(stream);
      return;
    }
    http::Response response;
    response.status = how == "huge" ? 200 : std::stoi(how);
    if (how == "huge") response.body = std::string(8 << 20, 'x');
    if (how == "302") response.headers = {{"Location", base + "200"}};
    if (how == "429") response.headers = {{"Retry-After", "120"}};
    responder->answer(std::move(response));
  }
  void trickle(const std::shared_ptr<http::Stream>& stream) {
    if (!stream->open()) return;
    stream->send("", "", "x");
    timer = loop.after(Millis(20), [this, stream] { trickle(stream); });
  }

  // One try of an endpoint whose url ends so.
  Tried tried(const std::string& how, Millis timeout = Millis(10'000)) {
    const auto settings = std::make_shared<Settings>();
    settings->timeout = timeout;
    const std::string url = how.starts_with("http") ? how : base + how;
    settings->endpoints = {{"books", url, "", {Bytes(32, 1), Bytes(32, 2)}}};
    const auto executor = make_executor({loop, *client, clock, metrics}, settings);
    host::Claimed effect{"e-1",
                         std::string(kSend),
                         "k",
                         Json::object({{"delivery", "evt_1-books"},
                                       {"event", "evt_1"},
                                       {"endpoint", "books"},
                                       {"body", R"({"type":"order.paid"})"}}),
                         0,
                         0};
    EXPECT_TRUE(executor->carries(effect.kind));
    EXPECT_FALSE(executor->carries("push.deliver"));
    std::promise<host::Outcome> told;
    executor->execute({effect}, [&](std::vector<host::Outcome> all) { told.set_value(all.at(0)); });
    const host::Outcome outcome = told.get_future().get();
    EXPECT_EQ(outcome.id, "e-1");
    EXPECT_FALSE(outcome.retry_after) << "repeating is decided elsewhere";
    return std::get<Tried>(std::any_cast<const In&>(outcome.result->body));
  }

  Loop loop;
  SystemClock clock;
  Metrics metrics;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<http::Client> client;
  std::string base;
  std::vector<http::Request> calls;  // the loop's; read after an outcome
  std::vector<http::ResponderPtr> silent;
  Loop::Timer timer;
  std::thread thread;
};

TEST_F(ExecutorTest, TellsWhatWasAnswered) {
  struct Case {
    const char* how;
    std::int64_t status;
    std::int64_t retry_after_ms;
    bool taken;
  };
  const Case cases[] = {{"200", 200, 0, true},  {"204", 204, 0, true},
                        {"302", 302, 0, false}, {"400", 400, 0, false},
                        {"410", 410, 0, false}, {"429", 429, 120'000, false},
                        {"500", 500, 0, false}, {"huge", 200, 0, true}};
  for (const Case& c : cases) {
    const Tried t = tried(c.how);
    EXPECT_EQ(t.delivery, "evt_1-books");
    EXPECT_EQ(t.http_status, c.status) << c.how << ": " << t.error;
    EXPECT_EQ(t.retry_after_ms, c.retry_after_ms) << c.how;
    EXPECT_EQ(t.error.empty(), c.taken) << c.how << ": " << t.error;
  }
  EXPECT_EQ(calls.size(), std::size(cases)) << "a redirect was followed";
  EXPECT_NE(metrics.text().find("outcome=\"delivered\"} 3"), std::string::npos) << metrics.text();
}

TEST_F(ExecutorTest, SignsWithEveryKey) {
  tried("200");
  ASSERT_EQ(calls.size(), 1U);
  const http::Request& call = calls[0];
  EXPECT_EQ(*call.header("Content-Type"), "application/json");
  EXPECT_EQ(*call.header("webhook-id"), "evt_1");
  const std::string at = *call.header("webhook-timestamp");
  EXPECT_LE(std::abs(std::stoll(at) - to_ms(clock.now()) / 1000), 30);
  const std::string content = "evt_1." + at + "." + call.body;
  std::string expected;
  for (const std::uint8_t byte : Bytes{1, 2}) {
    const Bytes key(32, byte);
    expected +=
        (expected.empty() ? "v1," : " v1,") + to_base64(hmac_sha256(key, as_bytes(content)));
  }
  EXPECT_EQ(*call.header("webhook-signature"), expected);
}

TEST_F(ExecutorTest, EndsInTimeWhateverTheOtherSideDoes) {
  const Tried silence = tried("never", Millis(200));
  EXPECT_EQ(silence.http_status, 0);
  EXPECT_TRUE(silence.error.starts_with("unknown_outcome")) << silence.error;
  EXPECT_EQ(tried("trickle", Millis(200)).http_status, 200) << "its status came in time";
  // Port 1 of the loopback: nobody listens.
  const Tried nobody = tried("http://127.0.0.1:1/");
  EXPECT_EQ(nobody.http_status, 0);
  EXPECT_TRUE(nobody.error.starts_with("unavailable")) << nobody.error;
}

}  // namespace
}  // namespace trayline::webhooks
