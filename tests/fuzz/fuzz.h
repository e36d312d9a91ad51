/* fuzz.h: what the targets share. A target is one file with LLVMFuzzerTestOneInput
 * (https://llvm.org/docs/LibFuzzer.html). An input that makes `holds` false, or a sanitizer speak, ends the process:
 * the fuzzer keeps it. Once mended it stands in tests/fuzz/found/TARGET for ever. One thread. */
#ifndef LOOPHOLE_TESTS_FUZZ_FUZZ_H
#define LOOPHOLE_TESTS_FUZZ_FUZZ_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/paths.h"
#include "proto/wire/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define holds(claim) ((claim) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #claim))
_Noreturn void fuzz_broken(const char *file, int line, const char *claim);

/* An input, from its front on. */
struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

uint16_t fuzz_number(struct fuzz_input *input);               /* the next two bytes, big-endian; 0 past the end */
struct bytes fuzz_take(struct fuzz_input *input, size_t len); /* so many bytes, or what is left */
struct bytes fuzz_line(struct fuzz_input *input);             /* up to the next line's end, which is passed over */
struct bytes fuzz_rest(struct fuzz_input *input);
struct text fuzz_text(struct bytes bytes);

/* The shape of any message of any schema. The next two bytes choose: fuzz_hash of "persist.put_media.request"
 * ("….answer", "….event") names that one whatever else is added; other numbers mean any. */
const struct shape *fuzz_shape(struct fuzz_input *input);
uint16_t fuzz_hash(const char *name);

/* An engine's folders in a new temporary folder; the environment's LOOPHOLE_HOME is set to it. The same each time;
 * removed when the process ends. */
const struct paths *fuzz_home(void);

#endif
