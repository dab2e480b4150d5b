#include "greeting_server.h"

#include <pthread.h>

#include <stdexcept>

namespace greeting {

GreetingServer::GreetingServer() : port_(server_.bind_to_any_port("127.0.0.1")) {
  if (port_ < 0) throw std::runtime_error("no free port on 127.0.0.1");
  server_.Get("/greet", [](const httplib::Request& request, httplib::Response& response) {
    response.set_content("Hello, " + request.get_param_value("name") + "!", "text/plain");
  });
}

std::shared_ptr<GreetingServer> GreetingServer::Start() {
  std::shared_ptr<GreetingServer> self(new GreetingServer());
  self->listener_ = std::thread([self] {
    pthread_setname_np(pthread_self(), "greeting-server");
    self->server_.listen_after_bind();
  });
  return self;
}

void GreetingServer::Stop() {
  // stop() only stops a server that is already listening.
  while (!server_.is_running()) std::this_thread::yield();
  server_.stop();
  listener_.join();
}

}  // namespace greeting
