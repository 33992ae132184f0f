// trayline-edge as a process: a real mosquitto with mutual TLS, a function that is a shell script,
// and a cloud that the test plays on the bus.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "infra/broker/process.hpp"
#include "infra/pki/pki.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/random.hpp"
#include "lib/bus/mqtt.hpp"
#include "lib/http/client.hpp"
#include "lib/http/server.hpp"
#include "lib/loop/loop.hpp"
#include "lib/wire/prediction.hpp"
#include "lib/wire/screen.hpp"
#include "sim/display/display.hpp"

namespace trayline::edge_tests {
namespace {

constexpr std::chrono::seconds kPatience{40};

// Says what the test writes into its pipe, and keeps what the hub answers.
constexpr const char* kFunction = R"(
read -r welcome
printf '%s\n' "$welcome" > welcome
while read -r line <&3; do
  printf '%s\n' "$line"
  read -r answer
  printf '%s\n' "$answer" >> answers
done 3<>lines
)";

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class Edge : public testing::Test {
 protected:
  void SetUp() override {
    if (broker::mosquitto_program().empty()) GTEST_SKIP() << "mosquitto is not installed";
    std::string name = "/tmp/trayline-edge-XXXXXX";
    dir = ::mkdtemp(name.data());
    ::chmod(dir.c_str(), 0755);
    ASSERT_TRUE(pki::create_ca(ca.dir = dir + "/ca", clock));
    ASSERT_TRUE(pki::create_server(ca, dir + "/server", clock));
    ASSERT_TRUE(pki::create_cloud_host(ca, "1", dir + "/cloud", clock));
    ASSERT_TRUE(pki::create_device(ca, "IoT-test-c1", dir + "/device", clock));
    config.dir = dir + "/broker";
    config.device_port = broker::free_port();
    config.cloud_port = broker::free_port();
    const auto written = broker::write_broker(
        config, {ca.cert_file(), dir + "/server/cert.pem", dir + "/server/key.pem"});
    ASSERT_TRUE(written) << written.error().detail;
    std::filesystem::create_directories(dir + "/state/work/camera");
    ASSERT_EQ(::mkfifo((dir + "/state/work/camera/lines").c_str(), 0600), 0);
    std::ofstream(dir + "/function.sh") << kFunction;
    std::ofstream(dir + "/edge.toml")
        << "env = \"test\"\ncore = \"c1\"\nstate_dir = \"state\"\nca = \"ca/ca.pem\"\n"
        << "cert = \"device/cert.pem\"\nkey = \"device/key.pem\"\n[broker]\nport = "
        << config.device_port << "\n[[function]]\nname = \"camera\"\nexec = [\"/bin/sh\", \"" << dir
        << "/function.sh\"]\nconfig = { station = \"s1\" }\n";
  }
  void TearDown() override {
    end_edge(SIGKILL);
    cloud.reset();
    mosquitto.reset();
    if (!dir.empty()) std::filesystem::remove_all(dir);
  }

  void start_broker() {
    auto started = broker::Process::start(config);
    ASSERT_TRUE(started) << started.error().detail;
    mosquitto = std::move(*started);
  }
  // Plays the cloud: keeps what it sees and answers with `answer`.
  void start_cloud() {
    bus::MqttConfig mqtt;
    mqtt.port = config.cloud_port;
    mqtt.client_id = "cloud-1";
    mqtt.ca_file = ca.cert_file();
    mqtt.cert_file = dir + "/cloud/cert.pem";
    mqtt.key_file = dir + "/cloud/key.pem";
    auto connected = bus::connect_mqtt(loop, random, mqtt);
    ASSERT_TRUE(connected) << connected.error().detail;
    cloud = std::move(*connected);
    ASSERT_TRUE(cloud->subscribe("+/up/#", [this](const bus::Message& m) {
      seen.push_back(m);
      if (answer) answer(m);
    }));
  }
  void accept(const bus::Message& m, std::vector<wire::Upload> uploads = {}) {
    wire::Ack ack;
    ack.prediction = PredictionId(parse_json(m.payload).value().text_at("id"));
    ack.uploads = std::move(uploads);
    publish_ack(ack);
  }
  void publish_ack(const wire::Ack& ack) {
    cloud->publish({"IoT-test-c1/down/agent/acks", to_json_text(ack)}, [](const auto&) {});
  }

  void start_edge() {
    int out[2];
    ASSERT_EQ(::pipe2(out, O_CLOEXEC), 0);
    const std::string program = TRAYLINE_BIN_DIR "/trayline-edge";
    const std::string file = dir + "/edge.toml";
    const int log = ::open((dir + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    edge = ::fork();
    if (edge == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(log, STDERR_FILENO);
      ::execl(program.c_str(), "trayline-edge", "--config", file.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(out[1]);
    ::close(log);
    std::string said;
    for (char c = 0; ::read(out[0], &c, 1) == 1 && c != '\n';) said += c;
    ::close(out[0]);
    ASSERT_TRUE(said.starts_with("health http://")) << said << text_of(dir + "/log");
    health_url = said.substr(7);
  }
  int end_edge(int signal) {
    if (edge <= 0) return 0;
    int status = 0;
    ::kill(edge, signal);
    ::waitpid(edge, &status, 0);
    edge = 0;
    return status;
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
  // One line to the hub through the function; its answer.
  std::string say(const std::string& line) {
    const std::string file = dir + "/state/work/camera/answers";
    const std::string before = text_of(file);
    const int pipe = ::open((dir + "/state/work/camera/lines").c_str(), O_RDWR | O_CLOEXEC);
    EXPECT_EQ(::write(pipe, (line + "\n").data(), line.size() + 1),
              static_cast<ssize_t>(line.size() + 1));
    EXPECT_TRUE(until([&] { return text_of(file).size() > before.size(); }))
        << "the hub did not answer " << line << text_of(dir + "/log");
    ::close(pipe);
    return text_of(file).substr(before.size());
  }
  static std::string prediction(const std::string& id, const std::string& more = "") {
    return R"({"verb":"pub","id":1,"topic":"predictions","to":"cloud","class":"critical","key":")" +
           id + R"(","body":{"id":")" + id + "\"" + more + "}}";
  }
  Json health() {
    const auto answer_of = http::fetch({.url = health_url});
    return answer_of ? parse_json(answer_of->body).value() : Json(Json::Object());
  }
  std::int64_t counter(const std::string& name) {
    const Json page = health();
    const Json* counters = page.at("counters");
    return counters == nullptr ? -1 : counters->int_at(name, -1);
  }
  std::string ids_seen() const {
    std::string ids;
    for (const bus::Message& m : seen) ids += parse_json(m.payload).value().text_at("id") + " ";
    return ids;
  }

  SystemClock clock;
  SystemRandom random;
  Loop loop;
  Loop::Timer timer;
  std::string dir;
  pki::Ca ca;
  broker::BrokerConfig config;
  std::unique_ptr<broker::Process> mosquitto;
  std::unique_ptr<bus::Bus> cloud;
  std::vector<bus::Message> seen;
  std::function<void(const bus::Message&)> answer;
  pid_t edge = 0;
  std::string health_url;
};

TEST_F(Edge, KeepsPredictionsWhileTheBrokerIsAwayAndSendsThemInOrder) {
  start_edge();
  for (const char* id : {"p1", "p2", "p3"}) {
    EXPECT_NE(say(prediction(id)).find("\"ok\""), std::string::npos);
  }
  EXPECT_EQ(counter("in_outbox"), 3);
  EXPECT_NE(text_of(dir + "/state/work/camera/welcome").find("\"station\":\"s1\""),
            std::string::npos);
  answer = [this](const bus::Message& m) { accept(m); };
  start_broker();
  start_cloud();
  EXPECT_TRUE(until([&] { return counter("acked") == 3; })) << health().dump();
  EXPECT_TRUE(ids_seen().starts_with("p1 p2 p3 ")) << ids_seen();
  EXPECT_EQ(seen[0].topic, "IoT-test-c1/up/camera/predictions");
  EXPECT_EQ(counter("in_outbox"), 0);
}

TEST_F(Edge, KilledBetweenCommitAndAnswerItLosesNothing) {
  start_broker();
  start_cloud();
  start_edge();
  EXPECT_NE(say(prediction("p1")).find("\"ok\""), std::string::npos);
  ASSERT_TRUE(until([&] { return !seen.empty(); }));
  const std::int64_t function = health().at("functions", "camera")->int_at("pid");
  end_edge(SIGKILL);
  EXPECT_TRUE(until([&] { return ::kill(static_cast<pid_t>(function), 0) != 0; }))
      << "the function outlived its agent";
  seen.clear();
  answer = [this](const bus::Message& m) {
    // Answers come twice: duplicates are certain.
    accept(m);
    accept(m);
  };
  start_edge();
  EXPECT_TRUE(until([&] { return counter("acked") == 1; })) << health().dump();
  EXPECT_EQ(counter("stored"), 1);
  EXPECT_EQ(counter("in_outbox"), 0);
  EXPECT_NE(say(prediction("p2")).find("\"ok\""), std::string::npos);
  EXPECT_TRUE(until([&] { return counter("acked") == 2; })) << health().dump();
}

TEST_F(Edge, ARefusedMessageGoesToQuarantineWithItsReason) {
  start_broker();
  start_cloud();
  answer = [this](const bus::Message& m) {
    wire::Ack refusal;
    refusal.payload_sha256 = sha256_hex(m.payload);
    refusal.result = wire::AckResult::refused;
    refusal.reason = "not a prediction";
    publish_ack(refusal);
  };
  start_edge();
  EXPECT_NE(say(prediction("p1")).find("\"ok\""), std::string::npos);
  EXPECT_TRUE(until([&] { return counter("quarantined") == 1; })) << health().dump();
  EXPECT_EQ(counter("in_outbox"), 0);
  EXPECT_NE(health().dump().find("\"conserved\":true"), std::string::npos);
}

TEST_F(Edge, UploadsThePicturesThatTheCloudAsksForAndForgetsTheOthers) {
  start_broker();
  start_cloud();
  std::string stored;
  http::Server store(loop, {}, [](int status, std::string_view) {
    return http::Response{status, {}, ""};
  });
  store.route("PUT", "/p/{hash}", [&](http::Request request, http::ResponderPtr responder) {
    stored = request.body;
    responder->answer({201, {}, ""});
  });
  const std::uint16_t port = store.listen("127.0.0.1", 0).value();
  const std::string wanted = sha256_hex("picture");
  const std::string known = sha256_hex("known picture");
  const std::string handover = dir + "/state/handover/";
  std::filesystem::create_directories(handover);
  std::ofstream(handover + wanted) << "picture";
  std::ofstream(handover + known) << "known picture";
  answer = [&](const bus::Message& m) {
    accept(m, {{wanted, "http://127.0.0.1:" + std::to_string(port) + "/p/" + wanted, 0}});
  };
  start_edge();
  say(prediction("p1", R"(,"image":")" + wanted + R"(","reference":")" + known + "\""));
  EXPECT_TRUE(until([&] {
    return !std::filesystem::exists(handover + wanted) &&
           !std::filesystem::exists(handover + known);
  }));
  EXPECT_EQ(stored, "picture");
}

TEST_F(Edge, AnswersWhatItRefusesAndStopsWhatItStarted) {
  start_edge();
  EXPECT_NE(say("garbage").find("bad_json"), std::string::npos);
  EXPECT_NE(
      say(R"({"verb":"pub","id":3,"topic":"../c2/up/x","to":"cloud","body":1})").find("bad_topic"),
      std::string::npos);
  EXPECT_NE(say(R"({"verb":"sub","id":4,"topic":"down/screen/#"})").find("denied"),
            std::string::npos);
  say(prediction("p1"));
  EXPECT_NE(say(prediction("p1", ",\"x\":1")).find("conflict"), std::string::npos);
  const std::int64_t function = health().at("functions", "camera")->int_at("pid");
  EXPECT_EQ(end_edge(SIGTERM), 0);
  EXPECT_NE(::kill(static_cast<pid_t>(function), 0), 0) << "the function still runs";
}

TEST_F(Edge, AFunctionThatEndsIsStartedAgain) {
  start_edge();
  say(prediction("p1"));
  const std::int64_t first = health().at("functions", "camera")->int_at("pid");
  ::kill(static_cast<pid_t>(first), SIGKILL);
  EXPECT_TRUE(until([&] {
    const Json page = health();
    const std::int64_t now = page.at("functions", "camera")->int_at("pid");
    return now != 0 && now != first;
  }));
  EXPECT_NE(say(prediction("p2")).find("\"ok\""), std::string::npos);
}

TEST_F(Edge, AStateOfTheCloudIsPaintedAndReported) {
  std::ofstream(dir + "/edge.toml", std::ios::app)
      << "[[function]]\nname = \"screen\"\nexec = [\"" TRAYLINE_BIN_DIR "/trayline-screen\"]\n";
  start_broker();
  start_cloud();
  wire::ScreenState desired;
  desired.screen = ScreenId("main");
  desired.version = 7;
  desired.status = "paid";
  desired.number = "A-17";
  std::vector<wire::Shown> reports;
  // As monitors do: the state again until it is painted.
  answer = [&](const bus::Message& m) {
    if (m.topic != "IoT-test-c1/up/screen/shown") return;
    reports.push_back(from_json_text<wire::Shown>(m.payload).value());
    if (reports.back().painted == desired.version) return;
    cloud->publish({"IoT-test-c1/down/screen/main/state", to_json_text(desired)},
                   [](const auto&) {});
  };
  start_edge();
  std::string page;
  EXPECT_TRUE(until([&] {
    const Json now = health();
    const Json* screen = now.at("functions", "screen");
    page = screen == nullptr ? "" : screen->text_at("detail");
    return page.starts_with("http://");
  })) << health().dump()
      << text_of(dir + "/state/logs/screen.log");
  page.pop_back();
  display::Display shows(loop, clock, page, "main");
  EXPECT_TRUE(until([&] { return !reports.empty() && reports.back().painted == 7; }))
      << health().dump() << text_of(dir + "/state/logs/screen.log");
  ASSERT_NE(shows.now(), nullptr);
  EXPECT_EQ(shows.now()->state, desired);
  EXPECT_TRUE(reports.front().start);
  EXPECT_EQ(reports.back().pages, 1);
  mosquitto.reset();
  EXPECT_TRUE(until([&] { return !shows.now()->connected; })) << "the page does not say offline";
  EXPECT_EQ(shows.now()->state, desired);
}

TEST_F(Edge, AMissingCertificateIsNamedWithTheCommandThatMakesIt) {
  std::filesystem::remove(dir + "/device/cert.pem");
  const std::string command =
      TRAYLINE_BIN_DIR "/trayline-edge --config " + dir + "/edge.toml 2>" + dir + "/said";
  EXPECT_NE(std::system(command.c_str()), 0);
  const std::string said = text_of(dir + "/said");
  EXPECT_NE(said.find(dir + "/device/cert.pem"), std::string::npos) << said;
  EXPECT_NE(said.find("trayline core create --env test --core c1"), std::string::npos) << said;
}

}  // namespace
}  // namespace trayline::edge_tests
