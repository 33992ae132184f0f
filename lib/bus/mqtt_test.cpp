// The MQTT bus against a real broker on a loopback port: both ways, outages, TLS, limits.
#include "lib/bus/mqtt.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "lib/bus/test_bus.hpp"

namespace trayline::bus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class MqttTest : public testing::Test, protected test::OnALoop {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(test::kMosquitto)) GTEST_SKIP() << "mosquitto is not installed";
  }
  MqttTest() {
    std::string folder = testing::TempDir() + "trayline-bus-test-XXXXXX";
    folder_ = ::mkdtemp(folder.data());
  }
  ~MqttTest() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<Bus> connect(MqttConfig config) {
    config.host = "127.0.0.1";
    auto bus = connect_mqtt(loop_, random_, std::move(config));
    if (!bus) throw std::runtime_error(bus.error().detail);
    (*bus)->on_connection([this](bool) { changed(); });
    return std::move(*bus);
  }
  // Publishes to oneself until it comes: then the subscription before it is in force.
  void expect_echo(Bus& bus, const std::string& topic, std::vector<Message>& received) {
    const std::size_t before = received.size();
    bus.publish({topic, "echo"}, [](auto) {});
    EXPECT_TRUE(until([&] { return received.size() > before; })) << topic << " did not come back";
    EXPECT_EQ(received.back(), (Message{topic, "echo"}));
  }
  void expect_published(Bus& bus, Message message) {
    std::vector<std::string> answers;
    bus.publish(std::move(message), collect(answers));
    EXPECT_TRUE(until([&] { return answers.size() == 1; }));
  }
  void run_openssl(const std::string& arguments) const {
    const std::string command =
        fmt::format("cd {} && openssl {} >openssl.log 2>&1", folder_.string(), arguments);
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  void make_ca(const std::string& name) const {
    run_openssl(
        fmt::format("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
                    "-days 2 -subj /CN={0} -keyout {0}.key -out {0}.pem",
                    name));
  }
  void make_certificate(const std::string& name, const std::string& ca,
                        const std::string& host) const {
    run_openssl(
        fmt::format("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
                    "-days 2 -subj /CN={0} -addext subjectAltName={2} "
                    "-addext basicConstraints=critical,CA:FALSE "
                    "-CA {1}.pem -CAkey {1}.key -keyout {0}.key -out {0}.pem",
                    name, ca, host));
  }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  std::string tls_settings(const std::string& server) const {
    return fmt::format(
        "cafile {}\ncertfile {}\nkeyfile {}\nrequire_certificate true\n"
        "use_identity_as_username true\n",
        file("ca.pem"), file(server + ".pem"), file(server + ".key"));
  }
  MqttConfig tls_config(std::uint16_t port, const std::string& client) const {
    MqttConfig config;
    config.port = port;
    config.client_id = client;
    config.ca_file = file("ca.pem");
    config.cert_file = file(client + ".pem");
    config.key_file = file(client + ".key");
    return config;
  }
  static MqttConfig plain_config(std::uint16_t port, const std::string& client) {
    MqttConfig config;
    config.port = port;
    config.client_id = client;
    return config;
  }

  std::filesystem::path folder_;
};

TEST_F(MqttTest, CarriesMessagesBothWaysInOrder) {
  test::Mosquitto broker(folder_, "");
  const auto device = connect(plain_config(broker.port(), "device"));
  const auto cloud = connect(plain_config(broker.port(), "cloud"));
  std::vector<Message> up, down;
  std::vector<std::string> answers;
  ASSERT_TRUE(cloud->subscribe("+/up/#", collect(up)));
  ASSERT_TRUE(device->subscribe("IoT-a/down/#", collect(down)));
  EXPECT_FALSE(device->connected());
  ASSERT_TRUE(until([&] { return device->connected() && cloud->connected(); }));
  expect_echo(*cloud, "x/up/x", up);
  expect_echo(*device, "IoT-a/down/x", down);
  up.clear();
  constexpr std::size_t kCount = 500;
  for (std::size_t i = 0; i < kCount; ++i)
    device->publish({"IoT-a/up/n", std::to_string(i)}, collect(answers));
  EXPECT_TRUE(answers.empty()) << "no answer comes inside publish()";
  ASSERT_TRUE(until([&] { return up.size() == kCount && answers.size() == kCount; }));
  for (std::size_t i = 0; i < kCount; ++i) EXPECT_EQ(up[i].payload, std::to_string(i));
  EXPECT_EQ(answers, std::vector<std::string>(kCount, "ok"));
  const std::string bytes("\0 any \xff bytes", 13);
  cloud->publish({"IoT-a/down/x", bytes}, [](auto) {});
  ASSERT_TRUE(until([&] { return down.size() == 2; }));
  EXPECT_EQ(down.back().payload, bytes);
  cloud->publish({"IoT-a/down/empty", ""}, [](auto) {});
  ASSERT_TRUE(until([&] { return down.size() == 3; }));
  EXPECT_EQ(down.back(), (Message{"IoT-a/down/empty", ""}));
}

TEST_F(MqttTest, ReconnectsAndSubscribesAgainWhenTheBrokerWasKilled) {
  test::Mosquitto broker(folder_, "");
  const auto bus = connect(plain_config(broker.port(), "one"));
  std::vector<bool> connections;
  bus->on_connection([&](bool up) {
    connections.push_back(up);
    changed();
  });
  std::vector<Message> received;
  std::vector<std::string> answers;
  ASSERT_TRUE(bus->subscribe("a", collect(received)));
  ASSERT_TRUE(until([&] { return connections.size() == 1; }));
  expect_echo(*bus, "a", received);
  broker.signal(SIGSTOP);
  bus->publish({"a", "in flight"}, collect(answers));
  broker.kill();
  ASSERT_TRUE(until([&] { return connections.size() == 2 && answers.size() == 1; }));
  EXPECT_EQ(answers[0].find("the connection was lost: "), 0U) << answers[0];
  bus->publish({"a", "while away"}, collect(answers));
  ASSERT_TRUE(until([&] { return answers.size() == 2; }));
  EXPECT_EQ(answers[1], "the broker is away");
  broker.start();
  ASSERT_TRUE(until([&] { return connections.size() == 3; }));
  EXPECT_EQ(connections, (std::vector<bool>{true, false, true}));
  expect_echo(*bus, "a", received);
  EXPECT_EQ(received.size(), 2U) << "what was refused is not sent later";
}

TEST_F(MqttTest, ALastingSessionGetsWhatCameWhileItWasAway) {
  test::Mosquitto broker(folder_, "");
  MqttConfig lasting = plain_config(broker.port(), "lasting");
  lasting.clean_session = false;
  std::vector<Message> received;
  auto bus = connect(lasting);
  const auto other = connect(plain_config(broker.port(), "other"));
  ASSERT_TRUE(bus->subscribe("a", collect(received)));
  ASSERT_TRUE(until([&] { return bus->connected() && other->connected(); }));
  expect_echo(*bus, "a", received);
  bus.reset();
  expect_published(*other, {"a", "meanwhile"});
  bus = connect(lasting);
  ASSERT_TRUE(bus->subscribe("a", collect(received)));
  EXPECT_TRUE(until([&] { return received.size() == 2; }));
}

TEST_F(MqttTest, ConnectsWhenABrokerThatWasAwayComes) {
  test::Mosquitto broker(folder_, "");
  broker.kill();
  const auto bus = connect(plain_config(broker.port(), "one"));
  bool lost = false;
  bus->on_connection([&](bool up) { lost = lost || !up; });
  broker.start();
  EXPECT_TRUE(until([&] { return bus->connected(); }));
  EXPECT_FALSE(lost) << "a connection that never was is not lost";
}

TEST_F(MqttTest, AnswersOverMutualTlsAndTakesLargePayloads) {
  make_ca("ca");
  make_certificate("server", "ca", "IP:127.0.0.1");
  make_certificate("IoT-test-core", "ca", "DNS:core");
  test::Mosquitto broker(folder_, tls_settings("server"));
  const auto bus = connect(tls_config(broker.port(), "IoT-test-core"));
  std::vector<Message> received;
  std::vector<std::string> answers;
  ASSERT_TRUE(bus->subscribe("a/#", collect(received)));
  ASSERT_TRUE(until([&] { return bus->connected(); }));
  expect_echo(*bus, "a/echo", received);
  const std::string large(256 * 1024, 'x');
  bus->publish({"a/large", large}, collect(answers));
  bus->publish({"a/larger", large + "x"}, collect(answers));
  ASSERT_TRUE(until([&] { return received.size() == 2 && answers.size() == 2; }));
  EXPECT_EQ(received.back(), (Message{"a/large", large}));
  EXPECT_EQ(answers[0], "a payload of 262145 bytes, 262144 are allowed");
  EXPECT_EQ(answers[1], "ok");
  broker.kill();
  ASSERT_TRUE(until([&] { return !bus->connected(); }));
  broker.start();
  ASSERT_TRUE(until([&] { return bus->connected(); }));
  expect_echo(*bus, "a/echo", received);
}

TEST_F(MqttTest, NoticesAtOnceThatATlsConnectionWasRefused) {
  make_ca("ca");
  make_certificate("server", "ca", "IP:127.0.0.1");
  make_certificate("IoT-test-core", "ca", "DNS:core");
  test::Mosquitto broker(folder_, tls_settings("server"));
  broker.kill();
  const auto bus = connect(tls_config(broker.port(), "IoT-test-core"));
  loop_.post([this] { loop_.stop(); });  // behind the first attempt
  loop_.run();
  broker.start();
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(until([&] { return bus->connected(); }));
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(8))
      << "it waited for an answer on a socket without a peer";
}

TEST_F(MqttTest, TheBrokerRefusesACertificateOfAnotherCa) {
  make_ca("ca");
  make_ca("other");
  make_certificate("server", "ca", "IP:127.0.0.1");
  make_certificate("stranger", "other", "DNS:x");
  test::Mosquitto broker(folder_, tls_settings("server"));
  const auto bus = connect(tls_config(broker.port(), "stranger"));
  std::thread runs([this] { loop_.run(); });
  EXPECT_TRUE(broker.says("OpenSSL Error"));
  loop_.stop();
  runs.join();
  EXPECT_FALSE(bus->connected());
}

TEST_F(MqttTest, RefusesABrokerWhoseCertificateNamesAnotherHost) {
  make_ca("ca");
  make_certificate("server", "ca", "DNS:elsewhere.example");
  make_certificate("client", "ca", "DNS:x");
  test::Mosquitto broker(folder_, tls_settings("server"));
  testing::internal::CaptureStderr();
  const auto bus = connect(tls_config(broker.port(), "client"));
  std::thread runs([this] { loop_.run(); });
  EXPECT_TRUE(broker.says("OpenSSL Error"));
  loop_.stop();
  runs.join();
  EXPECT_FALSE(bus->connected());
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("the broker's certificate is refused: IP address mismatch; see that ca_file "
                     "is of its authority and that it names 127.0.0.1"),
            std::string::npos)
      << log;
}

TEST_F(MqttTest, ReadsItsIdentityAtEachAttemptAndLogsWhatIsWrongWithIt) {
  make_ca("ca");
  make_certificate("server", "ca", "IP:127.0.0.1");
  make_certificate("client", "ca", "DNS:x");
  test::Mosquitto broker(folder_, tls_settings("server"));
  const std::filesystem::path key = file("client.key");
  std::filesystem::rename(key, file("good.key"));
  run_openssl("ec -in good.key -aes128 -passout pass:secret -out client.key");
  testing::internal::CaptureStderr();
  const auto bus = connect(tls_config(broker.port(), "client"));
  const auto attempted = [this] {  // behind the attempt that is due
    loop_.post([this] { loop_.stop(); });
    loop_.run();
  };
  attempted();
  EXPECT_FALSE(bus->connected());
  std::filesystem::rename(file("good.key"), key);
  EXPECT_TRUE(until([&] { return bus->connected(); }));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("client.key\\\" cannot be used"), std::string::npos) << log;
}

TEST_F(MqttTest, RefusesWhatIsBeyondTheLimitInFlight) {
  test::Mosquitto broker(folder_, "");
  MqttConfig config = plain_config(broker.port(), "one");
  config.in_flight_max = 3;
  const auto bus = connect(config);
  ASSERT_TRUE(until([&] { return bus->connected(); }));
  std::vector<std::string> answers;
  broker.signal(SIGSTOP);
  for (int i = 0; i < 4; ++i) bus->publish({"a", std::to_string(i)}, collect(answers));
  ASSERT_TRUE(until([&] { return answers.size() == 1; }));
  EXPECT_EQ(answers[0], "3 publications without an answer");
  broker.signal(SIGCONT);
  ASSERT_TRUE(until([&] { return answers.size() == 4; }));
  EXPECT_EQ(answers.back(), "ok");
  bus->publish({"a", "again"}, collect(answers));
  ASSERT_TRUE(until([&] { return answers.size() == 5; }));
  EXPECT_EQ(answers.back(), "ok");
}

TEST_F(MqttTest, DropsIncomingPayloadsAboveTheLimit) {
  test::Mosquitto broker(folder_, "");
  const auto sender = connect(plain_config(broker.port(), "sender"));
  MqttConfig small = plain_config(broker.port(), "receiver");
  small.payload_bytes_max = 10;
  const auto receiver = connect(small);
  std::vector<Message> received;
  ASSERT_TRUE(receiver->subscribe("a", collect(received)));
  ASSERT_TRUE(until([&] { return sender->connected() && receiver->connected(); }));
  expect_echo(*receiver, "a", received);
  sender->publish({"a", std::string(11, 'x')}, [](auto) {});
  sender->publish({"a", std::string(10, 'x')}, [](auto) {});
  ASSERT_TRUE(until([&] { return received.size() == 2; }));
  EXPECT_EQ(received.back().payload.size(), 10U);
}

TEST_F(MqttTest, SubscribesAndPublishesInsideHandlers) {
  test::Mosquitto broker(folder_, "");
  const auto bus = connect(plain_config(broker.port(), "one"));
  std::vector<Message> received;
  std::vector<std::string> answers;
  ASSERT_TRUE(bus->subscribe("ask", [&](const Message&) {
    ASSERT_TRUE(bus->subscribe("answer", collect(received)));
    bus->publish({"other", ""}, collect(answers));
  }));
  ASSERT_TRUE(until([&] { return bus->connected(); }));
  bus->publish({"ask", ""}, collect(answers));
  ASSERT_TRUE(until([&] { return answers.size() == 2; }));
  expect_echo(*bus, "answer", received);
}

TEST_F(MqttTest, CallsNothingOnceItIsGone) {
  test::Mosquitto broker(folder_, "");
  auto bus = connect(plain_config(broker.port(), "one"));
  ASSERT_TRUE(until([&] { return bus->connected(); }));
  std::vector<std::string> answers;
  bus->publish({"a", ""}, collect(answers));
  bus->publish({"+", ""}, collect(answers));
  bus.reset();
  bool ran = false;
  loop_.post([&] {
    ran = true;
    changed();
  });
  ASSERT_TRUE(until([&] { return ran; }));
  EXPECT_TRUE(answers.empty());
}

TEST(MqttConfig, IsCheckedBeforeAnythingIsStarted) {
  struct Case {
    std::function<void(MqttConfig&)> change;
    std::string detail;
  };
  const std::string here = std::string(TRAYLINE_SOURCE_DIR) + "/lib/bus/mqtt_test.cpp";
  const Case cases[] = {
      {[](auto& c) { c.host = ""; }, "the MQTT host is empty"},
      {[](auto& c) { c.clean_session = false; }, "a lasting MQTT session needs a client id"},
      {[](auto& c) { c.in_flight_max = 0; }, "in_flight_max must be 1 to 60000"},
      {[](auto& c) { c.in_flight_max = 60001; }, "in_flight_max must be 1 to 60000"},
      {[](auto& c) { c.payload_bytes_max = 1 << 30; },
       "payload_bytes_max must be at most 134217728"},
      {[](auto& c) { c.keep_alive = seconds(4); }, "keep_alive must be 5 to 65535 seconds"},
      {[](auto& c) { c.cert_file = "x"; },
       "a client certificate needs the CA's certificate (ca_file) as well"},
      {[](auto& c) { c.ca_file = "/nowhere/ca.pem"; },
       "CA certificate \"/nowhere/ca.pem\" is missing, empty or unreadable"},
      {[](auto& c) { c.ca_file = "/"; }, "CA certificate \"/\" is missing, empty or unreadable"},
      {[&](auto& c) {
         c.ca_file = here;
         c.cert_file = "/nowhere/client.pem";
         c.key_file = here;
       },
       "client certificate \"/nowhere/client.pem\" is missing, empty or unreadable"},
      {[&](auto& c) {
         c.ca_file = here;
         c.cert_file = here;
       },
       "client key \"\" is missing, empty or unreadable"},
  };
  Loop loop;
  SeededRandom random(1);
  for (const Case& c : cases) {
    MqttConfig config;
    c.change(config);
    const auto bus = connect_mqtt(loop, random, config);
    ASSERT_FALSE(bus) << c.detail;
    EXPECT_EQ(bus.error(), (Error{Code::invalid_argument, c.detail}));
  }
}

TEST(MqttBus, RefusesWhatIsNoTopicOrFilter) {
  Loop loop;
  SeededRandom random(1);
  auto bus = connect_mqtt(loop, random, {});
  ASSERT_TRUE(bus);
  EXPECT_EQ((*bus)->subscribe("a#", [](auto) {}).error().code, Code::invalid_argument);
  std::string answer;
  (*bus)->publish({"a/+", ""}, [&](Result<void> r) {
    answer = r.error().detail;
    loop.stop();
  });
  EXPECT_EQ(answer, "");
  loop.run();
  EXPECT_EQ(answer, "no MQTT topic: a/+");
}

}  // namespace
}  // namespace trayline::bus
