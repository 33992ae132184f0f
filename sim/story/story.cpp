#include "sim/story/story.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "lib/base/check.hpp"
#include "sim/story/assets.hpp"

namespace trayline::story {
namespace {

using Words = std::vector<std::string>;

Words split(std::string_view text) {
  std::istringstream in{std::string(text)};
  Words words;
  for (std::string word; in >> word;) words.push_back(std::move(word));
  return words;
}

Result<void> expected(const std::string& wanted, const std::string& seen) {
  return fail(Code::invalid_argument, "expected " + wanted + ", saw " + seen);
}

// "2 roll soup": a count before a SKU, else one.
Result<Items> items_from(const Words& words, std::size_t from, std::size_t to) {
  Items items;
  std::int64_t count = 1;
  for (std::size_t i = from; i < to; ++i) {
    const bool number =
        std::all_of(words[i].begin(), words[i].end(), [](char c) { return c >= '0' && c <= '9'; });
    if (number && words[i].size() <= 3) {
      count = std::stoll(words[i]);
      continue;
    }
    if (!is_name(words[i])) return fail(Code::invalid_argument, words[i] + " is no SKU");
    items.push_back({Sku(words[i]), count});
    count = 1;
  }
  if (items.empty()) return fail(Code::invalid_argument, "no items are named");
  return items;
}

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text.empty() ? "nothing" : text;
}

// Waits until look() gives the wanted word; tells the last one otherwise.
Result<void> wait_for(World& world, const std::string& wanted,
                      const std::function<Result<std::string>()>& look) {
  std::string last = "nothing";
  const auto there = [&] {
    const Result<std::string> now = look();
    last = now ? *now : now.error().detail;
    return now && *now == wanted;
  };
  if (world.until(there)) return {};
  return expected(wanted, last);
}

// customer ann card visa
Result<void> customer(World& world, const Words& w) {
  if (w.size() != 3 || w[1] != "card") {
    return fail(Code::invalid_argument, "customer NAME card KIND");
  }
  return world.join(w[0], w[2]);
}

// orders ann 1 soup 2 roll
Result<void> orders(World& world, const Words& w) {
  if (w.size() < 2) return fail(Code::invalid_argument, "orders NAME ITEMS");
  const Result<Items> items = items_from(w, 1, w.size());
  if (!items) return fail(items.error());
  return world.order(w[0], *items);
}

// order ann authorised
Result<void> order(World& world, const Words& w) {
  if (w.size() != 2) return fail(Code::invalid_argument, "order NAME STATE");
  return wait_for(world, w[1], [&] { return world.order_state(w[0]); });
}

// streams ann paid
Result<void> streams(World& world, const Words& w) {
  if (w.size() != 2) return fail(Code::invalid_argument, "streams NAME STATE");
  return wait_for(world, w[1], [&] { return world.streamed_state(w[0]); });
}

// tray 1 soup 2 roll code ann | tray add roll | tray take roll | tray nudged | tray removed
Result<void> tray(World& world, const Words& w) {
  if (w.empty())
    return fail(Code::invalid_argument, "tray ITEMS [code NAME] or what happens to it");
  if (w[0] == "nudged") return world.nudge_tray();
  if (w[0] == "removed") return world.remove_tray();
  if (w[0] == "add" && w.size() == 2) return world.add_to_tray(Sku(w[1]));
  if (w[0] == "take" && w.size() == 2) return world.take_from_tray(Sku(w[1]));
  std::size_t end = w.size();
  std::optional<std::string> code;
  if (w.size() >= 3 && w[w.size() - 2] == "code") {
    code = w.back();
    end -= 2;
  }
  const Result<Items> items = items_from(w, 0, end);
  if (!items) return fail(items.error());
  return world.put_tray(*items, code);
}

// shows mismatch missing roll extra apple
Result<void> shows(World& world, const Words& w) {
  if (w.empty())
    return fail(Code::invalid_argument, "shows STATUS [missing SKU...] [extra SKU...]");
  std::map<std::string, Words> wanted;
  std::string list;
  for (std::size_t i = 1; i < w.size(); ++i) {
    if (w[i] == "missing" || w[i] == "extra") {
      list = w[i];
    } else if (list.empty()) {
      return fail(Code::invalid_argument, "expected missing or extra before " + w[i]);
    } else {
      wanted[list].push_back(w[i]);
    }
  }
  std::string last = "nothing";
  const auto there = [&] {
    const Result<Painted> now = world.screen();
    if (!now) {
      last = now.error().detail;
      return false;
    }
    last = now->status + " missing " + joined(now->missing) + " extra " + joined(now->extra);
    return now->status == w[0] && now->missing == wanted["missing"] &&
           now->extra == wanted["extra"];
  };
  if (world.until(there)) return {};
  return expected(joined(w), last);
}

// charged ann once | charged ann never
Result<void> charged(World& world, const Words& w) {
  const bool once = w.size() == 2 && w[1] == "once";
  if (w.size() != 2 || (!once && w[1] != "never")) {
    return fail(Code::invalid_argument, "charged NAME once or never");
  }
  world.settle();
  const Result<Charged> now = world.charges(w[0]);
  if (!now) return fail(now.error());
  if (now->times != (once ? 1 : 0)) return expected(w[1], std::to_string(now->times) + " charges");
  if (!once) return {};
  const Result<std::int64_t> total = world.order_total_minor(w[0]);
  if (!total) return fail(total.error());
  if (now->minor == *total) return {};
  return expected("a charge of " + std::to_string(*total), std::to_string(now->minor));
}

// notified ann paid
Result<void> notified(World& world, const Words& w) {
  if (w.size() != 2) return fail(Code::invalid_argument, "notified NAME STATUS");
  return wait_for(world, w[1], [&]() -> Result<std::string> {
    const Result<Words> all = world.notified(w[0]);
    if (!all) return fail(all.error());
    const bool there = std::find(all->begin(), all->end(), w[1]) != all->end();
    return there ? w[1] : joined(*all);
  });
}

// kept 2: so many predictions wait at the edge for the cloud's answer
Result<void> kept(World& world, const Words& w) {
  if (w.size() != 1) return fail(Code::invalid_argument, "kept NUMBER");
  return wait_for(world, w[0], [&]() -> Result<std::string> {
    const Result<std::size_t> now = world.waiting();
    if (!now) return fail(now.error());
    return std::to_string(*now);
  });
}

// cancels ann
Result<void> cancels(World& world, const Words& w) {
  if (w.size() != 1) return fail(Code::invalid_argument, "cancels NAME");
  return world.cancel(w[0]);
}

// cloud cut | back | holding | killed | started
Result<void> cloud(World& world, const Words& w) {
  const std::string what = w.size() == 1 ? w[0] : "";
  if (what == "cut") return world.cut_off();
  if (what == "back") return world.reconnect();
  if (what == "holding") return world.hold_capture_answers();
  if (what == "killed") return world.kill_cloud_at_capture();
  if (what == "started") return world.start_cloud();
  return fail(Code::invalid_argument, "cloud cut, back, holding, killed or started");
}

struct Verb {
  std::string_view name;
  Result<void> (*act)(World&, const Words&);
};
constexpr std::array kVerbs = {
    Verb{"customer", customer}, Verb{"orders", orders},     Verb{"order", order},
    Verb{"streams", streams},   Verb{"tray", tray},         Verb{"shows", shows},
    Verb{"charged", charged},   Verb{"notified", notified}, Verb{"kept", kept},
    Verb{"cancels", cancels},   Verb{"cloud", cloud}};

const Verb* find_verb(std::string_view name) {
  const auto* found =
      std::find_if(kVerbs.begin(), kVerbs.end(), [&](const Verb& v) { return v.name == name; });
  return found == kVerbs.end() ? nullptr : found;
}

std::string at(const Line& line) {
  return "line " + std::to_string(line.number) + " (" + line.text + "): ";
}

}  // namespace

Result<Story> parse(std::string_view name, std::string_view text) {
  Story story;
  story.name = std::string(name);
  std::istringstream in{std::string(text)};
  int number = 0;
  for (std::string raw; std::getline(in, raw);) {
    ++number;
    if (raw.starts_with("story ")) story.title = raw.substr(6);
    if (raw.starts_with("outcome ")) story.outcome = raw.substr(8);
    const Words words = split(raw);
    if (words.empty() || words[0].starts_with("#") || words[0] == "story" ||
        words[0] == "outcome") {
      continue;
    }
    Line line{number, words[0], Words(words.begin() + 1, words.end()), raw};
    if (find_verb(line.verb) == nullptr) {
      return fail(Code::invalid_argument,
                  at(line) + "no such verb; docs/spec/stories.md lists them");
    }
    story.lines.push_back(std::move(line));
  }
  if (story.title.empty() || story.outcome.empty() || story.lines.empty()) {
    return fail(Code::invalid_argument, story.name + ": a story has a title, an outcome and lines");
  }
  return story;
}

Result<void> play(const Story& story, World& world, const Progress& progress) {
  for (const Line& line : story.lines) {
    if (progress) progress(line);
    const Result<void> done = find_verb(line.verb)->act(world, line.words);
    if (!done) return fail(done.error().code, story.name + ", " + at(line) + done.error().detail);
  }
  return {};
}

std::vector<Story> all() {
  constexpr std::array kNames = {"1_order_ahead", "2_mismatch", "3_cloud_unreachable",
                                 "4_killed_between_capture_and_commit", "5_nudged_tray"};
  std::vector<Story> stories;
  for (const std::string name : kNames) {
    const auto text = asset("../../tests/scenarios/" + name + ".scn");
    check(text.has_value(), "a story that was not compiled in");
    Result<Story> story = parse(name, *text);
    check(story.has_value(), "a story that cannot be read");
    stories.push_back(std::move(*story));
  }
  return stories;
}

}  // namespace trayline::story
