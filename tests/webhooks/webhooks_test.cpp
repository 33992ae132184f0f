// Our webhooks against a receiver in Node.js with the published library, as the document shows it.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

#include "cloud/webhooks/executor.hpp"
#include "cloud/webhooks/service.hpp"
#include "cloud/webhooks/signature.hpp"
#include "lib/host/host.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::webhooks_tests {
namespace {

namespace fs = std::filesystem;
using wire::webhooks::In;

const fs::path kSource = fs::path(TRAYLINE_SOURCE_DIR) / "tests/webhooks";
constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Document, ShowsTheReceiverThatIsTested) {
  const std::string receiver = text_of(kSource / "receiver.mjs");
  ASSERT_FALSE(receiver.empty());
  const std::string document = text_of(fs::path(TRAYLINE_SOURCE_DIR) / "docs/webhooks.md");
  EXPECT_NE(document.find("```js\n" + receiver + "```\n"), std::string::npos)
      << "docs/webhooks.md does not hold tests/webhooks/receiver.mjs as it is";
}

TEST(Document, NamesEveryEvent) {
  const std::string document = text_of(fs::path(TRAYLINE_SOURCE_DIR) / "docs/webhooks.md");
  for (const std::string_view type : wire::webhooks::kTypes) {
    EXPECT_NE(document.find("`" + std::string(type) + "`"), std::string::npos) << type;
  }
}

// What a command said, and whether it went well.
std::pair<bool, std::string> run(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {false, "popen failed"};
  std::string text;
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) {
    text.append(piece, n);
  }
  return {::pclose(pipe) == 0, text};
}

// The receiver as a child: its lines come over a pipe, and it ends with this object.
class Receiver {
 public:
  Receiver(const fs::path& folder, const std::string& secret) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::setenv("WEBHOOK_SECRET", secret.c_str(), 1);
      ::unsetenv("PORT");
      if (::chdir(folder.c_str()) == 0) ::execlp("node", "node", "receiver.mjs", nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    lines_ = ::fdopen(ends[0], "r");
    const std::string first = line();
    if (first.starts_with("listening ")) url_ = "http://127.0.0.1:" + first.substr(10) + "/";
  }
  ~Receiver() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    if (lines_ != nullptr) ::fclose(lines_);
  }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  const std::string& url() const { return url_; }
  // The next line; waits for it.
  std::string line() {
    char text[512];
    if (lines_ == nullptr || std::fgets(text, sizeof text, lines_) == nullptr) return "";
    std::string found(text);
    while (!found.empty() && found.back() == '\n') found.pop_back();
    return found;
  }

 private:
  pid_t pid_ = -1;
  FILE* lines_ = nullptr;
  std::string url_;
};

class Node : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!run("node --version").first) {
      missing = "Node.js is not installed";
    } else if (!run("npm --version").first) {
      missing = "npm is not installed";
    }
    if (!missing.empty()) return;
    folder = fs::path(TRAYLINE_BIN_DIR).parent_path() / "npm" / "webhooks";
    fs::create_directories(folder);
    for (const char* file : {"package.json", "package-lock.json", "receiver.mjs"}) {
      fs::copy_file(kSource / file, folder / file, fs::copy_options::overwrite_existing);
    }
    const auto [installed, said] =
        run("cd '" + folder.string() + "' && npm ci --no-audit --no-fund --ignore-scripts");
    for (const char* away : {"ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT"}) {
      if (!installed && said.find(away) != std::string::npos) {
        missing = "no package registry answers";
      }
    }
    ASSERT_TRUE(installed || !missing.empty()) << said;
  }
  void SetUp() override {
    if (!missing.empty()) GTEST_SKIP() << missing;
    client = std::make_unique<http::Client>(loop);
    thread = std::thread([this] { loop.run(); });
  }
  void TearDown() override {
    if (host) {
      host->stop();
      ticks.join();
    }
    loop.stop();
    if (thread.joinable()) thread.join();
  }

  // The whole service, sending to one endpoint, signed with these secrets.
  void start(const std::string& url, const std::vector<std::string>& secrets) {
    auto settings = std::make_shared<webhooks::Settings>();
    webhooks::Endpoint endpoint{"books", url, "", {}};
    for (const std::string& text : secrets) {
      const Result<Bytes> key = webhooks::read_secret(text);
      ASSERT_TRUE(key) << key.error().detail;
      endpoint.keys.push_back(*key);
    }
    settings->endpoints = {endpoint};
    service = webhooks::make_service(settings, metrics);
    executor = webhooks::make_executor({loop, *client, clock, metrics}, settings);
    host = std::make_unique<host::Host>(host::Parts{*db, clock, random, metrics, {}, {}},
                                        std::vector<host::Service*>{service.get()},
                                        std::vector<host::Executor*>{executor.get()});
    ASSERT_TRUE(host->start());
    ticks = std::thread([this] { host->run(); });
  }
  void tell(const std::string& type, std::int64_t version) {
    const Json data = Json::object(
        {{"id", "o-1"}, {"version", version}, {"name", "Br\xC3\xB6tchen \xE2\x82\xAC"}});
    wire::webhooks::Event event{"evt_o-1_" + std::to_string(version), type, data};
    ASSERT_TRUE(host->post(host::to<In>(wire::webhooks::kService, std::move(event))));
  }
  // Waits until a delivery was tried, and says how that ended.
  std::int64_t status_of(const std::string& delivery) {
    const store::Statement statement{
        "test.status", "SELECT http_status, tries FROM webhooks_deliveries WHERE id = :id", {}};
    const auto reader = *db->reader();
    for (int i = 0; i < 2'000; ++i) {
      const auto rows = reader->run(statement, {{"id", delivery}});
      if (!rows->empty() && rows->at(0).integer("tries") > 0) {
        return rows->at(0).integer("http_status");
      }
      std::promise<void> soon;  // looks again after 5 ms of the loop
      Loop::Timer timer;
      loop.post([&] { timer = loop.after(Millis(5), [&] { soon.set_value(); }); });
      soon.get_future().wait();
    }
    return -1;
  }

  static inline std::string missing;  // what the tests need and is not here
  static inline fs::path folder;
  SystemClock clock;
  SystemRandom random;
  Metrics metrics;
  Loop loop;
  std::unique_ptr<http::Client> client;
  std::unique_ptr<store::Store> db = *store::open_sqlite({":memory:"}, nullptr);
  std::unique_ptr<host::Service> service;
  std::unique_ptr<host::Executor> executor;
  std::unique_ptr<host::Host> host;
  std::thread thread;
  std::thread ticks;
};

TEST_F(Node, ThePublishedLibraryVerifiesWhatWeSend) {
  Receiver receiver(folder, kSecret);
  ASSERT_FALSE(receiver.url().empty()) << "the receiver did not start";
  start(receiver.url(), {kSecret});
  tell("order.paid", 3);
  EXPECT_EQ(receiver.line(), "order.paid o-1 3");
  EXPECT_EQ(status_of("evt_o-1_3-books"), 204);
}

TEST_F(Node, EitherSecretVerifiesWhileOneIsReplaced) {
  const std::string fresh = "whsec_" + to_base64(Bytes(32, 5));
  Receiver receiver(folder, fresh);
  ASSERT_FALSE(receiver.url().empty()) << "the receiver did not start";
  start(receiver.url(), {kSecret, fresh});
  tell("order.refunded", 4);
  EXPECT_EQ(receiver.line(), "order.refunded o-1 4");
  EXPECT_EQ(status_of("evt_o-1_4-books"), 204);
}

TEST_F(Node, AnotherSecretIsRefused) {
  Receiver receiver(folder, "whsec_" + to_base64(Bytes(32, 5)));
  ASSERT_FALSE(receiver.url().empty()) << "the receiver did not start";
  start(receiver.url(), {kSecret});
  tell("order.paid", 3);
  EXPECT_EQ(status_of("evt_o-1_3-books"), 400);
}

}  // namespace
}  // namespace trayline::webhooks_tests
