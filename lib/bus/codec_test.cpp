// The codec byte for byte, against the packets that the standard describes.
#include "lib/bus/codec.hpp"

#include <gtest/gtest.h>

namespace trayline::bus {
namespace {

using namespace std::string_literals;

constexpr std::size_t kPayloadBytesMax = 1000;

std::string shown(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += " " + std::to_string(static_cast<unsigned char>(byte));
  return text;
}

template <class... Args>
std::string written(void (*encode)(std::string&, Args...), std::type_identity_t<Args>... args) {
  std::string out;
  encode(out, args...);
  return out;
}

// The packet, where one frame of just these bytes is read.
template <class T>
std::optional<T> read(std::string_view bytes) {
  const auto frame = decode(bytes, kPayloadBytesMax);
  if (!frame || !*frame || (*frame)->bytes != bytes.size()) return std::nullopt;
  const T* const packet = std::get_if<T>(&(*frame)->packet);
  return packet == nullptr ? std::nullopt : std::optional<T>(*packet);
}

TEST(Encode, WritesTheBytesOfTheStandard) {
  const std::pair<std::string, std::string> cases[] = {
      {written(encode_connect, "core", 30, true), "\x10\x10\0\4MQTT\4\2\0\x1e\0\4core"s},
      {written(encode_connect, "", 0xffff, true), "\x10\x0c\0\4MQTT\4\2\xff\xff\0\0"s},
      {written(encode_connect, "a", 256, false), "\x10\x0d\0\4MQTT\4\0\1\0\0\1a"s},
      {written(encode_subscribe, 10, "a/b"), "\x82\x08\0\x0a\0\3a/b\1"s},
      {written(encode_subscribe, 0xfffe, "+/up/#"), "\x82\x0b\xff\xfe\0\6+/up/#\1"s},
      {written(encode_publish, 1, "a/b", "hi"), "\x32\x09\0\3a/b\0\1hi"s},
      {written(encode_publish, 0x1234, "a", ""), "\x32\5\0\1a\x12\x34"s},
      {written(encode_publish, std::nullopt, "a/b", "hi"), "\x30\7\0\3a/bhi"s},
      {written(encode_puback, 0x0102), "\x40\2\1\2"s},
      {written(encode_pingreq), "\xc0\0"s},
      {written(encode_disconnect), "\xe0\0"s},
  };
  for (const auto& [bytes, expected] : cases)
    EXPECT_EQ(bytes, expected) << shown(bytes) << " instead of" << shown(expected);
}

TEST(Encode, WritesLengthsOfOneToFourBytes) {
  const std::pair<std::size_t, std::string> cases[] = {{0, "\5"s},
                                                       {122, "\x7f"s},
                                                       {123, "\x80\1"s},
                                                       {16'378, "\xff\x7f"s},
                                                       {16'379, "\x80\x80\1"s},
                                                       {2'097'146, "\xff\xff\x7f"s},
                                                       {2'097'147, "\x80\x80\x80\1"s}};
  for (const auto& [size, length] : cases) {
    const std::string payload(size, 'x');
    const std::string frame = written(encode_publish, 1, "a", payload);
    ASSERT_EQ(frame.substr(0, 1 + length.size()), "\x32" + length) << size;
    const auto back = decode(frame, size);
    ASSERT_TRUE(back && *back) << size;
    EXPECT_EQ((*back)->bytes, frame.size());
    EXPECT_EQ(std::get<Publish>((*back)->packet).payload, payload);
  }
}

TEST(Encode, AppendsToWhatIsThere) {
  std::string out = "x";
  encode_pingreq(out);
  encode_puback(out, 7);
  EXPECT_EQ(out, "x\xc0\0\x40\2\0\7"s);
}

TEST(EncodeDeathTest, ChecksWhatItsCallerPromised) {
  std::string out;
  const std::string long_text(kTextBytesMax + 1, 'a');
  EXPECT_DEATH(encode_publish(out, 0, "a", ""), "a packet id is not 0");
  EXPECT_DEATH(encode_publish(out, 1, long_text, ""), "a text that MQTT can carry");
}

TEST(Decode, ReadsAnswers) {
  EXPECT_EQ(read<ConnAck>("\x20\2\0\0"s)->code, 0);
  EXPECT_EQ(read<ConnAck>("\x20\2\1\0"s)->code, 0) << "a session that was there";
  EXPECT_EQ(read<ConnAck>("\x20\2\0\5"s)->code, 5);
  EXPECT_EQ(read<PubAck>("\x40\2\x12\x34"s)->id, 0x1234);
  EXPECT_TRUE(read<PingResp>("\xd0\0"s));
  for (const char granted : {'\0', '\1'}) {
    const auto answer = read<SubAck>("\x90\3\0\x0a"s + granted);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->id, 10);
    EXPECT_FALSE(answer->refused);
  }
  EXPECT_TRUE(read<SubAck>("\x90\3\xff\xff\x80"s)->refused);
}

TEST(Decode, ReadsMessages) {
  struct Case {
    std::string bytes, topic, payload;
    std::uint16_t id;
  };
  const Case cases[] = {
      {"\x30\5\0\3a/b"s, "a/b", "", 0},
      {"\x30\7\0\3a/bhi"s, "a/b", "hi", 0},
      {"\x31\7\0\3a/bhi"s, "a/b", "hi", 0},  // retained
      {"\x32\x09\0\3a/b\0\1hi"s, "a/b", "hi", 1},
      {"\x3a\x09\0\3a/b\0\1hi"s, "a/b", "hi", 1},  // repeated
      {"\x3b\x07\0\3a/b\xff\xff"s, "a/b", "", 65535},
      {"\x32\x89\0\0\3a/b\0\1hi"s, "a/b", "hi", 1},  // a length in more bytes than it needs
      {"\x30\x0a\0\5caf\xc3\xa9\0\xff\n"s, "caf\xc3\xa9", "\0\xff\n"s, 0},
      {"\x30\4\0\1 x"s, " ", "x", 0},
  };
  for (const Case& c : cases) {
    const auto message = read<Publish>(c.bytes);
    ASSERT_TRUE(message) << shown(c.bytes);
    EXPECT_EQ(message->topic, c.topic);
    EXPECT_EQ(message->payload, c.payload);
    EXPECT_EQ(message->id, c.id);
    EXPECT_FALSE(message->too_large);
  }
}

TEST(Decode, WaitsForTheRestOfAFrame) {
  const std::string frames[] = {"\x20\2\0\0"s, "\x90\3\0\1\1"s, "\x40\2\0\1"s, "\xd0\0"s,
                                "\x32\x89\0\0\3a/b\0\1hi"s};
  for (const std::string& frame : frames) {
    for (std::size_t size = 0; size < frame.size(); ++size) {
      const auto part = decode(std::string_view(frame).substr(0, size), kPayloadBytesMax);
      ASSERT_TRUE(part) << size << " bytes of" << shown(frame) << ": " << part.error().detail;
      EXPECT_FALSE(*part) << size << " bytes of" << shown(frame);
    }
    const auto first = decode(frame + "\xd0", kPayloadBytesMax);
    ASSERT_TRUE(first && *first);
    EXPECT_EQ((*first)->bytes, frame.size()) << "not the beginning of the next";
  }
}

TEST(Decode, TellsAMessageThatIsTooLargeByItsHead) {
  const std::string head = "\x32\xff\xff\xff\x7f\0\1a\0\7"s;
  EXPECT_FALSE(*decode(std::string_view(head).substr(0, head.size() - 1), kPayloadBytesMax));
  const auto frame = decode(head, kPayloadBytesMax);
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->bytes, kFixedHeaderBytesMax + kFrameBytesMax);
  const auto& message = std::get<Publish>((*frame)->packet);
  EXPECT_TRUE(message.too_large);
  EXPECT_EQ(message.id, 7);
  EXPECT_EQ(message.topic, "a");
  EXPECT_EQ(message.payload, "");
  EXPECT_TRUE(read<Publish>("\x30\xeb\7\0\1a"s + std::string(1000, 'x')));
  EXPECT_EQ(read<Publish>("\x30\xec\7\0\1a"s + std::string(1001, 'x'))->too_large, true);
}

TEST(Decode, RefusesWhatABrokerMustNotSend) {
  const std::pair<std::string, std::string> cases[] = {
      {"HTTP/1.1 400 Bad Request", "a packet that begins with 0x48"},
      {"\x15\3\3\0\2\2F"s, "a packet that begins with 0x15"},  // TLS on this port
      {"\x10\0"s, "a packet that begins with 0x10"},
      {"\x82\0"s, "a packet that begins with 0x82"},
      {"\xb0\2\0\1"s, "a packet that begins with 0xb0"},  // nobody unsubscribes
      {"\x50\2\0\1"s, "a packet that begins with 0x50"},  // nor uses QoS 2
      {"\xc0\0"s, "a packet that begins with 0xc0"},
      {"\x21\2\0\0"s, "a packet that begins with 0x21"},  // flags that do not belong there
      {"\x42\2\0\1"s, "a packet that begins with 0x42"},
      {"\x20\3"s, "3 bytes in a packet that begins with 0x20"},
      {"\x40\1"s, "1 bytes in a packet that begins with 0x40"},
      {"\x90\4"s, "4 bytes in a packet that begins with 0x90"},
      {"\xd0\1"s, "1 bytes in a packet that begins with 0xd0"},
      {"\x30\x80\x80\x80\x80"s, "a length of more than four bytes"},
      {"\x20\2\2\0"s, "a CONNACK with flags 2 and code 0"},
      {"\x20\2\1\5"s, "a CONNACK with flags 1 and code 5"},
      {"\x40\2\0\0"s, "an answer to the packet 0"},
      {"\x90\3\0\0\1"s, "an answer to the packet 0"},
      {"\x90\3\0\1\2"s, "a SUBACK with the code 2"},
      {"\x34\7\0\1a\0\1xx"s, "a PUBLISH with QoS 2 or 3, which was not subscribed to"},
      {"\x36\7\0\1a\0\1xx"s, "a PUBLISH with QoS 2 or 3, which was not subscribed to"},
      {"\x38\3\0\1a"s, "a repeated PUBLISH with QoS 0"},
      {"\x30\0"s, "a PUBLISH that ends within its head"},
      {"\x32\3"s, "a PUBLISH that ends within its head"},
      {"\x30\3\0\2"s, "a PUBLISH that ends within its head"},
      {"\x32\4\0\1"s, "a PUBLISH that ends within its head"},
      {"\x30\2\0\0"s, "a PUBLISH without a valid topic"},
      {"\x30\3\0\1+"s, "a PUBLISH without a valid topic"},
      {"\x30\5\0\3a/#"s, "a PUBLISH without a valid topic"},
      {"\x30\3\0\1\0"s, "a PUBLISH without a valid topic"},
      {"\x30\3\0\1\xff"s, "a PUBLISH without a valid topic"},
      {"\x32\5\0\1a\0\0"s, "a PUBLISH with the packet id 0"},
  };
  for (const auto& [bytes, why] : cases) {
    const auto frame = decode(bytes, kPayloadBytesMax);
    ASSERT_FALSE(frame) << shown(bytes) << " was taken";
    EXPECT_EQ(frame.error(), (Error{Code::invalid_argument,
                                    why + ": the peer breaks MQTT 3.1.1; see that the port is a "
                                          "broker's"}))
        << shown(bytes);
  }
}

TEST(ConnackText, SaysWhatToDo) {
  for (std::uint8_t code = 1; code <= 5; ++code) {
    const std::string text = connack_text(code);
    EXPECT_NE(text.find("; "), std::string::npos) << text << " says nothing to do";
    EXPECT_TRUE(text.ends_with("(MQTT return code " + std::to_string(code) + ")")) << text;
  }
  EXPECT_EQ(connack_text(6), "the broker refused with the code 6, which MQTT 3.1.1 does not have");
}

}  // namespace
}  // namespace trayline::bus
