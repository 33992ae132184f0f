// Where things stand, what is unknown, and how it is told.
#include "lib/config/trail.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace trayline::config {
namespace {

constexpr std::string_view kPrefix = "TRAYLINE_";
constexpr std::size_t kSuggestionDistanceMax = 2;

// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

std::string suggestion(std::string_view key, const std::vector<std::string>& known) {
  constexpr std::size_t kKeyBytesMax = 64;
  const std::string* best = nullptr;
  std::size_t best_distance = kSuggestionDistanceMax + 1;
  for (const std::string& candidate : known) {
    if (key.size() > kKeyBytesMax) break;
    const std::size_t d = distance(key, candidate);
    if (d < best_distance && d < candidate.size()) {
      best = &candidate;
      best_distance = d;
    }
  }
  return best == nullptr ? "" : fmt::format("; did you mean {}?", *best);
}

char variable_char(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
}

}  // namespace

Environment process_environment() {
  Environment environment;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (text.starts_with(kPrefix) && equals != std::string_view::npos)
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

Trail::Step::Step(Trail& trail, std::string_view name)
    : trail_(trail),
      pointer_(trail.pointer_.size()),
      path_(trail.path_.size()),
      variable_(trail.variable_.size()),
      in_array_(trail.in_array_) {
  trail.pointer_.append("/").append(name);
  if (!trail.path_.empty()) trail.path_ += '.';
  trail.path_ += name;
  trail.variable_ += '_';
  for (const char c : name) trail.variable_ += variable_char(c);
}

Trail::Step::Step(Trail& trail, std::size_t index)
    : trail_(trail),
      pointer_(trail.pointer_.size()),
      path_(trail.path_.size()),
      variable_(trail.variable_.size()),
      in_array_(trail.in_array_) {
  trail.pointer_ += fmt::format("/{}", index);
  trail.path_ += fmt::format("[{}]", index);
  trail.in_array_ = true;
}

Trail::Step::~Step() {
  trail_.pointer_.resize(pointer_);
  trail_.path_.resize(path_);
  trail_.variable_.resize(variable_);
  trail_.in_array_ = in_array_;
}

const std::string* Trail::variable() const {
  if (in_array_) return nullptr;
  const auto found = environment_.find(variable_);
  return found == environment_.end() ? nullptr : &found->second;
}

// The place of a value, or of the nearest table around it that the file has.
Position Trail::place(const std::string& pointer) const {
  std::string at = pointer;
  for (;;) {
    if (const auto found = document_.entries.find(at); found != document_.entries.end())
      return found->second;
    if (const auto found = document_.keys.find(at); found != document_.keys.end())
      return found->second;
    if (at.empty()) return {};
    at.resize(at.rfind('/'));
  }
}

void Trail::problem_at(const std::string& below, std::string detail) {
  ++problem_count_;
  if (problems_.size() >= kProblemsMax) return;
  std::string path = path_;
  for (const char c : below) path += c == '/' ? '.' : c;
  if (!path.empty()) path += ": ";
  if (overridden_) {
    problems_.push_back({std::nullopt, fmt::format("{}: {}{}", variable_, path, detail)});
    return;
  }
  const Position at = place(pointer_ + below);
  problems_.push_back(
      {at, fmt::format("{}:{}:{}: {}{}", document_.name, at.line, at.column, path, detail)});
}

void Trail::complain(std::string_view key, std::string detail) {
  const Step step(*this, key);
  overridden_ = variable() != nullptr;
  problem(std::move(detail));
  overridden_ = false;
}

void Trail::refuse_unknown(const Json::Object& object, const std::vector<std::string>& known) {
  for (const auto& [key, value] : object) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const Step step(*this, key);
    ++problem_count_;
    if (problems_.size() >= kProblemsMax) continue;
    const auto found = document_.keys.find(pointer_);
    const Position at = found == document_.keys.end() ? place(pointer_) : found->second;
    problems_.push_back({at, fmt::format("{}:{}:{}: {}: unknown key{}", document_.name, at.line,
                                         at.column, path_, suggestion(key, known))});
  }
}

void Trail::forget_after(std::size_t count) {
  problems_.resize(std::min(count, problems_.size()));
  problem_count_ = count;
}

Result<void> Trail::result() const {
  if (problem_count_ == 0) return {};
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.position < b.position; });
  std::string text;
  for (const Problem& p : sorted) text += fmt::format("{}{}", text.empty() ? "" : "\n", p.text);
  if (problem_count_ > problems_.size())
    text += fmt::format("\nand {} more", problem_count_ - problems_.size());
  return fail(Code::invalid_argument, std::move(text));
}

}  // namespace trayline::config
