#include "sim/stripe/expand.hpp"

#include <array>

namespace trayline::stripe_sim {
namespace {

constexpr std::size_t steps_max = 4;  // docs.stripe.com/api/expanding_objects

struct Expandable {
  std::string_view name;
  Table table;
};
constexpr std::array expandables{
    Expandable{"customer", Table::customers},
    Expandable{"payment_method", Table::methods},
    Expandable{"payment_intent", Table::intents},
    Expandable{"charge", Table::charges},
    Expandable{"latest_charge", Table::charges},
    Expandable{"default_payment_method", Table::methods},
};

// Replaces the id at the first step, then goes on inside the object. False where it cannot.
bool expand_step(const Work& work, Json& object, std::string_view path, std::size_t depth) {
  if (depth == 0 || object.as_object() == nullptr) return false;
  const std::size_t dot = std::min(path.find('.'), path.size());
  const std::string_view name = path.substr(0, dot);
  Json* member = object.as_object()->find(name);
  if (member == nullptr) return false;
  if (const std::string* id = member->as_string()) {
    const Json* found = nullptr;
    for (const Expandable& e : expandables) {
      if (e.name == name) found = work.find(e.table, *id);
    }
    if (found == nullptr) return false;
    *member = public_view(*found);
  }
  if (dot == path.size() || member->is_null()) return true;
  return expand_step(work, *member, path.substr(dot + 1), depth - 1);
}

bool expand_path(const Work& work, Json& body, std::string_view path) {
  constexpr std::string_view data = "data.";
  if (body.text_at("object") != "list") return expand_step(work, body, path, steps_max);
  if (!path.starts_with(data)) return false;
  for (Json& row : *body.as_object()->find("data")->as_array()) {
    if (!expand_step(work, row, path.substr(data.size()), steps_max)) return false;
  }
  return true;
}

}  // namespace

std::optional<Reply> expand(const Work& work, const Json& params, Json& body) {
  for (const std::string& path : texts_at(params, "expand")) {
    if (expand_path(work, body, path)) continue;
    return invalid("", "expand", "This property cannot be expanded (" + path + ").");
  }
  return std::nullopt;
}

}  // namespace trayline::stripe_sim
