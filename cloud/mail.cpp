#include "cloud/mail.hpp"

#include "lib/base/json.hpp"

namespace trayline::cloud {

accounts::CodeSink mail_sink(Loop& loop, http::Client& client, std::string url) {
  return [&loop, &client, url = std::move(url)](accounts::CodeMail mail,
                                                std::function<void(Result<void>)> done) {
    http::ClientRequest request;
    request.method = "POST";
    request.url = url;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = Json::object({{"to", mail.address},
                                 {"username", mail.username},
                                 {"purpose", mail.purpose},
                                 {"code", mail.code},
                                 {"expires_at", to_rfc3339(mail.expires)}})
                       .dump();
    loop.post([&client, request = std::move(request), done = std::move(done)] {
      client.send(request, [done](Result<http::Response> response) {
        if (!response) return done(fail(response.error()));
        if (response->status / 100 == 2) return done({});
        done(fail(Code::unavailable, "mail: status " + std::to_string(response->status)));
      });
    });
  };
}

}  // namespace trayline::cloud
