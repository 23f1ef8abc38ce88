// libmicrohttpd's variadic functions and a macro, as plain functions: Swift cannot use them otherwise.
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

typedef void *(*face_began)(void *self, const char *uri, struct MHD_Connection *connection);

// A daemon on 127.0.0.1 without threads of its own, driven through its epoll descriptor.
static inline struct MHD_Daemon *face_start(
    uint16_t port, void *self, face_began began, MHD_AccessHandlerCallback answer,
    MHD_RequestCompletedCallback ended) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return MHD_start_daemon(
      MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, port, NULL, NULL, answer, self,
      MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_URI_LOG_CALLBACK, began, self,
      MHD_OPTION_NOTIFY_COMPLETED, ended, self, MHD_OPTION_END);
}
static inline int face_epoll(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
  return info ? info->epoll_fd : -1;
}
static inline uint16_t face_port(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info ? info->port : 0;
}
static inline int face_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}
// Dissolves the association of a connected TCP socket, which resets the connection (connect(2)).
static inline void face_reset(struct MHD_Connection *connection) {
  struct sockaddr nobody;
  memset(&nobody, 0, sizeof nobody);
  nobody.sa_family = AF_UNSPEC;
  connect(face_socket(connection), &nobody, sizeof nobody);
}
// A body of a length nobody is told: it ends where the connection does.
static inline struct MHD_Response *face_unmeasured(
    MHD_ContentReaderCallback reader, void *exchange) {
  struct MHD_Response *response =
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1024, reader, exchange, NULL);
  if (response)
    MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
  return response;
}
static const ssize_t face_end = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t face_broken = MHD_CONTENT_READER_END_WITH_ERROR;
