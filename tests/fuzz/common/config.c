/* Any bytes as loophole.conf: refused with the line, or settings that every getter reads within its range. */
#include "common/process/config.h"

#include <stdio.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static void write_conf(const struct paths *paths, struct bytes bytes)
{
    char path[PATH_MAX];
    FILE *file;

    holds(snprintf(path, sizeof(path), "%s/loophole.conf", paths->config) < PATH_MAX);
    holds((file = fopen(path, "w")));
    holds(fwrite(bytes.at, 1, bytes.len, file) == bytes.len);
    holds(fclose(file) == 0);
}

static void getters_keep_their_range(struct config *config)
{
    struct fault fault = { 0 };
    int64_t number = config_int(config, "audio.rate");
    double real = config_real(config, "preview.volume_db");

    holds(number >= 22050 && number <= 192000);
    holds(real >= -80 && real <= 12);
    config_bool(config, "preview.match");
    holds(config_text(config, "recording.folder") != NULL);
    config_check_all(config, NULL, NULL);
    if (config_check(config, &fault) != ERR_OK)
        holds(fault.what[0] && memchr(fault.what, 0, sizeof(fault.what)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct paths *paths = fuzz_home();
    struct config *config = NULL;
    struct fault fault = { 0 };

    write_conf(paths, bytes_of(bytes, len));
    enum err e = config_load(paths, &config, &fault);
    if (e == ERR_OK)
        getters_keep_their_range(config);
    else
        holds(fault.code == e && fault.what[0]);
    config_free(config);
    return 0;
}
