#include "standalone/doctor/judge.hpp"

#include <algorithm>

#include "lib/base/describe.hpp"

namespace trayline::doctor {
namespace {

std::string mebibytes(std::uint64_t bytes) {
  const std::uint64_t mib = bytes >> 20;
  return mib >= 10'240 ? std::to_string(mib >> 10) + " GiB" : std::to_string(mib) + " MiB";
}

}  // namespace

Line judge_port(const Port& port) {
  Line line{"ports", std::to_string(port.number) + ", " + port.what, Level::ok, "free", ""};
  if (!port.taken) return line;
  line.found = "taken";
  if (port.store_runs) {
    line.found += "; a store runs on this state folder";
    return line;
  }
  line.level = Level::warn;
  line.todo =
      "`trayline up` takes a free port instead and names it; to have this one, end the "
      "program that `ss -ltnp 'sport = :" +
      std::to_string(port.number) + "'` names";
  return line;
}

Line judge_disk(const std::string& folder, std::uint64_t free_bytes) {
  Line line{"disk", folder, Level::ok, mebibytes(free_bytes) + " free", ""};
  if (free_bytes >= kDiskWarnBytes) return line;
  line.level = free_bytes >= kDiskBadBytes ? Level::warn : Level::bad;
  line.todo = "pictures and orders need room: free some, or move the state folder to a larger disk";
  return line;
}

Line judge_certificate(const Certificate& certificate, Time now) {
  using std::chrono::days;
  Line line{"certificates", certificate.name, Level::ok, "", ""};
  const auto left = std::chrono::floor<days>(certificate.not_after - now).count();
  line.found = certificate.common_name + ", " + std::to_string(std::max<long>(left, 0)) +
               (left == 1 ? " day left" : " days left");
  if (certificate.not_before > now) {
    line.level = Level::bad;
    line.found = certificate.common_name + ", not valid yet";
    line.todo = "the clock of this machine is behind; set it (timedatectl)";
  } else if (certificate.not_after <= now) {
    line.level = Level::bad;
    line.found = certificate.common_name + ", has ended";
    line.todo =
        "move its folder away and make a new one: `trayline core create` for a core, "
        "`trayline up` for all others";
  } else if (left < kDaysWarn) {
    line.level = Level::warn;
    line.todo =
        "make a new one before it ends: `trayline core create` for a core, `trayline up` "
        "for all others, after its folder was moved away";
  }
  return line;
}

Line judge_holder(const Holder& holder) {
  Line line{"state", holder.lock, Level::ok, "nobody has it open", ""};
  if (holder.program.empty()) return line;
  line.found = "held by " + holder.program + ", process " + std::to_string(holder.pid);
  return line;
}

std::vector<Line> judge_books(const BooksSeen& books, Time now) {
  Line stopped{"payments", books.store, Level::ok, "money moves", ""};
  if (!books.stopped.empty()) {
    stopped.level = Level::bad;
    stopped.found = "stopped: " + books.stopped;
    stopped.todo =
        "run `trayline audit --provider`, mend what it names, then POST "
        "/v1/staff/payments/resume (docs/operations/run.md)";
  }
  Line compared{"payments", "comparison with the provider", Level::ok, "", ""};
  if (!books.differences) {
    compared.found = "not yet";
  } else if (*books.differences > 0) {
    compared.level = Level::bad;
    compared.found =
        std::to_string(*books.differences) + " differences at " + to_rfc3339(books.compared);
    compared.todo = "run `trayline audit --provider`: it names them";
  } else {
    compared.found = "no difference at " + to_rfc3339(books.compared);
    if (now - books.compared > kComparedWarn) {
      compared.level = Level::warn;
      compared.todo = "it should come every day: look into the cloud's log for what hinders it";
    }
  }
  Line parked{"payments", "events of the provider", Level::ok,
              std::to_string(books.parked) + " wait for their order", ""};
  return {stopped, compared, parked};
}

bool Report::ok() const {
  return std::none_of(lines.begin(), lines.end(),
                      [](const Line& line) { return line.level == Level::bad; });
}

Json to_json(const Report& report) {
  Json::Array lines;
  for (const Line& line : report.lines) {
    lines.push_back(Json::object({{"section", line.section},
                                  {"what", line.what},
                                  {"level", enum_name(line.level)},
                                  {"found", line.found},
                                  {"todo", line.todo}}));
  }
  Json::Object limits;
  for (const Limit& limit : report.limits) limits.set(limit.name, limit.value);
  return Json::object({{"ok", report.ok()},
                       {"lines", Json(std::move(lines))},
                       {"limits", Json(std::move(limits))}});
}

std::string to_text(const Report& report) {
  std::string text;
  std::string section;
  for (const Line& line : report.lines) {
    if (line.section != section) text += (text.empty() ? "" : "\n") + line.section + "\n";
    section = line.section;
    std::string level(enum_name(line.level));
    level.resize(5, ' ');
    text += "  " + level + " " + line.what + ": " + line.found + "\n";
    if (!line.todo.empty()) text += "        " + line.todo + "\n";
  }
  text += "\nlimits\n";
  for (const Limit& limit : report.limits) {
    std::string name = limit.name;
    name.resize(std::max<std::size_t>(name.size(), 40), ' ');
    text += "  " + name + " " + std::to_string(limit.value) + "\n";
  }
  return text;
}

}  // namespace trayline::doctor
