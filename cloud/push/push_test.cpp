// News: decided once, delivered once in effect, against a server that fails first.
#include "cloud/push/push.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "cloud/push/executor.hpp"
#include "cloud/push/service.hpp"
#include "cloud/push/sql.hpp"
#include "lib/host/host.hpp"
#include "lib/http/server.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::push {
namespace {

using wire::push::Delivered;
using wire::push::In;
using wire::push::Notify;

Notify news(const std::string& order, const std::string& status = "paid") {
  return {UserId("u-1"), OrderId(order), status, "Paid (A-17)", "Enjoy your meal."};
}

TEST(Cut, EndsAtACharacter) {
  EXPECT_EQ(cut("soup", 4), "soup");
  EXPECT_EQ(cut("soup", 3), "sou");
  EXPECT_EQ(cut("Br\xC3\xB6tchen", 4), "Br\xC3\xB6");
  EXPECT_EQ(cut("Br\xC3\xB6tchen", 3), "Br") << "not half of a character";
  EXPECT_EQ(cut("\xF0\x9F\x8D\x9E", 3), "");
  EXPECT_EQ(cut("", 0), "");
}

TEST(Notify, AsksForOneDeliveryPerOrderAndStatus) {
  const Decision first = decide_notify({}, news("o-1"));
  ASSERT_TRUE(first.news);
  ASSERT_EQ(first.out.effects.size(), 1U);
  EXPECT_EQ(first.out.effects[0].kind, "push.deliver");
  EXPECT_EQ(first.out.effects[0].key, "o-1-paid");
  const auto body = Json::object({{"user", "u-1"},
                                  {"order", "o-1"},
                                  {"status", "paid"},
                                  {"title", "Paid (A-17)"},
                                  {"text", "Enjoy your meal."}});
  EXPECT_EQ(first.out.effects[0].body, body) << first.out.effects[0].body.dump();
  const Decision repeat = decide_notify({{OrderId("o-1"), "paid"}}, news("o-1"));
  EXPECT_FALSE(repeat.news);
  EXPECT_TRUE(repeat.out.effects.empty());
  EXPECT_TRUE(decide_notify({{OrderId("o-1"), "declined"}}, news("o-1")).news)
      << "another status is other news";
}

class PushTest : public testing::Test {
 protected:
  void start(host::Executor& executor) {
    host = std::make_unique<host::Host>(host::Parts{*db, clock, random, metrics, {}, {}},
                                        std::vector<host::Service*>{push.get()},
                                        std::vector<host::Executor*>{&executor});
    const Result<void> started = host->start();
    ASSERT_TRUE(started) << started.error().detail;
  }
  void notify(const std::string& order, const std::string& status = "paid") {
    ASSERT_TRUE(host->post(host::to<In>(wire::push::kService, news(order, status))));
  }
  void tick_all() {
    while (host->tick()) {
    }
  }
  // "<http_status>@<done_ms>", "-" where it is under way, "" where there is none.
  std::string row(const std::string& order, const std::string& status = "paid") {
    const store::Statement statement{
        "test.row",
        "SELECT http_status, done_ms FROM push_messages WHERE order_id = :o AND status = :s",
        {}};
    const auto rows = (*db->reader())->run(statement, {{"o", order}, {"s", status}});
    if (rows->empty()) return "";
    if (rows->front().is_null("http_status")) return "-";
    return std::to_string(rows->front().integer("http_status")) + "@" +
           std::to_string(rows->front().integer("done_ms"));
  }

  ManualClock clock{from_ms(1'000'000)};
  SeededRandom random{7};
  Metrics metrics;
  std::unique_ptr<store::Store> db = *store::open_sqlite({":memory:"}, nullptr);
  std::unique_ptr<host::Service> push = make_service();
  MemoryExecutor memory;
  std::unique_ptr<host::Host> host;
};

TEST_F(PushTest, OneAndSixtyFourMessagesCostTheSame) {
  start(memory);
  const auto cost_of = [&](int messages, const std::string& prefix) {
    const std::uint64_t before = db->statements();
    for (int i = 0; i < messages; ++i) notify(prefix + std::to_string(i));
    tick_all();
    clock.advance(Millis(1'000));  // how it ended rides with the next turn
    tick_all();
    return db->statements() - before;
  };
  const std::uint64_t one = cost_of(1, "a");
  EXPECT_EQ(one, cost_of(64, "b")) << "a batch costs what one message costs";
  EXPECT_EQ(memory.delivered().size(), 65U);
}

// Runs every statement.
TEST_F(PushTest, DeliversEachNewsOnceHoweverOftenItIsAskedFor) {
  start(memory);
  memory.fail_next(1);
  notify("o-1");
  notify("o-1");
  host->tick();
  EXPECT_EQ(row("o-1"), "-");
  notify("o-1");
  tick_all();
  EXPECT_TRUE(memory.delivered().empty()) << "its time has not come";
  clock.advance(Millis(1'000));
  tick_all();
  notify("o-1");
  notify("o-1", "declined");
  tick_all();
  ASSERT_EQ(memory.delivered().size(), 2U);
  EXPECT_EQ(memory.delivered()[0].status, "paid");
  EXPECT_EQ(memory.delivered()[1].status, "declined");
  EXPECT_EQ(row("o-1"), "200@1001000");
  http::Request request;
  request.params = {{"id", "o-1"}};
  const auto reader = db->reader();
  const auto told = std::get<host::Query>(routes().at(0).handle)(
      host::Asked{request, {}, {}, clock.now(), random}, **reader);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->body.at("data", 0)->int_at("http_status"), 200);
  EXPECT_EQ(told->body.at("data", 1)->text_at("status"), "declined");
  const std::vector<std::string> seen = db->statements_seen();
  for (const store::Statement* statement : sql::statements) {
    EXPECT_NE(std::find(seen.begin(), seen.end(), statement->name), seen.end())
        << statement->name << " was never run";
  }
}

// An operator's endpoint that answers by a list, then 200; and the client on its loop.
class Endpoint {
 public:
  struct Call {
    std::string key;
    std::string type;
    std::string body;
  };
  explicit Endpoint(std::vector<http::Response> answers) : answers_(std::move(answers)) {
    server_ = std::make_unique<http::Server>(
        loop, http::Limits{}, [](int status, std::string_view) { return http::Response{status}; });
    server_->route("POST", "/push", [this](const http::Request& r, const http::ResponderPtr& to) {
      const std::string* key = r.header("Idempotency-Key");
      const std::string* type = r.header("Content-Type");
      calls.push_back({key ? *key : "", type ? *type : "", r.body});
      const std::size_t n = calls.size() - 1;
      to->answer(n < answers_.size() ? answers_[n] : http::Response{});
    });
    port_ = server_->listen("127.0.0.1", 0).value();
    client = std::make_unique<http::Client>(loop);
    thread_ = std::thread([this] { loop.run(); });
  }
  ~Endpoint() {
    loop.stop();
    thread_.join();
  }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/push"; }

  // What the executor says of one effect with so many tries behind it.
  host::Outcome deliver(host::Executor& executor, int tries) {
    host::Claimed effect{"e-1", "push.deliver", "o-1-paid", to_json(news("o-1")), tries, 0};
    const auto told = std::make_shared<std::promise<host::Outcome>>();
    executor.execute({effect},
                     [told](std::vector<host::Outcome> all) { told->set_value(all.at(0)); });
    return told->get_future().get();
  }

  Loop loop;
  std::unique_ptr<http::Client> client;
  std::vector<Call> calls;  // the loop's; read after an outcome

 private:
  std::vector<http::Response> answers_;
  std::unique_ptr<http::Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

std::int64_t status_of(const host::Outcome& outcome) {
  if (!outcome.result) return -1;
  return std::get<Delivered>(std::any_cast<const In&>(outcome.result->body)).http_status;
}

TEST(Executor, EndsOrRepeatsByTheStatus) {
  struct Case {
    http::Response answer;
    int tries;
    std::int64_t status;  // -1: again
    std::int64_t again_ms;
  };
  const std::vector<Case> cases{
      {{.status = 200}, 0, 200, 0},
      {{.status = 202}, 0, 202, 0},
      {{.status = 400}, 0, 400, 0},
      {{.status = 404}, 3, 404, 0},
      {{.status = 410}, 0, 410, 0},
      {{.status = 302}, 0, -1, 1'000},
      {{.status = 408}, 0, -1, 1'000},
      {{.status = 429}, 2, -1, 4'000},
      {{.status = 429, .headers = {{"Retry-After", "30"}}}, 0, -1, 30'000},
      {{.status = 429, .headers = {{"Retry-After", "99999"}}}, 0, -1, 3'600'000},
      {{.status = 429, .headers = {{"Retry-After", "soon"}}}, 0, -1, 1'000},
      {{.status = 500}, 0, -1, 1'000},
      {{.status = 503}, 20, -1, 300'000},
      {{.status = 503}, 47, 503, 0},
  };
  std::vector<http::Response> answers;
  for (const Case& c : cases) answers.push_back(c.answer);
  Endpoint endpoint(answers);
  const auto executor = make_executor(endpoint.loop, *endpoint.client, {endpoint.url()});
  EXPECT_TRUE(executor->carries("push.deliver"));
  EXPECT_FALSE(executor->carries("payments.capture"));
  for (const Case& c : cases) {
    const host::Outcome outcome = endpoint.deliver(*executor, c.tries);
    EXPECT_EQ(outcome.id, "e-1");
    EXPECT_EQ(status_of(outcome), c.status) << c.answer.status << " at try " << c.tries;
    EXPECT_EQ(outcome.retry_after.value_or(Millis(0)).count(), c.again_ms) << c.answer.status;
    EXPECT_EQ(outcome.error.empty(), c.status >= 0) << outcome.error;
  }
  ASSERT_EQ(endpoint.calls.size(), cases.size());
  for (const Endpoint::Call& call : endpoint.calls) {
    EXPECT_EQ(call.key, "o-1-paid");
    EXPECT_EQ(call.type, "application/json");
    EXPECT_EQ(call.body, to_json_text(news("o-1")));
  }
}

TEST(Executor, RepeatsWhereNobodyAnswersAndGivesUpInTheEnd) {
  Endpoint endpoint({});
  // Port 1 of the loopback: nobody listens.
  const auto executor = make_executor(endpoint.loop, *endpoint.client, {"http://127.0.0.1:1/push"});
  const host::Outcome again = endpoint.deliver(*executor, 0);
  EXPECT_EQ(again.retry_after, Millis(1'000)) << again.error;
  EXPECT_EQ(status_of(endpoint.deliver(*executor, 47)), 504);
}

TEST(Executor, WithoutAnEndpointFinishesWithNoStatus) {
  Endpoint endpoint({});
  const auto executor = make_executor(endpoint.loop, *endpoint.client, {});
  EXPECT_EQ(status_of(endpoint.deliver(*executor, 0)), 0);
  EXPECT_TRUE(endpoint.calls.empty());
}

// The whole way: two failures, then delivered, and the row says so.
TEST_F(PushTest, IsRepeatedUntilTheEndpointTakesIt) {
  Endpoint endpoint({{.status = 503}, {.status = 429}});
  const auto real = make_executor(endpoint.loop, *endpoint.client, {endpoint.url()});
  // Tells the test that an outcome is there.
  struct Told final : host::Executor {
    explicit Told(host::Executor& e) : inner(e) {}
    bool carries(std::string_view kind) const override { return inner.carries(kind); }
    void execute(std::vector<host::Claimed> effects, host::Done done) override {
      inner.execute(std::move(effects), [mine = told, done](std::vector<host::Outcome> all) {
        done(std::move(all));
        mine->set_value();
      });
    }
    void wait() {
      told->get_future().get();
      told = std::make_shared<std::promise<void>>();
    }
    host::Executor& inner;
    std::shared_ptr<std::promise<void>> told = std::make_shared<std::promise<void>>();
  } executor(*real);
  start(executor);
  notify("o-1");
  host->tick();
  executor.wait();
  tick_all();
  EXPECT_EQ(row("o-1"), "-");
  clock.advance(Millis(1'000));
  tick_all();
  executor.wait();
  tick_all();
  EXPECT_EQ(row("o-1"), "-");
  clock.advance(Millis(2'000));
  tick_all();
  executor.wait();
  tick_all();
  EXPECT_EQ(row("o-1"), "-") << "how it ended rides with the next turn";
  clock.advance(Millis(1'000));
  tick_all();
  EXPECT_EQ(row("o-1"), "200@1004000");
  EXPECT_EQ(endpoint.calls.size(), 3U);
}

}  // namespace
}  // namespace trayline::push
