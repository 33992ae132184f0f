// Stories as text: what people do and what must follow. No variables, no loops;
// docs/spec/stories.md lists the verbs. The parser and the runner; the worlds are elsewhere.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "sim/story/world.hpp"

namespace trayline::story {

struct Line {
  int number = 0;  // in the file
  std::string verb;
  std::vector<std::string> words;  // after the verb
  std::string text;
};

struct Story {
  std::string name;     // of the file, without its ending
  std::string title;    // from the line "story ..."
  std::string outcome;  // what its last line claims, in words
  std::vector<Line> lines;
};

// invalid_argument with "line N: ..." where a line says nothing that we understand.
Result<Story> parse(std::string_view name, std::string_view text);

// Plays it. The error says which line failed and what was seen instead.
using Progress = std::function<void(const Line&)>;
Result<void> play(const Story& story, World& world, const Progress& progress = {});

// The stories that come with the product, in order.
std::vector<Story> all();

}  // namespace trayline::story
