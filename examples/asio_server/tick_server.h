// A server that sends its client a sign of life every hour.
#ifndef EXAMPLES_ASIO_SERVER_TICK_SERVER_H_
#define EXAMPLES_ASIO_SERVER_TICK_SERVER_H_

#include <boost/asio.hpp>

#include <memory>
#include <thread>

class TickServer {
 public:
  /// Listens on a free port of this machine, in a thread of its own.
  static std::shared_ptr<TickServer> Start();
  ~TickServer();

  [[nodiscard]] unsigned short port() const;
  /// Makes the session end, and waits for that.
  void HangUp();
  /// Stops the server, no matter what the session waits for.
  void Stop();

 private:
  TickServer();
  boost::asio::awaitable<void> Session(std::shared_ptr<TickServer> self);

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer next_tick_;
  bool hanging_up_ = false;
  std::thread thread_;
};

#endif  // EXAMPLES_ASIO_SERVER_TICK_SERVER_H_
