// The packets of MQTT 3.1.1 that a client with QoS 0 and 1 writes and reads (OASIS standard of
// 29 October 2014; the numbers in brackets are its sections). Pure; knows no connection.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "lib/base/result.hpp"

namespace trayline::bus {

inline constexpr std::size_t kFrameBytesMax = 268'435'455;  // after the fixed header [2.2.3]
inline constexpr std::size_t kFixedHeaderBytesMax = 5;
inline constexpr std::size_t kTextBytesMax = 65'535;  // of a topic or an id [1.5.3]
// The most of a PUBLISH that stands before its payload.
inline constexpr std::size_t kPublishHeadBytesMax = kFixedHeaderBytesMax + 2 + kTextBytesMax + 2;

// Each encode_ appends one frame. Texts are UTF-8 without NUL and of at most kTextBytesMax, frames
// of at most kFrameBytesMax, ids of packets are not 0: the caller's promise, checked.
void encode_connect(std::string& out, std::string_view client_id, std::uint16_t keep_alive_s,
                    bool clean_session);
// Asks for QoS 1.
void encode_subscribe(std::string& out, std::uint16_t id, std::string_view filter);
// Not retained, sent for the first time; QoS 1, without an id QoS 0.
void encode_publish(std::string& out, std::optional<std::uint16_t> id, std::string_view topic,
                    std::string_view payload);
void encode_puback(std::string& out, std::uint16_t id);
void encode_pingreq(std::string& out);
void encode_disconnect(std::string& out);

struct ConnAck {
  std::uint8_t code;  // 0: accepted; see connack_text
};
struct SubAck {
  std::uint16_t id;
  bool refused;
};
struct PubAck {
  std::uint16_t id;
};
struct PingResp {};
// Views of the input. DUP and RETAIN are not told: a receiver treats all deliveries alike.
struct Publish {
  std::string_view topic;
  std::string_view payload;  // empty where it is too large
  std::uint16_t id;          // 0: QoS 0, nothing to answer
  bool too_large;
};
using Packet = std::variant<ConnAck, SubAck, PubAck, PingResp, Publish>;

struct Frame {
  Packet packet;
  // Of the whole frame. Beyond the input's size only for a Publish that is too large: it is told
  // before its payload has come, which nobody needs to keep.
  std::size_t bytes;
};

// The first frame of the input; nullopt: it is not there as a whole yet. Strict: what a broker
// must not send to this client is invalid_argument with the reason, and the connection is of no
// more use [4.8]. Keeping the input until the frame is whole takes at most
// kPublishHeadBytesMax + payload_bytes_max.
Result<std::optional<Frame>> decode(std::string_view input, std::size_t payload_bytes_max);

// Why the broker refused a connection and what to do about it [3.2.2.3].
std::string connack_text(std::uint8_t code);

}  // namespace trayline::bus
