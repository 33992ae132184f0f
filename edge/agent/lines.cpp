#include "edge/agent/lines.hpp"

#include <algorithm>

#include "lib/base/ids.hpp"

namespace trayline::agent {
namespace {

BadLine bad(std::int64_t id, std::string code, std::string why) {
  return BadLine{id, std::move(code), std::move(why)};
}

std::string clipped(std::string text) {
  if (text.size() <= kTextBytesMax) return text;
  std::size_t end = kTextBytesMax;
  // Not inside a character of UTF-8.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

bool is_level(std::string_view level, bool last, bool wildcards) {
  if (wildcards && (level == "+" || (level == "#" && last))) return true;
  return is_name(level);
}

bool levels_fit(std::string_view text, bool wildcards) {
  if (text.size() > kTopicBytesMax) return false;
  for (;;) {
    const std::size_t slash = text.find('/');
    const bool last = slash == std::string_view::npos;
    if (!is_level(text.substr(0, slash), last, wildcards)) return false;
    if (last) return true;
    text.remove_prefix(slash + 1);
  }
}

Line parse_publish(const Json& json, std::int64_t id) {
  Publish pub{id, json.text_at("topic"), "", false, Class::normal, json.text_at("key")};
  if (!is_local_topic(pub.topic))
    return bad(id, "bad_topic", "topic must be levels of [A-Za-z0-9_-]");
  const std::string to = json.text_at("to");
  if (to != "local" && to != "cloud") return bad(id, "bad_json", "to must be local or cloud");
  pub.to_cloud = to == "cloud";
  const Json* body = json.at("body");
  if (body == nullptr) return bad(id, "bad_json", "body is required");
  pub.payload = body->dump();
  const std::string cls = json.text_at("class");
  if (cls == "critical") {
    pub.cls = Class::critical;
  } else if (cls == "latest") {
    pub.cls = Class::latest;
  } else if (!cls.empty() && cls != "normal") {
    return bad(id, "bad_json", "class must be critical, normal or latest");
  }
  if (pub.key.size() > kKeyBytesMax || (!pub.key.empty() && !is_name(pub.key))) {
    return bad(id, "bad_json", "key must be [A-Za-z0-9_-]{1,64}");
  }
  return pub;
}

Line parse_health(const Json& json) {
  Health health;
  if (const Json* state = json.at("state"); state != nullptr && state->as_string() != nullptr) {
    health.state = clipped(*state->as_string());
  }
  health.detail = clipped(json.text_at("detail"));
  health.progress = json.int_at("progress");
  return health;
}

Line parse_metric(const Json& json, std::int64_t id) {
  Metric metric{json.text_at("name"), 0};
  if (!is_name(metric.name)) return bad(id, "bad_json", "name must be [A-Za-z0-9_-]{1,64}");
  const Json* value = json.at("value");
  if (value != nullptr && value->as_double() != nullptr) {
    metric.value = *value->as_double();
  } else if (value != nullptr && value->as_int() != nullptr) {
    metric.value = static_cast<double>(*value->as_int());
  } else {
    return bad(id, "bad_json", "value must be a number");
  }
  return metric;
}

std::string with_end(const Json& json) { return json.dump() + "\n"; }

}  // namespace

std::string_view to_string(Class cls) {
  switch (cls) {
    case Class::critical:
      return "critical";
    case Class::latest:
      return "latest";
    case Class::normal:
      break;
  }
  return "normal";
}

Line parse_line(std::string_view text) {
  const Result<Json> json =
      parse_json(text, {.bytes_max = kLineBytesMax, .depth_max = kLineDepthMax});
  if (!json) return bad(-1, "bad_json", json.error().detail);
  if (json->as_object() == nullptr) return bad(-1, "bad_json", "a line is one object");
  const std::int64_t id = json->int_at("id", -1);
  const std::string verb = json->text_at("verb");
  if (verb == "pub") return parse_publish(*json, id);
  if (verb == "ack") {
    const Json* dropped = json->at("dropped");
    const bool drop = dropped != nullptr && dropped->as_bool() != nullptr && *dropped->as_bool();
    return Handled{json->int_at("msg"), drop};
  }
  if (verb == "nack") {
    return NotHandled{json->int_at("msg"), std::max<std::int64_t>(0, json->int_at("retry_ms"))};
  }
  if (verb == "sub") {
    const std::string filter = json->text_at("topic");
    if (!is_local_filter(filter)) return bad(id, "bad_topic", "topic is no filter");
    return Subscribe{id, filter};
  }
  if (verb == "health") return parse_health(*json);
  if (verb == "metric") return parse_metric(*json, id);
  if (verb == "hello") return Hello{id};
  if (verb == "config_ok") return ConfigAnswer{json->int_at("rev"), ""};
  if (verb == "config_bad") {
    const std::string why = clipped(json->text_at("why"));
    return ConfigAnswer{json->int_at("rev"), why.empty() ? "no reason given" : why};
  }
  return bad(id, "unknown", "unknown verb \"" + clipped(verb) + "\"");
}

bool is_local_topic(std::string_view text) { return levels_fit(text, false); }
bool is_local_filter(std::string_view text) { return levels_fit(text, true); }

std::string ok_line(std::int64_t id, std::int64_t seq) {
  return with_end(Json::object({{"verb", "ok"}, {"id", id}, {"seq", seq}}));
}

std::string err_line(const BadLine& bad) {
  return with_end(
      Json::object({{"verb", "err"}, {"id", bad.id}, {"code", bad.code}, {"why", bad.why}}));
}

std::string msg_line(const Delivery& d) {
  // The body is JSON already; it is not parsed again to be printed again.
  std::string line = Json::object({{"verb", "msg"},
                                   {"msg", d.msg},
                                   {"topic", d.topic},
                                   {"attempt", d.attempt},
                                   {"age_ms", d.age_ms}})
                         .dump();
  line.pop_back();
  return line + ",\"body\":" + d.body + "}\n";
}

std::string welcome_line(const Json& welcome) {
  Json::Object line;
  line.set("verb", "welcome");
  for (const auto& [name, value] : *welcome.as_object()) line.set(name, value);
  return with_end(Json(std::move(line)));
}

std::string stop_line(std::int64_t deadline_ms) {
  return with_end(Json::object({{"verb", "stop"}, {"deadline_ms", deadline_ms}}));
}

std::vector<LineBuffer::Item> LineBuffer::feed(std::string_view bytes) {
  std::vector<Item> items;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (!skipping_ && rest_.size() + piece.size() > kLineBytesMax) {
      skipping_ = true;
      items.emplace_back(TooLong{});
    }
    if (skipping_) {
      rest_.clear();
    } else {
      rest_.append(piece);
    }
    if (end == std::string_view::npos) break;
    if (!skipping_) items.emplace_back(std::exchange(rest_, std::string()));
    skipping_ = false;
    bytes.remove_prefix(end + 1);
  }
  return items;
}

}  // namespace trayline::agent
