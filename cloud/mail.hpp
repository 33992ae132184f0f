// Codes by mail: POSTed as JSON to an endpoint of the operator.
#pragma once
#include <string>

#include "cloud/accounts/code_mail.hpp"
#include "lib/http/client.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::cloud {

// {to, username, purpose, code, expires_at}; 2xx is success, anything else is tried again. loop and
// client must outlive it.
accounts::CodeSink mail_sink(Loop& loop, http::Client& client, std::string url);

}  // namespace trayline::cloud
