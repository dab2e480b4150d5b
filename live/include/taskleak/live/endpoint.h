// Pages about what is alive, for any HTTP server.
#ifndef TASKLEAK_LIVE_ENDPOINT_H_
#define TASKLEAK_LIVE_ENDPOINT_H_

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace taskleak::live {

/// What an Endpoint answers, and to whom.
struct EndpointOptions {
  std::string prefix = "/debug/tasks";  ///< begins with '/' and does not end so
  bool go_paths = false;  ///< also answer /debug/pprof/goroutine, where Go's tools look
  std::string token;      ///< if not empty, requests must carry `Authorization: Bearer TOKEN`
  std::chrono::seconds longest_diff{60};  ///< most that /diff?seconds= waits
  std::size_t most_sites = 50;            ///< as for CollectMetrics()
};

/// Answers requests; knows nothing of connections. Thread-safe.
///
/// | path | answer |
/// |---|---|
/// | PREFIX/ | a page; `?debug=1` ToStackText, `?debug=2` ToUnitText, `?format=json|folded|pprof` |
/// | PREFIX/count | "threads 12", "unjoined 0", "tasks 3", a line each; `?format=json` |
/// | PREFIX/diff?seconds=N | what changed within the next N seconds; `&format=json` |
/// | PREFIX/diff?base=ID | what changed since a capture that is still kept (FindCapture) |
/// | PREFIX/metrics | ToOpenMetrics |
///
/// Example: see Mount() below.
class Endpoint {
 public:
  /// What somebody asks.
  struct Request {
    std::string method;                             ///< "GET" or "HEAD"; all else is refused
    std::string path;                               ///< without the query
    std::map<std::string, std::string> parameters;  ///< of the query, decoded
    std::string authorization;                      ///< of the header with that name
  };
  /// What it is answered.
  struct Response {
    int status = 200;                                        ///< of HTTP
    std::string content_type = "text/plain; charset=utf-8";  ///< the header of that name
    std::string body;                            ///< UTF-8 text, or a compressed profile
    std::map<std::string, std::string> headers;  ///< more of them
  };

  /// Throws std::invalid_argument if the prefix is bad, or the token has characters that a header
  /// cannot carry.
  explicit Endpoint(EndpointOptions options = {});
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// Does not throw: what goes wrong is an answer with the status 500. A /diff?seconds= blocks its
  /// caller; while one does, others are refused.
  [[nodiscard]] Response Handle(const Request& request) noexcept;

  /// The paths that it answers.
  [[nodiscard]] std::vector<std::string> Paths() const;

  /// Ends a /diff that is waiting, and refuses to wait from now on: for when the server stops.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Lets a server of cpp-httplib (any version, or what looks like it) answer the endpoint's paths.
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
      Endpoint::Request asked{request.method, request.path, {}, {}};
      asked.parameters.insert(request.params.begin(), request.params.end());
      asked.authorization = request.get_header_value("Authorization");
      Endpoint::Response answer = endpoint->Handle(asked);
      response.status = answer.status;
      // Older versions take nothing but C's strings.
      // NOLINTBEGIN(readability-redundant-string-cstr)
      for (const auto& [name, value] : answer.headers)
        response.set_header(name.c_str(), value.c_str());
      response.set_content(answer.body, answer.content_type.c_str());
      // NOLINTEND(readability-redundant-string-cstr)
    });
  }
}

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_ENDPOINT_H_
