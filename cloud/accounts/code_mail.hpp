// Carries out "accounts.code": sends a code to its user by whatever sink is set.
#pragma once
#include <functional>
#include <string>

#include "lib/auth/sealed.hpp"
#include "lib/base/clock.hpp"
#include "lib/host/effects.hpp"

namespace trayline::accounts {

struct CodeMail {
  std::string username;
  std::string address;
  std::string purpose;  // "sign_up"
  std::string code;
  Time expires;
};

// Sends one code and says once, from any thread, whether that worked. Called by the tick's thread,
// so it returns at once.
using CodeSink = std::function<void(CodeMail, std::function<void(Result<void>)>)>;

// Prints a line on standard output: for a store without mail.
CodeSink console_sink();

class CodeExecutor final : public host::Executor {
 public:
  CodeExecutor(const auth::Sealer& sealer, const Clock& clock, CodeSink sink)
      : sealer_(sealer), clock_(clock), sink_(std::move(sink)) {}
  bool carries(std::string_view kind) const override { return kind == "accounts.code"; }
  // An expired code is dropped; a sink that fails is asked again.
  void execute(std::vector<host::Claimed> effects, host::Done done) override;

 private:
  const auth::Sealer& sealer_;
  const Clock& clock_;
  CodeSink sink_;
};

}  // namespace trayline::accounts
