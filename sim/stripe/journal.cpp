#include "sim/stripe/journal.hpp"

#include <filesystem>

namespace trayline::stripe_sim {
namespace {

constexpr std::size_t line_bytes_max = 4 << 20;

std::string encode(const std::vector<Change>& changes) {
  Json::Array lines;
  for (const Change& change : changes) {
    lines.push_back(Json::object(
        {{"table", to_string(change.table)}, {"id", change.id}, {"value", change.value}}));
  }
  return Json(std::move(lines)).dump() + "\n";
}

Result<std::vector<Change>> decode(const std::string& line) {
  const auto json = parse_json(line, {.bytes_max = line_bytes_max});
  if (!json) return fail(json.error());
  if (json->as_array() == nullptr) return fail(Code::invalid_argument, "expected an array");
  std::vector<Change> changes;
  for (const Json& entry : *json->as_array()) {
    Change change;
    const Json* value = entry.at("value");
    if (!parse_table(entry.text_at("table"), change.table) || value == nullptr ||
        value->as_object() == nullptr) {
      return fail(Code::invalid_argument, "expected a table, an id and a value");
    }
    change.id = entry.text_at("id");
    change.value = *value;
    changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace

Result<Journal> Journal::open(const std::string& file,
                              const std::function<void(std::vector<Change>)>& apply) {
  Journal journal(file);
  std::ifstream in(file, std::ios::binary);
  std::uintmax_t whole = 0;
  std::string line;
  for (int number = 1; in && std::getline(in, line) && !in.eof(); ++number) {
    auto changes = decode(line);
    if (!changes) {
      return fail(Code::invalid_argument,
                  file + ":" + std::to_string(number) + ": " + changes.error().detail);
    }
    apply(std::move(*changes));
    whole += line.size() + 1;
  }
  in.close();
  std::error_code error;
  if (std::filesystem::exists(file, error)) std::filesystem::resize_file(file, whole, error);
  journal.out_.open(file, std::ios::binary | std::ios::app);
  if (error || !journal.out_) return fail(Code::unavailable, file + " cannot be written");
  return journal;
}

Result<void> Journal::append(const std::vector<Change>& changes) {
  out_ << encode(changes) << std::flush;
  if (out_) return {};
  return fail(Code::unavailable, file_ + " cannot be written");
}

Result<void> Journal::clear() {
  out_.close();
  out_.open(file_, std::ios::binary | std::ios::trunc);
  if (out_) return {};
  return fail(Code::unavailable, file_ + " cannot be written");
}

}  // namespace trayline::stripe_sim
