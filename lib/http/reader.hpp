// Reads one request after the other from bytes: a step function without sockets, timers or routes.
// Refuses what RFC 9112 tells a server to refuse. Beast's parser is behind it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lib/http/server.hpp"

namespace trayline::http {

class RequestReader {
 public:
  explicit RequestReader(std::size_t header_bytes_max);
  ~RequestReader();

  enum class Step {
    need_more,  // nothing wrong so far; feed again with the bytes not consumed and more behind them
    head,       // the head is complete; when has_body(), feed goes on with the body
    done,       // the body is complete
    broken,     // see status() and detail(); nothing more can be read from this connection
  };
  // Takes a prefix of the bytes and says in consumed how long it was.
  Step feed(std::string_view bytes, std::size_t& consumed);
  // Forgets the request and begins with the next one.
  void reset();

  // From Step::head on: method, headers and, at the end, the body. path, params, query and peer
  // are not filled here.
  Request& request();
  const std::string& target() const;
  bool keep_alive() const;
  bool http10() const;
  bool has_body() const;
  // The client waits for 100 Continue before it sends its body.
  bool expects_continue() const;
  // To be called at Step::head: how much body is taken. False: the announced length is above it. A
  // chunked body is measured as it comes (broken, 413). Without keep the body is read and dropped.
  bool limit_body(std::size_t bytes_max, bool keep);
  std::uint64_t body_bytes() const;  // read so far

  // Of Step::broken: 400, 413, 417, 431 or 501, and why.
  int status() const;
  std::string_view detail() const;

 private:
  struct Parser;
  Step fail(int status, std::string_view detail);

  std::size_t header_bytes_max_;
  std::size_t head_bytes_ = 0;
  bool head_done_ = false;
  int status_ = 0;
  std::string_view detail_;
  std::unique_ptr<Parser> parser_;  // none between two requests
};

}  // namespace trayline::http
