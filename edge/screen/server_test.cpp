// The real server, asked over HTTP, and the page in a real browser.
#include "edge/screen/server.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "lib/http/client.hpp"

namespace trayline::screen {
namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr const char* kChromium = "/usr/bin/chromium";

class Pages : public testing::Test {
 protected:
  Pages() {
    std::string name = testing::TempDir() + "screen-XXXXXX";
    dir = ::mkdtemp(name.data());
    config.screens = {"main", "side"};
    config.core = "c1";
    config.file = dir + "/screens.json";
    start();
  }
  ~Pages() override {
    server.reset();
    std::filesystem::remove_all(dir);
  }
  void start() {
    server.reset();
    reports.clear();
    auto started = Server::start(loop, clock, config,
                                 [this](const wire::Shown& shown) { reports.push_back(shown); });
    ASSERT_TRUE(started) << started.error().detail;
    server = std::move(*started);
    url = "http://127.0.0.1:" + std::to_string(server->port());
  }
  static wire::ScreenState state(std::int64_t version, std::string status = "mismatch") {
    wire::ScreenState s;
    s.screen = ScreenId("main");
    s.version = version;
    s.status = std::move(status);
    s.number = "A-17";
    s.lines = {{Sku("soup"), "Tomato soup <b>hot</b>", 1, wire::LineState::seen},
               {Sku("cola"), "Cola 0.5 l", 2, wire::LineState::missing},
               {Sku("cake"), "Apple cake", 1, wire::LineState::extra}};
    s.total = Money{1290, Currency::parse("EUR").value()};
    return s;
  }
  bool until(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    bool held = false;
    std::function<void()> look = [&] {
      held = holds();
      if (held || std::chrono::steady_clock::now() > deadline) return loop.stop();
      timer = loop.after(std::chrono::milliseconds(10), look);
    };
    timer = loop.after(std::chrono::milliseconds(0), look);
    loop.run();
    return held;
  }
  http::Response ask(http::ClientRequest request) {
    std::optional<http::Response> got;
    client.send(std::move(request), [&](const Result<http::Response>& answer) {
      got = answer ? *answer : http::Response{0, {}, answer.error().detail};
    });
    EXPECT_TRUE(until([&] { return got.has_value(); }));
    return got.value_or(http::Response{});
  }
  http::Response paint(const std::string& body, const std::string& type = "application/json") {
    http::ClientRequest request;
    request.method = "POST";
    request.url = url + "/painted";
    request.headers = {{"Content-Type", type}};
    request.body = body;
    return ask(std::move(request));
  }
  bool painted(std::int64_t version) const {
    return !reports.empty() && reports.back().painted == version;
  }

  SystemClock clock;
  Loop loop;
  Loop::Timer timer;
  std::string dir;
  std::string url;
  ServerConfig config;
  std::vector<wire::Shown> reports;
  std::unique_ptr<Server> server;
  http::Client client{loop};
};

TEST_F(Pages, ReportsEveryScreenAtStart) {
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].screen.value, "main");
  EXPECT_TRUE(reports[0].start);
  EXPECT_FALSE(reports[0].painted);
}

TEST_F(Pages, ARestartShowsTheLastKnownStateWithItsAge) {
  ASSERT_TRUE(server->take(state(4)));
  const Json before = parse_json(ask({.url = url + "/state?screen=main"}).body).value();
  start();
  const Json after = parse_json(ask({.url = url + "/state?screen=main"}).body).value();
  EXPECT_EQ(after.at("state", "version")->dump(), "4");
  EXPECT_EQ(after.int_at("received_ms"), before.int_at("received_ms"));
}

TEST_F(Pages, RefusesWhatIsNoReport) {
  ASSERT_TRUE(server->take(state(4)));
  EXPECT_EQ(paint("{").status, 400);
  EXPECT_EQ(paint(R"({"screen":"main"})").status, 400);
  EXPECT_EQ(paint(R"({"screen":"main","version":"4"})").status, 400);
  EXPECT_EQ(paint(R"({"screen":"nobody","version":4})").status, 404);
  EXPECT_EQ(paint(R"({"screen":"main","version":4})", "text/plain").status, 415);
  EXPECT_EQ(paint(R"({"screen":"main","version":4})").status, 204);
  EXPECT_FALSE(painted(4)) << "no page is connected";
  EXPECT_EQ(ask({.url = url + "/state?screen=nobody"}).status, 404);
  EXPECT_EQ(ask({.url = url + "/events?screen=nobody"}).status, 404);
  EXPECT_FALSE(server->take(wire::ScreenState{}));
}

TEST_F(Pages, AStreamGetsTheStateAtOnceAndEveryChange) {
  ASSERT_TRUE(server->take(state(1)));
  std::string text;
  bool listening = true;
  client.stream(
      {.url = url + "/events?screen=main"},
      [&](std::string_view chunk) {
        text += chunk;
        return listening;
      },
      [](const auto&) {});
  EXPECT_TRUE(until([&] { return text.find("\"version\":1") != std::string::npos; })) << text;
  EXPECT_EQ(reports.back().pages, 1);
  ASSERT_TRUE(server->take(state(2)));
  EXPECT_TRUE(until([&] { return text.find("\"version\":2") != std::string::npos; })) << text;
  EXPECT_EQ(paint(R"({"screen":"main","version":2})").status, 204);
  EXPECT_TRUE(painted(2));
  server->uplink(false);
  EXPECT_TRUE(until([&] { return text.find("\"connected\":false") != std::string::npos; }));
  listening = false;
  server->uplink(true);
  EXPECT_TRUE(until([&] { return reports.back().pages == 0; })) << "the page's end was not noticed";
  EXPECT_FALSE(reports.back().painted);
}

TEST_F(Pages, AreFilesOfOneOriginWithNothingInline) {
  for (const auto& [path, part] : {std::pair{"/", "page.js"}, std::pair{"/?view=board", "page.js"},
                                   std::pair{"/page.js", "painted"}, std::pair{"/page.css", "vmin"},
                                   std::pair{"/worker.js", "caches"}}) {
    const http::Response answer = ask({.url = url + path});
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_NE(answer.body.find(part), std::string::npos) << path;
    const std::string* policy = http::find_header(answer.headers, "Content-Security-Policy");
    ASSERT_NE(policy, nullptr) << path;
    EXPECT_EQ(policy->find("unsafe"), std::string::npos) << *policy;
    EXPECT_NE(http::find_header(answer.headers, "ETag"), nullptr) << path;
  }
  EXPECT_EQ(ask({.url = url + "/"}).body.find("<script>"), std::string::npos);
  EXPECT_EQ(ask({.url = url + "/page.txt"}).status, 404);
}

TEST_F(Pages, AStreamOfEveryScreenTellsOfAllAndIsNoPage) {
  ASSERT_TRUE(server->take(state(1)));
  std::string text;
  bool listening = true;
  const auto tell = [&](std::string_view chunk) {
    text += chunk;
    return listening;
  };
  const auto told = [&](const char* part) {
    return until([&] { return text.find(part) != std::string::npos; });
  };
  const std::size_t before = reports.size();
  client.stream({.url = url + "/events?screen=*"}, tell, [](const auto&) {});
  EXPECT_TRUE(told("\"version\":1")) << text;
  EXPECT_TRUE(told("\"state\":null")) << "nothing is known of the side screen: " << text;
  wire::ScreenState side = state(7, "paid");
  side.screen = ScreenId("side");
  ASSERT_TRUE(server->take(side));
  EXPECT_TRUE(told("\"screen\":\"side\",\"version\":7")) << text;
  server->uplink(false);
  EXPECT_TRUE(told("\"connected\":false")) << text;
  EXPECT_EQ(paint(R"({"screen":"side","version":7})").status, 204);
  EXPECT_GT(reports.size(), before);
  for (const wire::Shown& report : reports) {
    EXPECT_EQ(report.pages, 0) << report.screen.value;
    EXPECT_FALSE(report.painted) << report.screen.value;
  }
  listening = false;
  server->uplink(true);
  ASSERT_TRUE(server->take(state(8)));
  EXPECT_EQ(paint(R"({"screen":"*","version":8})").status, 404);
}

TEST_F(Pages, ABasketKeepsItsCodeOverARestart) {
  wire::ScreenState basket = state(4, "basket");
  basket.lines[0].price_minor = 450;
  basket.link = "https://store.example/app/#/basket/1";
  basket.code = "A-17";
  basket.until_ms = 1'900'000'000'000;
  ASSERT_TRUE(server->take(basket));
  start();
  const Json told = parse_json(ask({.url = url + "/state?screen=main"}).body).value();
  EXPECT_EQ(from_json<wire::ScreenState>(*told.at("state")).value(), basket);
}

// A browser as our child, in its own process group.
class Browser {
 public:
  Browser(const std::string& profile, const std::string& url) {
    const std::vector<std::string> args = {kChromium,
                                           "--headless",
                                           "--no-sandbox",
                                           "--disable-gpu",
                                           "--disable-quic",
                                           "--no-first-run",
                                           "--disable-background-networking",
                                           "--disable-component-update",
                                           "--disable-sync",
                                           "--disable-dev-shm-usage",
                                           "--remote-debugging-port=0",
                                           "--user-data-dir=" + profile,
                                           url};
    std::vector<char*> argv;
    for (const std::string& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::setpgid(0, 0);
      const int null = ::open("/dev/null", O_RDWR);
      ::dup2(null, STDOUT_FILENO);
      ::dup2(null, STDERR_FILENO);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::setpgid(pid_, pid_);
  }
  ~Browser() {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

 private:
  pid_t pid_;
};

TEST_F(Pages, ARealBrowserPaintsAndSaysSo) {
  if (::access(kChromium, X_OK) != 0) GTEST_SKIP() << "chromium is not installed";
  ASSERT_TRUE(server->take(state(3)));
  const auto browser = std::make_unique<Browser>(dir + "/profile", url + "/?screen=main");
  EXPECT_TRUE(until([&] { return painted(3); })) << "no painted report for version 3";
  ASSERT_TRUE(server->take(state(4, "paid")));
  EXPECT_TRUE(until([&] { return painted(4); })) << "no painted report for version 4";
  ASSERT_TRUE(server->take(state(2)));
  EXPECT_EQ(reports.back().painted, 4) << "the screen went back";
  ASSERT_TRUE(server->take(state(5, "a status of later times")));
  EXPECT_TRUE(until([&] { return painted(5); })) << "what the page does not know is please wait";
}

}  // namespace
}  // namespace trayline::screen
