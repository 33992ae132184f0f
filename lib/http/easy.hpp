// One request on a libcurl easy handle: how it is set up, how its outcome reads as a Result. Shared
// by Client and fetch(); inside lib/http only. Knows no loop.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "lib/http/client.hpp"

namespace trayline::http {

class Easy {
 public:
  Easy();
  ~Easy();
  Easy(const Easy&) = delete;
  Easy& operator=(const Easy&) = delete;

  // invalid_argument: method, header or URL scheme that curl must not see. total_timeout false:
  // the caller bounds the time itself.
  Result<void> prepare(ClientRequest request, std::size_t body_bytes_max, bool total_timeout);
  // Pieces of the body go here instead of into the response.
  void on_piece(std::function<void(std::string_view)> piece);

  // The outcome, by curl's code (CURLcode); the response is moved out.
  Result<Response> outcome(int curl_code);
  // For a transfer that is given up, because of what.
  Error given_up(std::string_view why) const;
  // What has come of the response so far.
  Response take_response();

  void* handle() const;  // CURL*, for the multi or easy interface

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trayline::http
