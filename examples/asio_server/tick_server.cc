#include "tick_server.h"

#include <chrono>
#include <utility>

namespace asio = boost::asio;
using asio::ip::tcp;

TickServer::TickServer()
    : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}), next_tick_(context_) {}

std::shared_ptr<TickServer> TickServer::Start() {
  const std::shared_ptr<TickServer> server(new TickServer());
  asio::co_spawn(server->context_, server->Session(server), asio::detached);
  server->thread_ = std::thread([&context = server->context_] { context.run(); });
  return server;
}

// Must not run in the server's own thread, where a session may still end.
TickServer::~TickServer() { Stop(); }

unsigned short TickServer::port() const { return acceptor_.local_endpoint().port(); }

void TickServer::HangUp() {
  asio::post(context_, [this] {
    hanging_up_ = true;
    next_tick_.cancel();
    acceptor_.close();
  });
  if (thread_.joinable()) thread_.join();
}

void TickServer::Stop() {
  if (!thread_.joinable()) return;
  asio::post(context_, [this] { context_.stop(); });
  thread_.join();
}

// Keeps the server as long as it runs.
asio::awaitable<void> TickServer::Session(std::shared_ptr<TickServer> /*self*/) {
  tcp::socket client = co_await acceptor_.async_accept(asio::use_awaitable);
  while (!hanging_up_) {
    asio::write(client, asio::buffer("tick\n", 5));  // so little never blocks
    next_tick_.expires_after(std::chrono::hours(1));
    co_await next_tick_.async_wait(asio::use_awaitable);
  }
}
