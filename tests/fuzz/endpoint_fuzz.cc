// Any text as a request to the endpoint. The lines are the method, the path, the authorization, and
// then one parameter each. The answer must be one of the allowed ones and of bounded length, and
// must contain no data without the token.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "taskleak/live/endpoint.h"

namespace {

constexpr const char* kToken = "token";
constexpr std::size_t kMostBytes = std::size_t{1} << 20;

std::string NextLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string line(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using taskleak::live::Endpoint;
  static Endpoint* const endpoint = [] {
    taskleak::live::EndpointOptions options;
    options.token = kToken;
    options.go_paths = true;
    auto* const made = new Endpoint(options);
    made->Stop();  // so no request waits for a difference
    return made;
  }();
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Endpoint::Request request{NextLine(text), NextLine(text), {}, NextLine(text)};
  while (!text.empty()) {
    const std::string pair = NextLine(text);
    const std::size_t equals = pair.find('=');
    request.parameters.emplace(pair.substr(0, equals),
                               equals == std::string::npos ? "" : pair.substr(equals + 1));
  }
  const Endpoint::Response response = endpoint->Handle(request);
  static const std::set<int> kAnswers = {200, 400, 401, 404, 405, 503};
  if (!kAnswers.contains(response.status) || response.body.size() > kMostBytes) std::abort();
  if (response.status != 401 && request.authorization.find(kToken) == std::string::npos)
    std::abort();
  return 0;
}
