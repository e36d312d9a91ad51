/* sanitizer.h: SANITIZED is 1 in a build with AddressSanitizer, ThreadSanitizer or MemorySanitizer. They use signals of
 * their own and terabytes of address space. */
#ifndef LOOPHOLE_COMMON_SANITIZER_H
#define LOOPHOLE_COMMON_SANITIZER_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
