#include "sim/stripe/journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace trayline::stripe_sim {
namespace {

constexpr std::size_t line_bytes_max = 4 << 20;

}  // namespace

std::string encode_journal_line(const std::vector<Change>& changes) {
  std::string line = "[";
  for (const Change& change : changes) {
    if (line.size() > 1) line += ',';
    line += R"({"table":")";
    line += to_string(change.table);
    line += R"(","id":)" + Json(change.id).dump() + R"(,"value":)" + change.value.dump() + "}";
  }
  return line + "]\n";
}

Result<std::vector<Change>> decode_journal_line(std::string_view line) {
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

Journal::Journal(Journal&& other) noexcept { *this = std::move(other); }

Journal& Journal::operator=(Journal&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(fd_, other.fd_);
  std::swap(sync_, other.sync_);
  return *this;
}

Journal::~Journal() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> Journal::refused() const {
  return fail(Code::unavailable, file_ + " cannot be written: " + std::strerror(errno));
}

Result<Journal> Journal::open(const std::string& file, bool sync, const Apply& apply) {
  Journal journal(file, ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600), sync);
  if (journal.fd_ < 0) return fail(journal.refused().error());
  if (::flock(journal.fd_, LOCK_EX | LOCK_NB) != 0) {
    return fail(Code::unavailable, file + " is used by another process");
  }
  std::ifstream in(file, std::ios::binary);
  off_t whole = 0;
  std::string line;
  for (int number = 1; in && std::getline(in, line) && !in.eof(); ++number) {
    auto changes = decode_journal_line(line);
    if (!changes) {
      return fail(Code::invalid_argument,
                  file + ":" + std::to_string(number) + ": " + changes.error().detail);
    }
    apply(std::move(*changes));
    whole += static_cast<off_t>(line.size()) + 1;
  }
  if (::ftruncate(journal.fd_, whole) != 0) return fail(journal.refused().error());
  return journal;
}

Result<void> Journal::append(const std::vector<Change>& changes) {
  const std::string line = encode_journal_line(changes);
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t count = ::write(fd_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refused();
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  if (sync_ && ::fdatasync(fd_) != 0) return refused();
  return {};
}

Result<void> Journal::clear() {
  if (::ftruncate(fd_, 0) != 0) return refused();
  return {};
}

}  // namespace trayline::stripe_sim
