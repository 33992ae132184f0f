// The folder in which a store on one machine keeps what it needs between starts: keys,
// certificates, the gallery, databases, logs. Locked while one launcher uses it.
#pragma once
#include <string>

#include "lib/base/result.hpp"

namespace trayline::up {

class StateFolder {
 public:
  // Makes what is missing. conflict: another launcher has it; unavailable: the disk says no.
  static Result<StateFolder> open(const std::string& dir);
  StateFolder(StateFolder&& other) noexcept;
  StateFolder& operator=(StateFolder&&) = delete;
  ~StateFolder();

  const std::string& dir() const { return dir_; }
  std::string path(const std::string& name) const { return dir_ + "/" + name; }
  std::string log(const std::string& program) const { return path("logs/" + program + ".log"); }

 private:
  StateFolder(std::string dir, int lock) : dir_(std::move(dir)), lock_(lock) {}
  std::string dir_;
  int lock_;
};

// TRAYLINE_STATE; else .trayline beside the entry script that the program was built under; else
// .trayline in the working folder.
std::string default_state_dir();
// The folder of the running program, where its neighbours are.
std::string program_folder();

// Beside its place, then renamed. unavailable with the reason.
Result<void> write_text(const std::string& path, const std::string& text);
// Empty where there is none.
std::string read_text(const std::string& path);

}  // namespace trayline::up
