// A real mosquitto under our rules, attacked by a second core. Rights are judged by what
// subscribers see: mosquitto answers a publication that it denies as if nothing were wrong.
#include "infra/broker/broker.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "infra/broker/process.hpp"
#include "infra/pki/pki.hpp"

namespace trayline::broker {
namespace {

// mosquitto_sub or mosquitto_pub with pipes.
class Client {
 public:
  explicit Client(std::vector<std::string> args) {
    int out[2];
    EXPECT_EQ(::pipe2(out, O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(out[1], STDERR_FILENO);
      std::vector<char*> argv;
      for (std::string& arg : args) argv.push_back(arg.data());
      argv.push_back(nullptr);
      ::execvp(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    out_ = out[0];
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(out_);
  }
  // True once the text has been printed, false after the wait or at the end of output.
  bool says(const std::string& text, int wait_ms = 10'000) {
    while (said_.find(text) == std::string::npos) {
      pollfd ready{out_, POLLIN, 0};
      char chunk[4096];
      if (::poll(&ready, 1, wait_ms) <= 0) return false;
      const ssize_t n = ::read(out_, chunk, sizeof(chunk));
      if (n <= 0) return false;
      said_.append(chunk, static_cast<std::size_t>(n));
    }
    return true;
  }
  const std::string& said() const { return said_; }

 private:
  pid_t pid_;
  int out_;
  std::string said_;
};

class Broker : public testing::Test {
 protected:
  void SetUp() override {
    if (mosquitto_program().empty()) GTEST_SKIP() << "mosquitto is not installed";
    if (::access("/usr/bin/mosquitto_sub", X_OK) != 0) {
      GTEST_SKIP() << "mosquitto-clients is not installed";
    }
    std::string name = "/tmp/trayline-broker-XXXXXX";
    dir = ::mkdtemp(name.data());
    ::chmod(dir.c_str(), 0755);
    ASSERT_TRUE(pki::create_ca(ca.dir = dir + "/ca", clock));
    ASSERT_TRUE(pki::create_server(ca, dir + "/server", clock));
    ASSERT_TRUE(pki::create_cloud_host(ca, "1", dir + "/cloud", clock));
    ASSERT_TRUE(pki::create_cloud_host(ca, "2", dir + "/cloud2", clock));
    config.cloud_hosts = {"1", "2"};
    for (const char* core : {"a", "b"}) {
      ASSERT_TRUE(pki::create_device(ca, std::string("IoT-test-") + core, dir + "/" + core, clock));
    }
    config.dir = dir + "/broker";
    config.device_port = free_port();
    config.cloud_port = free_port();
    const Result<void> written =
        write_broker(config, {ca.cert_file(), dir + "/server/cert.pem", dir + "/server/key.pem"});
    ASSERT_TRUE(written) << written.error().detail;
    Result<std::unique_ptr<Process>> started = Process::start(config);
    ASSERT_TRUE(started) << started.error().detail;
    process = std::move(*started);
  }
  void TearDown() override {
    process.reset();
    if (!dir.empty()) std::filesystem::remove_all(dir);
  }
  std::vector<std::string> args(const std::string& program, const std::string& who) const {
    const std::uint16_t port = who.starts_with("cloud") ? config.cloud_port : config.device_port;
    return {program,
            "-h",
            "127.0.0.1",
            "-p",
            std::to_string(port),
            "--cafile",
            ca.cert_file(),
            "--cert",
            dir + "/" + who + "/cert.pem",
            "--key",
            dir + "/" + who + "/key.pem",
            "-q",
            "1"};
  }
  // Subscribed when this returns.
  std::unique_ptr<Client> subscriber(const std::string& who, const std::string& filter,
                                     const std::string& client_id = "") const {
    // Line by line: it buffers what it prints into a pipe.
    std::vector<std::string> all = {"stdbuf", "-oL"};
    for (const std::string& arg : args("/usr/bin/mosquitto_sub", who)) all.push_back(arg);
    for (const char* more : {"-v", "-d", "-t"}) all.emplace_back(more);
    all.push_back(filter);
    if (!client_id.empty()) all.insert(all.end(), {"-i", client_id});
    auto client = std::make_unique<Client>(all);
    EXPECT_TRUE(client->says("Subscribed")) << who << ": " << client->said();
    return client;
  }
  void publish(const std::string& who, const std::string& topic, const std::string& text,
               const std::string& client_id = "") const {
    std::vector<std::string> all = args("/usr/bin/mosquitto_pub", who);
    all.insert(all.end(), {"-d", "-t", topic, "-m", text});
    if (!client_id.empty()) all.insert(all.end(), {"-i", client_id});
    Client client(all);
    EXPECT_TRUE(client.says("received PUBACK")) << who << ": " << client.said();
  }
  SystemClock clock;
  std::string dir;
  pki::Ca ca;
  BrokerConfig config;
  std::unique_ptr<Process> process;
};

TEST_F(Broker, ASecondCoreCannotWriteIntoTheFirstOnesTopics) {
  const auto cloud = subscriber("cloud", "+/up/#");
  const auto first = subscriber("a", "IoT-test-a/down/#");
  publish("b", "IoT-test-a/up/camera/predictions", "forged");
  publish("b", "IoT-test-a/down/agent/acks", "forged");
  publish("b", "IoT-test-b/up/camera/predictions", "own");
  publish("cloud2", "IoT-test-a/down/agent/acks", "real");
  EXPECT_TRUE(cloud->says("IoT-test-b/up/camera/predictions own")) << cloud->said();
  EXPECT_TRUE(first->says("IoT-test-a/down/agent/acks real")) << first->said();
  EXPECT_EQ(cloud->said().find("forged"), std::string::npos) << cloud->said();
  EXPECT_EQ(first->said().find("forged"), std::string::npos) << first->said();
}

TEST_F(Broker, ASecondCoreCannotReadTheFirstOnesTopics) {
  const auto cloud = subscriber("cloud", "+/up/#");
  for (const char* filter : {"#", "IoT-test-a/down/#", "IoT-test-a/#", "+/up/#"}) {
    const auto spy = subscriber("b", filter);
    publish("cloud2", "IoT-test-a/down/agent/acks", "secret");
    publish("a", "IoT-test-a/up/camera/predictions", "secret");
    EXPECT_FALSE(spy->says("secret", 300)) << filter << ": " << spy->said();
  }
  const auto own = subscriber("b", "#");
  publish("cloud2", "IoT-test-a/down/agent/acks", "secret");
  publish("cloud2", "IoT-test-b/down/agent/acks", "own");
  EXPECT_TRUE(own->says("IoT-test-b/down/agent/acks own")) << own->said();
  EXPECT_EQ(own->said().find("secret"), std::string::npos) << own->said();
  EXPECT_TRUE(cloud->says("secret")) << "nothing was published at all";
}

TEST_F(Broker, ASecondCoreCannotTakeTheFirstOnesClientId) {
  const auto first = subscriber("a", "IoT-test-a/down/#", "IoT-test-a");
  publish("b", "IoT-test-b/up/x/y", "hello", "IoT-test-a");
  publish("cloud2", "IoT-test-a/down/agent/acks", "still there");
  EXPECT_TRUE(first->says("still there")) << first->said();
  EXPECT_EQ(process->log().find("IoT-test-a already connected"), std::string::npos)
      << "the second core threw the first one out: " << process->log();
  EXPECT_NE(process->log().find("as IoT-test-b"), std::string::npos)
      << "the broker does not take the client id from the certificate: " << process->log();
}

TEST_F(Broker, NobodyWithoutACertificateGetsIn) {
  Client stranger({"/usr/bin/mosquitto_pub", "-h", "127.0.0.1", "-p",
                   std::to_string(config.device_port), "--cafile", ca.cert_file(), "-t", "x", "-m",
                   "y", "-d", "-q", "1"});
  EXPECT_FALSE(stranger.says("received PUBACK"));
}

TEST(BrokerRules, NameEveryCloudHostAndNoMore) {
  BrokerConfig config;
  config.cloud_hosts = {"1", "2"};
  EXPECT_EQ(mosquitto_acl(config),
            "pattern write %u/up/#\npattern read %u/down/#\npattern readwrite $aws/things/%u/#\n"
            "\nuser cloud-1\ntopic read +/up/#\ntopic write +/down/#\n"
            "\nuser cloud-2\ntopic read +/up/#\ntopic write +/down/#\n");
}

TEST(BrokerRules, OpenAPlainListenerOnlyWhenAskedTo) {
  BrokerConfig config;
  EXPECT_EQ(mosquitto_config(config).find("allow_anonymous true"), std::string::npos);
  config.plain_port = 1883;
  EXPECT_NE(mosquitto_config(config).find("listener 1883 127.0.0.1\nallow_anonymous true"),
            std::string::npos);
}

TEST(BrokerRules, SayWhichFileIsMissing) {
  BrokerConfig config;
  config.dir = testing::TempDir() + "nothing";
  const Result<void> written = write_broker(config, {"/nowhere/ca.pem", "/x", "/y"});
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().detail.find("/nowhere/ca.pem"), std::string::npos)
      << written.error().detail;
}

}  // namespace
}  // namespace trayline::broker
