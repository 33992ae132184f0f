// Where things stand, what is unknown, and how it is told.
#include "lib/config/reader.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

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

Reader::Step::Step(Reader& reader, std::string_view name)
    : reader_(reader),
      pointer_(reader.pointer_.size()),
      path_(reader.path_.size()),
      variable_(reader.variable_.size()),
      in_array_(reader.in_array_) {
  reader.pointer_.append("/").append(name);
  if (!reader.path_.empty()) reader.path_ += '.';
  reader.path_ += name;
  reader.variable_ += '_';
  for (const char c : name) reader.variable_ += variable_char(c);
}

Reader::Step::Step(Reader& reader, std::size_t index)
    : reader_(reader),
      pointer_(reader.pointer_.size()),
      path_(reader.path_.size()),
      variable_(reader.variable_.size()),
      in_array_(reader.in_array_) {
  reader.pointer_ += fmt::format("/{}", index);
  reader.path_ += fmt::format("[{}]", index);
  reader.in_array_ = true;
}

Reader::Step::~Step() {
  reader_.pointer_.resize(pointer_);
  reader_.path_.resize(path_);
  reader_.variable_.resize(variable_);
  reader_.in_array_ = in_array_;
}

const std::string* Reader::variable() const {
  if (in_array_) return nullptr;
  const auto found = environment_.find(variable_);
  return found == environment_.end() ? nullptr : &found->second;
}

Json Reader::number_or_bool(const std::string& text) {
  if (text == "true") return Json(true);
  if (text == "false") return Json(false);
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto r = std::from_chars(text.data(), end, whole); r.ec == std::errc() && r.ptr == end)
    return Json(whole);
  double real = 0;
  if (const auto r = std::from_chars(text.data(), end, real, std::chars_format::general);
      r.ec == std::errc() && r.ptr == end && real - real == 0)
    return Json(real);
  return Json(text);
}

// The place of a value, or of the nearest table around it that the file has.
Position Reader::place(const std::string& pointer) const {
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

void Reader::problem_at(const std::string& below, std::string detail) {
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

void Reader::complain(std::string_view key, std::string detail) {
  const Step step(*this, key);
  overridden_ = variable() != nullptr;
  problem(std::move(detail));
  overridden_ = false;
}

void Reader::refuse_unknown() {
  if (frame_->object != nullptr) refuse_unknown_of(*frame_->object, frame_->known);
}

void Reader::refuse_unknown_of(const Json::Object& object, const std::vector<std::string>& known) {
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

Result<void> Reader::result() const {
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
