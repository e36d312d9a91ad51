/* fuzz.h: shared by the targets. A target is one file with LLVMFuzzerTestOneInput
 * (https://llvm.org/docs/LibFuzzer.html). An input that makes `holds` false, or causes a sanitizer's report, ends the
 * process, and the fuzzer keeps it. After the fix it stays in tests/fuzz/found/TARGET. One thread. */
#ifndef LOOPHOLE_TESTS_FUZZ_FUZZ_H
#define LOOPHOLE_TESTS_FUZZ_FUZZ_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/paths.h"
#include "proto/wire/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define holds(claim) ((claim) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #claim))
_Noreturn void fuzz_broken(const char *file, int line, const char *claim);

/* The rest of an input; parts are taken from its front. */
struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

uint16_t fuzz_number(struct fuzz_input *input);               /* the next two bytes, big-endian; 0 after the end */
struct bytes fuzz_take(struct fuzz_input *input, size_t len); /* `len` bytes, or as many as are left */
struct bytes fuzz_line(struct fuzz_input *input);             /* the rest of the line; the line's end is skipped */
struct bytes fuzz_rest(struct fuzz_input *input);
struct text fuzz_text(struct bytes bytes);

/* The shape of any message of any schema. The next two bytes select it: fuzz_hash of "persist.put_media.request"
 * ("….answer", "….event") selects that one, even if others are added later; other numbers select any. */
const struct shape *fuzz_shape(struct fuzz_input *input);
uint16_t fuzz_hash(const char *name);

/* An engine's folders in a new temporary folder, and the environment's LOOPHOLE_HOME is set to it. The same in each
 * call; removed at the end of the process. */
const struct paths *fuzz_home(void);

#endif
