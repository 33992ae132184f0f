#include "lib/bus/codec.hpp"

#include <fmt/format.h>

#include "lib/base/check.hpp"
#include "lib/base/utf8.hpp"

namespace trayline::bus {
namespace {

// Types with the flags that belong to them [2.2.1, 2.2.2].
constexpr unsigned kConnect = 0x10, kConnAck = 0x20, kPublish = 0x30, kPubAck = 0x40;
constexpr unsigned kSubscribe = 0x82, kSubAck = 0x90, kPingReq = 0xc0, kPingResp = 0xd0;
constexpr unsigned kDisconnect = 0xe0;
constexpr unsigned kTypeMask = 0xf0;
constexpr unsigned kQosMask = 0x06, kQos1 = 0x02, kDup = 0x08;  // flags of a PUBLISH [3.3.1]
constexpr unsigned kCleanSession = 0x02;                        // [3.1.2.4]
constexpr unsigned kProtocolLevel = 4;                          // 3.1.1
constexpr std::uint8_t kQosAsked = 1;
constexpr std::uint8_t kSubscriptionFailed = 0x80;  // [3.9.3]
constexpr std::uint8_t kConnAckCodeMax = 5;
constexpr std::size_t kLengthBytesMax = kFixedHeaderBytesMax - 1;

void put(std::string& out, unsigned byte) { out.push_back(static_cast<char>(byte)); }
void put_u16(std::string& out, std::size_t value) {
  put(out, static_cast<unsigned>(value >> 8));
  put(out, static_cast<unsigned>(value & 0xff));
}
void put_text(std::string& out, std::string_view text) {
  check(text.size() <= kTextBytesMax, "a text that MQTT can carry");
  put_u16(out, text.size());
  out += text;
}
void put_id(std::string& out, std::uint16_t id) {
  check(id != 0, "a packet id is not 0");
  put_u16(out, id);
}
void put_header(std::string& out, unsigned type, std::size_t length) {
  check(length <= kFrameBytesMax, "a frame that MQTT can carry");
  put(out, type);
  do {
    const auto low = static_cast<unsigned>(length & 0x7f);
    length >>= 7;
    put(out, length > 0 ? low | 0x80 : low);
  } while (length > 0);
}

unsigned byte_at(std::string_view input, std::size_t at) {
  return static_cast<unsigned char>(input[at]);
}
std::uint16_t u16_at(std::string_view input, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(input, at) << 8 | byte_at(input, at + 1));
}

tl::unexpected<Error> wrong(std::string what) {
  return fail(Code::invalid_argument,
              what + ": the peer breaks MQTT 3.1.1; see that the port is a broker's");
}

struct Header {
  std::size_t bytes;   // of the fixed header
  std::size_t length;  // of what follows
};

// [2.2.3]
Result<std::optional<Header>> read_header(std::string_view input) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthBytesMax; ++i) {
    if (1 + i >= input.size()) return std::nullopt;
    const unsigned byte = byte_at(input, 1 + i);
    length |= static_cast<std::size_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) return Header{2 + i, length};
  }
  return wrong("a length of more than four bytes");
}

// The packets of a fixed length; the body is whole.
Result<Packet> read_fixed(unsigned type, std::string_view body) {
  if (type == kPingResp) return PingResp{};
  if (type == kConnAck) {
    const unsigned session = byte_at(body, 0), code = byte_at(body, 1);
    if (session > 1 || (session == 1 && code != 0))
      return wrong(fmt::format("a CONNACK with flags {} and code {}", session, code));
    return ConnAck{static_cast<std::uint8_t>(code)};
  }
  const std::uint16_t id = u16_at(body, 0);
  if (id == 0) return wrong("an answer to the packet 0");
  if (type == kPubAck) return PubAck{id};
  const unsigned granted = byte_at(body, 2);
  if (granted > kQosAsked && granted != kSubscriptionFailed)
    return wrong(fmt::format("a SUBACK with the code {}", granted));
  return SubAck{id, granted == kSubscriptionFailed};
}

// The length of what follows the fixed header of a packet that has one length only.
std::optional<std::size_t> fixed_length(unsigned type) {
  switch (type) {
    case kConnAck:
    case kPubAck:
      return 2;
    case kSubAck:
      return 3;  // one filter in each SUBSCRIBE
    case kPingResp:
      return 0;
    default:
      return std::nullopt;
  }
}

bool is_topic_name(std::string_view topic) {  // [4.7.1, 4.7.3]
  return !topic.empty() && topic.find_first_of(std::string_view("+#\0", 3)) == topic.npos &&
         is_utf8(topic);
}

// frame: the whole, or what has come of it.
Result<std::optional<Publish>> read_publish(std::string_view frame, Header header,
                                            std::size_t payload_bytes_max) {
  const unsigned flags = byte_at(frame, 0);
  const unsigned qos = flags & kQosMask;
  if (qos > kQos1) return wrong("a PUBLISH with QoS 2 or 3, which was not subscribed to");
  if (qos == 0 && (flags & kDup) != 0) return wrong("a repeated PUBLISH with QoS 0");
  const std::size_t id_bytes = qos == 0 ? 0 : 2;
  if (header.length < 2 + id_bytes) return wrong("a PUBLISH that ends within its head");
  if (frame.size() < header.bytes + 2) return std::nullopt;
  const std::size_t topic_bytes = u16_at(frame, header.bytes);
  const std::size_t head = 2 + topic_bytes + id_bytes;
  if (header.length < head) return wrong("a PUBLISH that ends within its head");
  if (frame.size() < header.bytes + head) return std::nullopt;
  Publish out{frame.substr(header.bytes + 2, topic_bytes), {}, 0, false};
  if (!is_topic_name(out.topic)) return wrong("a PUBLISH without a valid topic");
  if (qos != 0) {
    out.id = u16_at(frame, header.bytes + head - 2);
    if (out.id == 0) return wrong("a PUBLISH with the packet id 0");
  }
  const std::size_t payload_bytes = header.length - head;
  out.too_large = payload_bytes > payload_bytes_max;
  if (out.too_large) return out;
  if (frame.size() < header.bytes + header.length) return std::nullopt;
  out.payload = frame.substr(header.bytes + head, payload_bytes);
  return out;
}

}  // namespace

void encode_connect(std::string& out, std::string_view client_id, std::uint16_t keep_alive_s,
                    bool clean_session) {
  constexpr std::string_view kProtocol = "MQTT";
  put_header(out, kConnect, 2 + kProtocol.size() + 1 + 1 + 2 + 2 + client_id.size());
  put_text(out, kProtocol);
  put(out, kProtocolLevel);
  put(out, clean_session ? kCleanSession : 0);
  put_u16(out, keep_alive_s);
  put_text(out, client_id);
}

void encode_subscribe(std::string& out, std::uint16_t id, std::string_view filter) {
  put_header(out, kSubscribe, 2 + 2 + filter.size() + 1);
  put_id(out, id);
  put_text(out, filter);
  put(out, kQosAsked);
}

void encode_publish(std::string& out, std::optional<std::uint16_t> id, std::string_view topic,
                    std::string_view payload) {
  put_header(out, kPublish | (id ? kQos1 : 0), 2 + topic.size() + (id ? 2 : 0) + payload.size());
  put_text(out, topic);
  if (id) put_id(out, *id);
  out += payload;
}

void encode_puback(std::string& out, std::uint16_t id) {
  put_header(out, kPubAck, 2);
  put_id(out, id);
}

void encode_pingreq(std::string& out) { put_header(out, kPingReq, 0); }
void encode_disconnect(std::string& out) { put_header(out, kDisconnect, 0); }

Result<std::optional<Frame>> decode(std::string_view input, std::size_t payload_bytes_max) {
  if (input.empty()) return std::nullopt;
  const unsigned first = byte_at(input, 0);
  const bool publish = (first & kTypeMask) == kPublish;
  const std::optional<std::size_t> fixed = fixed_length(first);
  if (!publish && !fixed) return wrong(fmt::format("a packet that begins with {:#04x}", first));
  const auto header = read_header(input);
  if (!header) return fail(header.error());
  if (!*header) return std::nullopt;
  const auto [header_bytes, length] = **header;
  const std::size_t bytes = header_bytes + length;
  input = input.substr(0, bytes);
  if (publish) {
    const auto read = read_publish(input, **header, payload_bytes_max);
    if (!read) return fail(read.error());
    if (!*read) return std::nullopt;
    return Frame{**read, bytes};
  }
  if (length != *fixed)
    return wrong(fmt::format("{} bytes in a packet that begins with {:#04x}", length, first));
  if (input.size() < bytes) return std::nullopt;
  auto read = read_fixed(first, input.substr(header_bytes));
  if (!read) return fail(read.error());
  return Frame{*read, bytes};
}

std::string connack_text(std::uint8_t code) {
  static constexpr std::string_view kTexts[kConnAckCodeMax + 1] = {
      "accepted",
      "the broker does not take MQTT 3.1.1; use one that does",
      "the broker does not take the client id; it has to be the name that its rules allow",
      "the broker's MQTT service is not available; see its log",
      "the broker does not take user name or password; give this client a certificate that it "
      "knows",
      "the broker does not let this client in; see its access rules and the client's certificate"};
  if (code > kConnAckCodeMax)
    return fmt::format("the broker refused with the code {}, which MQTT 3.1.1 does not have", code);
  return fmt::format("{} (MQTT return code {})", kTexts[code], code);
}

}  // namespace trayline::bus
