// Sending codes.
#include "cloud/accounts/code_mail.hpp"

#include <cstdio>

#include "cloud/accounts/password.hpp"
#include "lib/base/log.hpp"

namespace trayline::accounts {

CodeSink console_sink() {
  return [](const CodeMail& mail, const std::function<void(Result<void>)>& done) {
    const std::string line = "code for " + mail.username + ": " + mail.code + "\n";
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
    done({});
  };
}

void CodeExecutor::execute(std::vector<host::Claimed> effects, host::Done done) {
  for (host::Claimed& effect : effects) {
    const std::string purpose = effect.body.text_at("purpose");
    const std::string owner = code_owner(purpose, effect.body.text_at("username_key"));
    const Time expires = from_ms(effect.body.int_at("expires_ms"));
    host::Outcome outcome{.id = effect.id, .result = {}, .retry_after = {}, .error = {}};
    const Result<std::string> code = sealer_.open_sealed(effect.body.text_at("sealed_code"), owner);
    if (!code || expires <= clock_.now()) {
      log(Level::warning, "a code was not sent", {{"expired", code.has_value()}});
      done({std::move(outcome)});
      continue;
    }
    CodeMail mail{.username = effect.body.text_at("username"),
                  .address = effect.body.text_at("address"),
                  .purpose = purpose,
                  .code = *code,
                  .expires = expires};
    sink_(std::move(mail), [done, outcome, tries = effect.tries](const Result<void>& sent) mutable {
      if (!sent) {
        outcome.retry_after = host::retry_delay(tries);
        outcome.error = sent.error().detail;
      }
      done({std::move(outcome)});
    });
  }
}

}  // namespace trayline::accounts
