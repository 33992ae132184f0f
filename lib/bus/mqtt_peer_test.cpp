// The MQTT bus against a peer that the test plays byte by byte: what leaves together, frames cut
// anywhere, brokers that refuse, talk nonsense or fall silent. One loop, so nothing depends on time
// but the two silences.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/bus/codec.hpp"
#include "lib/bus/link.hpp"
#include "lib/bus/mqtt.hpp"
#include "lib/bus/test_bus.hpp"

namespace trayline::bus {
namespace {

using namespace std::string_literals;
using std::chrono::seconds;

constexpr std::size_t kReadMax = 4 * 1024 * 1024;
const std::string kAccepted = "\x20\2\0\0"s;

// A listener on loopback that takes one connection at a time and tells each read.
class Peer {
 public:
  Peer(Loop& loop, std::function<void()> changed) : loop_(loop), changed_(std::move(changed)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 8);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    accepts_ = loop_.watch(listener_, true, false, [this](bool, bool) { take_in(); });
  }
  ~Peer() {
    hang_up();
    accepts_ = {};
    ::close(listener_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  std::uint16_t port() const { return port_; }
  void send(std::string_view bytes) const {
    ASSERT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  void hang_up() {
    reads_ = {};
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void read(bool wanted) { reads_.want(wanted, false); }

  std::function<void()> greeted = [this] { send(kAccepted); };  // once a CONNECT has come
  std::size_t connections = 0;
  std::size_t reads = 0;  // of the present connection, after its CONNECT
  std::vector<std::string> frames;

 private:
  void take_in() {
    const int fd = ::accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    hang_up();
    fd_ = fd;
    ++connections;
    waiting_.clear();
    frames.clear();
    reads_ = loop_.watch(fd_, true, false, [this](bool, bool) { take(); });
    changed_();
  }
  void take() {
    if (!frames.empty()) ++reads;
    static std::string block(kReadMax, '\0');
    const ssize_t size = ::recv(fd_, block.data(), block.size(), 0);
    if (size <= 0) return hang_up();
    waiting_.append(block, 0, static_cast<std::size_t>(size));
    while (const std::size_t bytes = frame_bytes()) {
      frames.push_back(waiting_.substr(0, bytes));
      waiting_.erase(0, bytes);
      if (frames.size() > 1) continue;
      reads = 0;
      greeted();
    }
    changed_();
  }
  // Of the first frame that waits, 0 where it is not whole. Independent of the codec.
  std::size_t frame_bytes() const {
    std::size_t length = 0, at = 1;
    for (unsigned shift = 0; at < waiting_.size(); shift += 7) {
      const auto byte = static_cast<unsigned char>(waiting_[at++]);
      length |= static_cast<std::size_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return at + length <= waiting_.size() ? at + length : 0;
    }
    return 0;
  }

  Loop& loop_;
  std::function<void()> changed_;
  int listener_ = -1, fd_ = -1;
  std::uint16_t port_ = 0;
  std::string waiting_;
  Loop::Watch accepts_, reads_;
};

class MqttPeerTest : public testing::Test, protected test::OnALoop {
 protected:
  MqttConfig config() const {
    MqttConfig made;
    made.port = peer_.port();
    made.client_id = "core";
    return made;
  }
  std::unique_ptr<Bus> connect(const MqttConfig& with) {
    auto bus = connect_mqtt(loop_, random_, with);
    EXPECT_TRUE(bus);
    (*bus)->on_connection([this](bool) { changed(); });
    return std::move(*bus);
  }
  std::unique_ptr<Bus> connected(const MqttConfig& with) {
    auto bus = connect(with);
    EXPECT_TRUE(until([&] { return bus->connected(); }));
    return bus;
  }
  // What is logged until the peer has been dialled so many times.
  std::string logged_until_connections(std::size_t count, const MqttConfig& with) {
    testing::internal::CaptureStderr();
    const auto bus = connect(with);
    EXPECT_TRUE(until([&] { return peer_.connections >= count; }));
    return testing::internal::GetCapturedStderr();
  }
  static std::string message(std::uint16_t id, const std::string& topic,
                             const std::string& payload) {
    std::string frame;
    encode_publish(frame, id, topic, payload);
    return frame;
  }
  static std::string puback(std::uint16_t id) {
    return "\x40\2"s + static_cast<char>(id >> 8) + static_cast<char>(id & 0xff);
  }

  Peer peer_{loop_, [this] { changed(); }};
};

TEST_F(MqttPeerTest, GreetsSubscribesAndTakesLeave) {
  std::vector<Message> received;
  auto bus = connect(config());
  ASSERT_TRUE(bus->subscribe("a/b", collect(received)));
  ASSERT_TRUE(bus->subscribe("+/up/#", collect(received)));
  ASSERT_TRUE(until([&] { return peer_.frames.size() == 3; }));
  EXPECT_EQ(peer_.frames[0], "\x10\x10\0\4MQTT\4\2\0\x1e\0\4core"s);
  EXPECT_EQ(peer_.frames[1], "\x82\x08\0\1\0\3a/b\1"s);
  EXPECT_EQ(peer_.frames[2], "\x82\x0b\0\2\0\6+/up/#\1"s);
  EXPECT_EQ(peer_.reads, 1U) << "subscriptions leave together";
  bus.reset();
  ASSERT_TRUE(until([&] { return peer_.frames.size() == 4; }));
  EXPECT_EQ(peer_.frames[3], "\xe0\0"s);
}

TEST_F(MqttPeerTest, WhatATurnOfTheLoopPublishesLeavesWithOneWrite) {
  const auto bus = connected(config());
  std::vector<std::string> answers;
  for (int i = 0; i < 100; ++i) bus->publish({"a", std::to_string(i)}, collect(answers));
  ASSERT_TRUE(until([&] { return peer_.frames.size() == 101; }));
  EXPECT_EQ(peer_.reads, 1U);
  for (std::uint16_t i = 0; i < 100; ++i)
    EXPECT_EQ(peer_.frames[i + 1U],
              message(static_cast<std::uint16_t>(i + 1), "a", std::to_string(i)));
  std::string all;
  for (std::uint16_t id = 100; id > 0; --id) all += puback(id);
  peer_.send(all);
  ASSERT_TRUE(until([&] { return answers.size() == 100; }));
  EXPECT_EQ(answers, std::vector<std::string>(100, "ok"));
}

TEST_F(MqttPeerTest, SendsWithoutAnAnswerOnlyWhileConnected) {
  const auto bus = connected(config());
  bus->send({"a", "x"});
  bus->send({"a/#", "no topic"});
  std::vector<std::string> answers;
  bus->publish({"b", "y"}, collect(answers));
  ASSERT_TRUE(until([&] { return peer_.frames.size() == 3; }));
  EXPECT_EQ(peer_.frames[1], "\x30\4\0\1ax"s);
  EXPECT_EQ(peer_.frames[2], message(1, "b", "y")) << "takes no id of a packet";
}

TEST_F(MqttPeerTest, TakesManyFramesOfOneReadAndAnswersThemWithOneWrite) {
  const auto bus = connected(config());
  std::vector<Message> received;
  std::vector<std::string> answers;
  ASSERT_TRUE(bus->subscribe("in", [&](Message m) {
    bus->publish({"out", m.payload}, collect(answers));
    received.push_back(std::move(m));
  }));
  ASSERT_TRUE(until([&] { return peer_.frames.size() == 2; }));
  peer_.reads = 0;
  std::string all = "\x90\3\0\1\1"s;
  for (std::uint16_t id = 1; id <= 100; ++id) all += message(id, "in", std::to_string(id));
  peer_.send(all);
  ASSERT_TRUE(until([&] { return peer_.frames.size() == 202; }));
  EXPECT_EQ(peer_.reads, 1U);
  ASSERT_EQ(received.size(), 100U);
  for (std::uint16_t id = 1; id <= 100; ++id)
    EXPECT_EQ(received[id - 1U].payload, std::to_string(id));
  EXPECT_EQ(peer_.frames[2], message(2, "out", "1"));
  EXPECT_EQ(peer_.frames[3], puback(1)) << "answered once its handler had it";
}

TEST_F(MqttPeerTest, TakesAFrameThatComesByteByByte) {
  const auto bus = connected(config());
  std::vector<Message> received;
  ASSERT_TRUE(bus->subscribe("a", collect(received)));
  const std::string all = message(7, "a", std::string(200, 'x')) + "\x30\4\0\1ay"s;
  std::function<void(std::size_t)> send_from = [&](std::size_t at) {
    peer_.send(std::string_view(all).substr(at, 1));
    if (at + 1 < all.size()) loop_.post([&, at] { loop_.post([&, at] { send_from(at + 1); }); });
  };
  loop_.post([&] { send_from(0); });
  ASSERT_TRUE(until([&] { return received.size() == 2 && peer_.frames.size() == 3; }));
  EXPECT_EQ(received[0].payload, std::string(200, 'x'));
  EXPECT_EQ(received[1].payload, "y");
  EXPECT_EQ(peer_.frames[2], puback(7)) << "and QoS 0 gets no answer";
}

TEST_F(MqttPeerTest, SkipsWhatIsTooLargeAndGoesOn) {
  MqttConfig small = config();
  small.payload_bytes_max = 10;
  const auto bus = connected(small);
  std::vector<Message> received;
  ASSERT_TRUE(bus->subscribe("a", collect(received)));
  const std::string large = message(7, "a", std::string(300'000, 'x'));
  peer_.send(large.substr(0, 100));
  ASSERT_TRUE(until([&] { return peer_.frames.size() == 3; }));
  EXPECT_EQ(peer_.frames[2], puback(7)) << "or the broker would send it for ever";
  peer_.send(large.substr(100) + message(8, "a", "small"));
  ASSERT_TRUE(until([&] { return received.size() == 1; }));
  EXPECT_EQ(received[0].payload, "small");
  EXPECT_EQ(peer_.connections, 1U);
}

TEST_F(MqttPeerTest, TellsWhatWasUnderWayAndStartsAfreshWhenTheConnectionIsLost) {
  const auto bus = connected(config());
  std::vector<Message> received;
  std::vector<std::string> answers;
  ASSERT_TRUE(bus->subscribe("a", collect(received)));
  bus->publish({"x", "1"}, collect(answers));
  ASSERT_TRUE(until([&] { return peer_.frames.size() == 3; }));
  peer_.send(message(1, "a", "half a message").substr(0, 8));
  peer_.hang_up();
  ASSERT_TRUE(until([&] { return answers.size() == 1; }));
  EXPECT_FALSE(bus->connected());
  EXPECT_EQ(answers[0], "the connection was lost: the broker closed the connection");
  ASSERT_TRUE(until([&] { return peer_.connections == 2 && peer_.frames.size() == 2; }));
  EXPECT_EQ(peer_.frames[1].substr(4), "\0\1a\1"s) << "subscribed again";
  peer_.send(message(1, "a", "whole"));
  ASSERT_TRUE(until([&] { return received.size() == 1; }));
  EXPECT_EQ(received[0].payload, "whole");
  EXPECT_EQ(peer_.frames.size(), 2U) << "what was published before is its sender's to repeat";
}

TEST_F(MqttPeerTest, SkipsIdsWhoseAnswerIsOutstanding) {
  const auto bus = connected(config());
  constexpr int kCount = 70'000;
  std::size_t answered = 0;
  std::set<std::uint16_t> ids;
  std::function<void(Result<void>)> next = [&](Result<void> r) {
    EXPECT_TRUE(r);
    ++answered;
    changed();
  };
  bus->publish({"never", "answered"}, next);
  ASSERT_TRUE(until([&] { return peer_.frames.size() == 2; }));
  for (int sent = 0; sent < kCount; sent += 1000) {
    for (int i = 0; i < 1000; ++i) bus->publish({"a", ""}, next);
    peer_.frames.resize(1);
    ASSERT_TRUE(until([&] { return peer_.frames.size() == 1001; }));
    std::string all;
    for (std::size_t i = 1; i < peer_.frames.size(); ++i) {
      const std::string id = peer_.frames[i].substr(5, 2);
      ASSERT_NE(id, "\0\0"s);
      ASSERT_NE(id, "\0\1"s) << "the first has no answer yet";
      all += "\x40\2" + id;
    }
    peer_.send(all);
    ASSERT_TRUE(until([&] { return answered == static_cast<std::size_t>(sent) + 1000; }));
  }
}

TEST_F(MqttPeerTest, RefusesToPublishWhatABrokerDoesNotTake) {
  MqttConfig large = config();
  large.payload_bytes_max = 8 << 20;
  const auto bus = connected(large);
  peer_.read(false);
  std::vector<std::string> answers;
  const std::string payload(large.payload_bytes_max, 'x');
  std::size_t published = 0;
  for (; answers.empty() && published < 100; ++published) {
    bus->publish({"a", payload}, collect(answers));
    bool turned = false;
    loop_.post([&] {
      turned = true;
      changed();
    });
    ASSERT_TRUE(until([&] { return turned; }));
  }
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0].ends_with(" bytes that the broker has not taken")) << answers[0];
  EXPECT_GT(published * payload.size(), kUnsentBytesMax);
  peer_.read(true);
  ASSERT_TRUE(until([&] { return peer_.frames.size() == published; }));
  bus->publish({"a", "again"}, collect(answers));
  ASSERT_TRUE(until([&] { return peer_.frames.size() == published + 1; }));
  EXPECT_TRUE(peer_.frames.back().ends_with("again"));
}

TEST_F(MqttPeerTest, LogsWhyABrokerRefused) {
  for (std::uint8_t code = 1; code <= 6; ++code) {
    peer_.connections = 0;
    peer_.greeted = [&] { peer_.send("\x20\2\0"s + static_cast<char>(code)); };
    const std::string log = logged_until_connections(2, config());
    EXPECT_NE(log.find(connack_text(code)), std::string::npos) << log;
    EXPECT_EQ(log.find("mqtt connected"), std::string::npos) << log;
  }
}

TEST_F(MqttPeerTest, LeavesAPeerThatIsNoBroker) {
  const std::pair<std::string, std::string> cases[] = {
      {"HTTP/1.1 400 Bad Request\r\n\r\n", "a packet that begins with 0x48"},
      {"\xd0\0"s, "the broker began without accepting"},
      {kAccepted + kAccepted, "the broker accepted the connection twice"},
      {kAccepted + "\x30\2\0\0"s, "a PUBLISH without a valid topic"},
  };
  for (const auto& [bytes, why] : cases) {
    peer_.connections = 0;
    peer_.greeted = [&, sent = bytes] { peer_.send(sent); };
    const std::string log = logged_until_connections(2, config());
    EXPECT_NE(log.find(why), std::string::npos) << log;
  }
}

TEST_F(MqttPeerTest, LogsASubscriptionThatWasRefused) {
  testing::internal::CaptureStderr();
  const auto bus = connected(config());
  std::vector<Message> received;
  ASSERT_TRUE(bus->subscribe("secret/#", collect(received)));
  ASSERT_TRUE(until([&] { return peer_.frames.size() == 2; }));
  peer_.send("\x90\3\0\1\x80"s + "\x30\3\0\1b"s + message(1, "secret/a", ""));
  ASSERT_TRUE(until([&] { return received.size() == 1; })) << "the connection goes on";
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("mqtt broker refused a subscription"), std::string::npos) << log;
  EXPECT_NE(log.find("secret/#"), std::string::npos) << log;
}

TEST_F(MqttPeerTest, PingsAndGivesUpABrokerThatFallsSilent) {
  MqttConfig brisk = config();
  brisk.keep_alive = seconds(5);
  testing::internal::CaptureStderr();
  const auto bus = connected(brisk);
  ASSERT_TRUE(until([&] { return peer_.frames.size() == 2; }));
  EXPECT_EQ(peer_.frames[1], "\xc0\0"s);
  peer_.send("\xd0\0"s);
  ASSERT_TRUE(until([&] { return peer_.frames.size() == 3; })) << "and goes on pinging";
  EXPECT_TRUE(bus->connected());
  EXPECT_EQ(peer_.frames[2], "\xc0\0"s);
  ASSERT_TRUE(until([&] { return !bus->connected(); }));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("the broker has fallen silent"), std::string::npos) << log;
}

TEST_F(MqttPeerTest, GivesUpABrokerThatNeverAnswersTheGreeting) {
  peer_.greeted = [] {};
  const std::string log = logged_until_connections(2, config());
  EXPECT_NE(log.find("no answer in time"), std::string::npos) << log;
}

TEST_F(MqttPeerTest, DialsTheAddressesOfANameOneAfterTheOther) {
  MqttConfig named = config();
  named.host = "localhost";  // ::1 first on most machines, where nobody listens
  EXPECT_TRUE(connected(named)->connected());
  EXPECT_EQ(peer_.connections, 1U);
}

}  // namespace
}  // namespace trayline::bus
