// libcurl's variadic functions, one plain function for each kind of argument: Swift cannot call the
// variadic ones.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

static inline CURLcode curl_set_number(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_text(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_writer(CURL *easy, CURLoption option, curl_write_callback value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_get_number(CURL *easy, CURLINFO fact, long *value) {
  return curl_easy_getinfo(easy, fact, value);
}
static inline CURLcode curl_get_offset(CURL *easy, CURLINFO fact, curl_off_t *value) {
  return curl_easy_getinfo(easy, fact, value);
}
static inline CURLcode curl_result(const CURLMsg *message) { return message->data.result; }
