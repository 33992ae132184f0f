// A statement that is wrong, by its name: a failed check that says whose it is.
#pragma once
#include <string>
#include <string_view>

#include "lib/base/check.hpp"

namespace trayline::store {

// It may be seen later than it was sent, while another service works.
class WrongStatement : public Broken {
 public:
  WrongStatement(const std::string& what, std::string_view statement)
      : Broken(what), statement_(statement) {}
  const std::string& statement() const { return statement_; }  // "<service>.<file>"

 private:
  std::string statement_;
};

// As a failed check(): ends the process outside of a tick.
[[noreturn]] inline void statement_failed(std::string_view statement, std::string_view what,
                                          const char* file = __builtin_FILE(),
                                          int line = __builtin_LINE()) {
  try {
    check_failed(what, file, line);
  } catch (const Broken& broken) {
    throw WrongStatement(broken.what(), statement);
  }
}

}  // namespace trayline::store
