// The topic that brings trays, and what its sender hears of a message that cannot be read.
#include "cloud/orders/service.hpp"
#include "lib/base/check.hpp"
#include "lib/base/digest.hpp"

namespace trayline::orders {
namespace {

Result<host::Message> decode_prediction(const std::string& env, const wire::UpTopic& topic,
                                        const std::string& payload) {
  check(topic.resource.env == env, "a message of another environment reached a decoder");
  Result<wire::Prediction> p = from_json_text<wire::Prediction>(payload);
  if (!p) return fail(p.error());
  if (const std::string why = wire::problem_of(*p); !why.empty()) {
    return fail(Code::invalid_argument, why);
  }
  if (p->core != topic.resource.core) {
    return fail(Code::permission_denied, "core is not the one that the topic names");
  }
  const std::string hash = sha256_hex(payload);
  return host::to<wire::orders::In>(wire::orders::kService,
                                    wire::orders::TraySeen{std::move(*p), hash});
}

// Where an id can be read the refusal names it, and the payload's hash in any case.
std::vector<bus::Message> refuse_prediction(const wire::UpTopic& topic, const std::string& payload,
                                            const Error& error) {
  wire::Ack ack;
  ack.payload_sha256 = sha256_hex(payload);
  if (const Result<Json> json = parse_json(payload); json) {
    if (const std::string id = json->text_at("id"); is_uuid7(id)) ack.prediction = PredictionId(id);
  }
  ack.result = wire::AckResult::refused;
  ack.reason = error.detail;
  return {{wire::down_topic(topic.resource, "agent", "acks"), to_json_text(ack)}};
}

}  // namespace

std::vector<host::Topic> topics(const std::string& env) {
  const auto decode = [env](const wire::UpTopic& topic, const std::string& payload) {
    return decode_prediction(env, topic, payload);
  };
  return {{"camera/predictions", decode, refuse_prediction}};
}

}  // namespace trayline::orders
