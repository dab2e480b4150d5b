// Serves pages about what is alive, through any HTTP server.
#ifndef TASKLEAK_LIVE_ENDPOINT_H_
#define TASKLEAK_LIVE_ENDPOINT_H_

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "taskleak/internal/require_cxx17.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::live {

/// Says which paths and requests an Endpoint answers.
struct EndpointOptions {
  std::string prefix = "/debug/tasks";  ///< begins with '/' and does not end with it
  bool go_paths = false;  ///< also answers /debug/pprof/goroutine, where Go's tools look
  std::string token;      ///< if not empty, requests must carry `Authorization: Bearer TOKEN`
  std::chrono::seconds longest_diff{60};  ///< the longest wait of /diff?seconds=
  std::size_t most_sites = 50;            ///< as for CollectMetrics()
};

/// Answers requests, whichever server receives them. Thread-safe.
///
/// | path | answer |
/// |---|---|
/// | PREFIX/ | a page; `?debug=1` ToStackText, `?debug=2` ToUnitText, `?format=json|folded|pprof` |
/// | PREFIX/count | "threads 12", "unjoined 0", "tasks 3", one per line; `?format=json` |
/// | PREFIX/diff?seconds=N | what changed within the next N seconds; `&format=json|html` |
/// | PREFIX/diff?base=ID | what changed since a capture that is still kept (FindCapture) |
/// | PREFIX/group?signature=S | a page: the group with that signature, with all its stacks |
/// | PREFIX/stuck | what cannot continue by itself, with the reason (FindStuck); `?format=json` |
/// | PREFIX/hour | a page: the counts that a Watch kept in the last hour; `?format=json` |
/// | PREFIX/metrics | ToOpenMetrics |
///
/// Example: see Mount() below.
class Endpoint {
 public:
  /// Holds a request.
  struct Request {
    std::string method;                             ///< "GET" or "HEAD"; others are refused
    std::string path;                               ///< without the query
    std::map<std::string, std::string> parameters;  ///< from the query, decoded
    std::string authorization;                      ///< value of the header Authorization
  };
  /// Holds an answer.
  struct Response {
    int status = 200;                                        ///< HTTP status code
    std::string content_type = "text/plain; charset=utf-8";  ///< value of the header Content-Type
    std::string body;                            ///< UTF-8 text, or a compressed profile
    std::map<std::string, std::string> headers;  ///< further headers
  };

  /// Makes an endpoint. Throws std::invalid_argument if the prefix is bad, or if the token has
  /// characters that a header cannot carry.
  explicit Endpoint(EndpointOptions options = {});
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// Answers a request. An error is an answer with the status 500. A /diff?seconds= blocks its
  /// caller; meanwhile, further ones are refused.
  [[nodiscard]] Response Handle(const Request& request) noexcept;

  /// Returns the paths that it answers.
  [[nodiscard]] std::vector<std::string> Paths() const;

  /// Ends a /diff that is waiting, and refuses to wait from now on. Call it when the server stops.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Answers a request that a server of cpp-httplib has received, whatever its path. Mount() makes
/// the server call it for the endpoint's paths.
template <typename HttplibRequest, typename HttplibResponse>
void AnswerRequest(Endpoint& endpoint, const HttplibRequest& request, HttplibResponse& response) {
  Endpoint::Request asked{request.method, request.path, {}, {}};
  asked.parameters.insert(request.params.begin(), request.params.end());
  asked.authorization = request.get_header_value("Authorization");
  const Endpoint::Response answer = endpoint.Handle(asked);
  response.status = answer.status;
  // Older versions take nothing but C's strings.
  // NOLINTBEGIN(readability-redundant-string-cstr)
  for (const auto& [name, value] : answer.headers) response.set_header(name.c_str(), value.c_str());
  response.set_content(answer.body, answer.content_type.c_str());
  // NOLINTEND(readability-redundant-string-cstr)
}

/// Makes a server of cpp-httplib (any version, or one with the same interface) answer the
/// endpoint's paths.
///
/// Example:
///   httplib::Server server;
///   taskleak::live::Mount(server, std::make_shared<taskleak::live::Endpoint>());
template <typename HttplibServer>
void Mount(HttplibServer& server, const std::shared_ptr<Endpoint>& endpoint) {
  for (const std::string& path : endpoint->Paths()) {
    std::string pattern;  // the server takes regular expressions
    for (const char c : path) {
      if (std::string_view(".[]{}()*+?^$|\\").find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
    server.Get(pattern, [endpoint](const auto& request, auto& response) {
      AnswerRequest(*endpoint, request, response);
    });
  }
}

}  // namespace taskleak::live
#pragma GCC visibility pop

#endif  // TASKLEAK_LIVE_ENDPOINT_H_
