// Commands from their JSON lines.
#include <array>

#include "lib/base/describe.hpp"
#include "lib/base/encoding.hpp"
#include "sim/tray/clip.hpp"

namespace trayline::tray {
namespace {

constexpr std::array kVerbs{Verb::put,   Verb::add,    Verb::take,
                            Verb::nudge, Verb::remove, Verb::quit};

struct Item {
  std::string sku;
  std::int64_t count = 1;
  static void describe(auto& member, auto& self) {
    member("sku", self.sku);
    member.defaulted("count", self.count);
  }
};
struct Put {
  std::vector<Item> items;
  std::optional<std::string> qr;
  std::optional<std::string> qr_base64url;
  bool phone = false;
  bool touching = false;
  static void describe(auto& member, auto& self) {
    member("items", self.items);
    member("qr", self.qr);
    member("qr_base64url", self.qr_base64url);
    member.defaulted("phone", self.phone);
    member.defaulted("touching", self.touching);
  }
};

Result<void> add_item(Command& command, const Item& item) {
  if (!is_name(item.sku)) return fail(Code::invalid_argument, "sku: not a name");
  if (item.count < 1 || item.count > kItemsMax) {
    return fail(Code::invalid_argument, "count: 1 to 40");
  }
  command.skus.insert(command.skus.end(), static_cast<std::size_t>(item.count), item.sku);
  if (command.skus.size() > static_cast<std::size_t>(kItemsMax)) {
    return fail(Code::exhausted, "items: at most 40");
  }
  return {};
}

Result<void> read_put(Command& command, const Json& body) {
  const Result<Put> put = from_json<Put>(body);
  if (!put) return fail(put.error());
  for (const Item& item : put->items) {
    if (const Result<void> added = add_item(command, item); !added) return added;
  }
  if (put->qr && put->qr_base64url) {
    return fail(Code::invalid_argument, "qr and qr_base64url exclude each other");
  }
  if (put->qr) command.code = *put->qr;
  if (put->qr_base64url) {
    const Result<Bytes> bytes = from_base64url(*put->qr_base64url);
    if (!bytes) return fail(bytes.error());
    command.code = as_text(*bytes);
  }
  if (command.code.size() > kCodeBytesMax) {
    return fail(Code::invalid_argument, "a code holds at most 26 bytes");
  }
  command.on_phone = put->phone;
  command.spacing.touching = put->touching;
  return {};
}

}  // namespace

std::string_view to_string(Verb verb) {
  constexpr std::array<std::string_view, 6> names{"put", "add", "take", "nudge", "remove", "quit"};
  return names[static_cast<std::size_t>(verb)];
}

Result<Command> parse_command(std::string_view line) {
  const Result<Json> json = parse_json(line);
  if (!json) return fail(json.error());
  if (json->as_object() == nullptr) return fail(Code::invalid_argument, "expected an object");
  Command command;
  const Json* body = nullptr;
  for (const Verb verb : kVerbs) {
    const Json* found = json->as_object()->find(to_string(verb));
    if (found == nullptr) continue;
    if (body != nullptr) return fail(Code::invalid_argument, "more than one verb");
    body = found;
    command.verb = verb;
  }
  if (body == nullptr) {
    return fail(Code::invalid_argument, "expected one of put add take nudge remove quit");
  }
  command.id = json->text_at("id");
  if (command.verb == Verb::put) {
    if (const Result<void> put = read_put(command, *body); !put) return fail(put.error());
  } else if (command.verb == Verb::add || command.verb == Verb::take) {
    const Result<Item> item = from_json<Item>(*body);
    if (!item) return fail(item.error());
    const Result<void> added = add_item(command, {item->sku, 1});
    if (!added) return fail(added.error());
  }
  return command;
}

}  // namespace trayline::tray
