#include "standalone/up/once.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "sim/story/story.hpp"

namespace trayline::up {
namespace {

// Trays of the renderer: on a folder of photos such a story cannot be played.
bool needs_renderer(const story::Story& story) {
  return std::any_of(story.lines.begin(), story.lines.end(),
                     [](const story::Line& line) { return line.verb == "tray"; });
}

// What people order or put down in it.
std::set<std::string> skus_of(const story::Story& story) {
  static const std::set<std::string> kOther{"add", "take", "nudged", "removed"};
  std::set<std::string> skus;
  for (const story::Line& line : story.lines) {
    if (line.verb != "orders" && line.verb != "tray") continue;
    for (std::size_t i = line.verb == "orders" ? 1 : 0; i < line.words.size(); ++i) {
      const std::string& word = line.words[i];
      if (word == "code") break;
      if (word.find_first_not_of("0123456789") != std::string::npos) skus.insert(word);
    }
  }
  for (const std::string& word : kOther) skus.erase(word);
  return skus;
}

// Why it cannot be played here; empty where it can.
std::string obstacle(const story::Story& story, const Launch& launch) {
  if (!launch.renders() && needs_renderer(story)) return "it needs the renderer's camera";
  std::set<std::string> missing = skus_of(story);
  for (const cloud::ItemEntry& item : launch.store().item) missing.erase(item.sku.value);
  return missing.empty() ? "" : "this store does not sell " + *missing.begin();
}

std::string in_seconds(std::int64_t ms) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f s", static_cast<double>(ms) / 1000);
  return text;
}

StoryPlayed play_one(const story::Story& story, Launch& launch, ProcessWorld& world,
                     const std::function<void(const std::string&)>& say) {
  StoryPlayed out{story.name, story.outcome, false, false, {}, 0};
  if (const std::string why = obstacle(story, launch); !why.empty()) {
    out.skipped = out.ok = true;
    say("story \"" + story.title + "\": skipped, " + why);
    return out;
  }
  say("story \"" + story.title + "\"");
  const Millis start = launch.clock().monotonic();
  const Result<void> played =
      story::play(story, world, [&](const story::Line& line) { say("  " + line.text); });
  out.ms = (launch.clock().monotonic() - start).count();
  out.ok = played.has_value();
  if (out.ok) {
    say("  ok: " + story.outcome + " (" + in_seconds(out.ms) + ")");
    return out;
  }
  out.why = launch.stopping() ? "stopped" : played.error().detail;
  say("  " + std::string(launch.stopping() ? "" : "FAILED: ") + out.why);
  if (!launch.stopping()) world.mend();
  return out;
}

Result<std::vector<Charge>> ledger_of(const std::string& url) {
  const Result<Json> ledger = ask_for({"GET", url + "/_sim/charges", {}, {}});
  if (!ledger) return fail(ledger.error());
  const Json* list = ledger->at("charges");
  if (list == nullptr || list->as_array() == nullptr) {
    return fail(Code::unavailable, "the simulator's ledger has no charges");
  }
  std::vector<Charge> out;
  for (const Json& charge : *list->as_array()) {
    out.push_back({charge.text_at("order"), charge.int_at("captured") - charge.int_at("refunded")});
  }
  return out;
}

}  // namespace

Books compare_books(const std::vector<OrderRead>& orders, const std::vector<Charge>& charges) {
  std::multimap<std::string, std::int64_t> of;
  for (const Charge& charge : charges) of.emplace(charge.order, charge.minor);
  Books books;
  for (const OrderRead& order : orders) {
    const auto [begin, end] = of.equal_range(order.id);
    const auto count = static_cast<std::int64_t>(std::distance(begin, end));
    const bool paid = order.state == "paid";
    const bool right =
        std::any_of(begin, end, [&](const auto& c) { return c.second == order.total_minor; });
    ++books.orders;
    books.captured += count;
    books.doubled += std::max<std::int64_t>(0, count - (paid ? 1 : 0));
    books.missing += paid && !right ? 1 : 0;
  }
  return books;
}

bool Played::ok() const {
  const bool stories_ok = std::all_of(stories.begin(), stories.end(),
                                      [](const StoryPlayed& story) { return story.ok; });
  return !stories.empty() && stories_ok && why.empty() && books.doubled == 0 && books.missing == 0;
}

Played play_all(Launch& launch, const std::function<void(const std::string&)>& say) {
  Played out;
  ProcessWorld world(launch);
  for (const story::Story& story : story::all()) {
    if (launch.stopping()) break;
    out.stories.push_back(play_one(story, launch, world, say));
  }
  if (launch.stopping()) {
    out.why = "stopped";
    return out;
  }
  const auto orders = world.orders();
  const auto charges = ledger_of(launch.stripe_url());
  if (orders && charges) {
    out.books = compare_books(*orders, *charges);
  } else {
    out.why = "the books cannot be compared: " +
              (orders ? charges.error().detail : orders.error().detail);
    say(out.why);
  }
  return out;
}

Json to_json(const Played& played) {
  Json::Array stories;
  for (const StoryPlayed& story : played.stories) {
    Json::Object row;
    row.set("name", story.name).set("outcome", story.outcome).set("ok", story.ok);
    row.set("ms", story.ms);
    if (story.skipped) row.set("skipped", true);
    if (!story.why.empty()) row.set("why", story.why);
    stories.push_back(Json(std::move(row)));
  }
  return Json::object({{"ok", played.ok()},
                       {"stories", std::move(stories)},
                       {"charges", Json::object({{"orders", played.books.orders},
                                                 {"captured", played.books.captured},
                                                 {"double", played.books.doubled},
                                                 {"missing", played.books.missing}})}});
}

}  // namespace trayline::up
