#include "http_get.h"

#include <fmt/format.h>
#include <httplib.h>

#include <cstddef>
#include <ctime>

namespace taskleak::cli {
namespace {

constexpr std::size_t kMostFetched = std::size_t{256} << 20U;
constexpr std::time_t kConnectSeconds = 5;
constexpr std::time_t kReadSeconds = 60;  // an endpoint looks before it answers

}  // namespace

std::string HttpGet(const std::string& url, const std::string& token, std::string* body) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return "only http:// is supported; put a tunnel in front";
  const std::size_t path = url.find('/', kScheme.size());
  httplib::Client client(url.substr(0, path));
  if (!client.is_valid()) return "this is not an address";
  client.set_connection_timeout(kConnectSeconds);
  client.set_read_timeout(kReadSeconds);
  if (!token.empty()) client.set_bearer_token_auth(token);
  bool too_large = false;
  const httplib::Result result = client.Get(path == std::string::npos ? "/" : url.substr(path),
                                            [&](const char* data, std::size_t size) {
                                              too_large = body->size() + size > kMostFetched;
                                              if (!too_large) body->append(data, size);
                                              return !too_large;
                                            });
  if (too_large) return fmt::format("the answer is larger than {} MB", kMostFetched >> 20U);
  if (!result) return "no answer: " + httplib::to_string(result.error());
  if (result->status != 200) return fmt::format("the answer is status {}", result->status);
  return {};
}

}  // namespace taskleak::cli
