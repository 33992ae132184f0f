#include "lib/base/json.hpp"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>
#include <charconv>
#include <cmath>
#include <set>

namespace trayline {
namespace {

namespace bj = boost::json;

constexpr std::size_t kSearchedMembers = 16;  // of an object; more are looked up in a tree
constexpr std::size_t kMembersAtOnce = 8;  // that an object finds room for when it gets the first

// Builds a Json from the parser's events. Refuses duplicate members, which a document model of
// the library would silently merge.
class Builder {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  Json result;
  std::string refusal;

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_object_begin(bj::error_code&) { return open(Json(Json::Object{})); }
  bool on_object_end(std::size_t, bj::error_code&) { return close(); }
  bool on_array_begin(bj::error_code&) { return open(Json(Json::Array{})); }
  bool on_array_end(std::size_t, bj::error_code&) { return close(); }
  bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) { return gather(part); }
  bool on_key(bj::string_view part, std::size_t, bj::error_code& ec) {
    gather(part);
    Level& top = levels_.back();
    top.key = std::move(text_);
    text_.clear();
    return is_new(top) || refuse("member \"" + top.key + "\" twice", ec);
  }
  bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) { return gather(part); }
  bool on_string(bj::string_view part, std::size_t, bj::error_code&) {
    gather(part);
    Json value(std::move(text_));
    text_.clear();
    return put(std::move(value));
  }
  bool on_number_part(bj::string_view, bj::error_code&) { return true; }
  bool on_int64(std::int64_t v, bj::string_view, bj::error_code&) { return put(Json(v)); }
  bool on_uint64(std::uint64_t, bj::string_view, bj::error_code& ec) {
    return refuse("an integer beyond 64 bits with sign", ec);
  }
  bool on_double(double v, bj::string_view text, bj::error_code& ec) {
    // The parser turns integers too long for 64 bits into doubles: refuse those, never round.
    const bool integer = text.find_first_of(".eE") == bj::string_view::npos;
    if (integer && std::abs(v) >= 9.2e18) return refuse("an integer beyond 64 bits with sign", ec);
    // Its doubles may be off in the last digit; what dump() prints has to be read as what it was.
    double exact = v;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exact);
    if (error != std::errc() || end != text.data() + text.size()) exact = v;
    if (!std::isfinite(exact)) return refuse("a number beyond the range of a double", ec);
    return put(Json(exact));
  }
  bool on_bool(bool v, bj::error_code&) { return put(Json(v)); }
  bool on_null(bj::error_code&) { return put(Json()); }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

 private:
  struct Level {
    Json value;
    std::string key;
    std::set<std::string> keys;  // of an object with many members
  };

  static bool is_new(Level& top) {
    const Json::Object& object = *top.value.as_object();
    if (object.size() < kSearchedMembers) return object.find(top.key) == nullptr;
    if (top.keys.empty()) {
      for (const auto& [name, value] : object) top.keys.insert(name);
    }
    return top.keys.insert(top.key).second;
  }

  bool gather(bj::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool open(Json container) {
    levels_.push_back(Level{std::move(container), {}, {}});
    return true;
  }
  bool close() {
    Json done = std::move(levels_.back().value);
    levels_.pop_back();
    return put(std::move(done));
  }
  bool put(Json value) {
    if (levels_.empty()) {
      result = std::move(value);
    } else if (Json::Array* array = levels_.back().value.as_array()) {
      array->push_back(std::move(value));
    } else {
      levels_.back().value.as_object()->set(levels_.back().key, std::move(value));
    }
    return true;
  }
  bool refuse(std::string why, bj::error_code& ec) {
    refusal = std::move(why);
    ec = bj::make_error_code(bj::error::syntax);
    return false;
  }

  std::vector<Level> levels_;
  std::string text_;
};

void write_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  }
}

void write_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;  // where what is copied as it is begins
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(plain, i - plain);
    write_escaped(out, c);
    plain = i + 1;
  }
  out += text.substr(plain);
  out += '"';
}

void write(std::string& out, const Json& json) {
  if (const bool* b = json.as_bool()) {
    out += *b ? "true" : "false";
  } else if (const std::int64_t* i = json.as_int()) {
    out += fmt::format_int(*i).c_str();
  } else if (const double* d = json.as_double()) {
    // "-0" would be read as the integer 0, which prints otherwise.
    out += !std::isfinite(*d) ? "null" : *d == 0 ? "0" : fmt::format("{}", *d);
  } else if (const std::string* s = json.as_string()) {
    write_string(out, *s);
  } else if (const Json::Array* a = json.as_array()) {
    out += '[';
    for (std::size_t k = 0; k < a->size(); ++k) {
      if (k != 0) out += ',';
      write(out, (*a)[k]);
    }
    out += ']';
  } else if (const Json::Object* o = json.as_object()) {
    out += '{';
    bool first = true;
    for (const auto& [name, value] : *o) {
      if (!first) out += ',';
      first = false;
      write_string(out, name);
      out += ':';
      write(out, value);
    }
    out += '}';
  } else {
    out += "null";
  }
}

}  // namespace

const Json* Json::Object::find(std::string_view name) const {
  for (const auto& member : members_) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

Json* Json::Object::find(std::string_view name) {
  return const_cast<Json*>(std::as_const(*this).find(name));
}

Json::Object& Json::Object::set(std::string_view name, Json value) {
  if (Json* present = find(name)) {
    *present = std::move(value);
  } else {
    if (members_.empty()) members_.reserve(kMembersAtOnce);
    members_.emplace_back(std::string(name), std::move(value));
  }
  return *this;
}

void Json::Object::erase(std::string_view name) {
  std::erase_if(members_, [&](const auto& member) { return member.first == name; });
}

bool Json::Object::operator==(const Object& other) const { return members_ == other.members_; }

Json Json::object(std::initializer_list<std::pair<std::string_view, Json>> members) {
  Object object;
  for (const auto& [name, value] : members) object.set(name, value);
  return Json(std::move(object));
}

const Json* Json::step(std::string_view name) const {
  const Object* object = as_object();
  return object == nullptr ? nullptr : object->find(name);
}

const Json* Json::step(std::size_t index) const {
  const Array* array = as_array();
  return array == nullptr || index >= array->size() ? nullptr : &(*array)[index];
}

std::string Json::text_at(std::string_view name) const {
  const Json* member = step(name);
  const std::string* text = member == nullptr ? nullptr : member->as_string();
  return text == nullptr ? std::string() : *text;
}

std::int64_t Json::int_at(std::string_view name, std::int64_t otherwise) const {
  const Json* member = step(name);
  const std::int64_t* number = member == nullptr ? nullptr : member->as_int();
  return number == nullptr ? otherwise : *number;
}

std::string Json::dump() const {
  std::string out;
  write(out, *this);
  return out;
}

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return fail(Code::exhausted, fmt::format("{} bytes of JSON, at most {} are accepted",
                                             text.size(), limits.bytes_max));
  }
  bj::parse_options options;
  options.max_depth = limits.depth_max;
  bj::basic_parser<Builder> parser(options);
  bj::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  const std::string& refusal = parser.handler().refusal;
  if (!refusal.empty()) {
    return fail(Code::invalid_argument, fmt::format("{} (before byte {})", refusal, used));
  }
  if (!ec && used < text.size()) {
    return fail(Code::invalid_argument, fmt::format("more after the JSON text (byte {})", used));
  }
  if (ec) {
    return fail(Code::invalid_argument, fmt::format("not JSON: {} (byte {})", ec.message(), used));
  }
  return std::move(parser.handler().result);
}

}  // namespace trayline
