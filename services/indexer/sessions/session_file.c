#include "services/indexer/sessions/session_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "proto/transport/sandboxed.h"
#include "proto/wire/codec_copy.h"

enum { PATIENCE_US = 60000000, LOOK_MS = 100 };

static const char *const EXTENSIONS[] = { "ardour", "rpp", "mmp", "mmpz", "h2song", "als" };

bool session_file_is(struct bytes name)
{
    char extension[TEXT_EXTENSION_SIZE];

    text_extension(name, extension);
    return TEXT_IS_AMONG(extension, EXTENSIONS);
}

/* True if the last name of the path is this one, in any case. */
static bool is_in_folder(struct bytes path, const char *name)
{
    size_t len = strlen(name);

    return path.len > len && path.at[path.len - len - 1] == '/' &&
           strncasecmp((const char *)path.at + path.len - len, name, len) == 0;
}

/* Hydrogen saves ".Song.autosave.h2song" beside a song, and Live keeps "Backup/Song [2024-01-10 101010].als". */
bool session_file_is_backup(struct bytes path)
{
    static const char *const folders[] = { "Backups", "Autosave", "Auto-Save" };
    const uint8_t *slash = memrchr(path.at, '/', path.len);
    struct bytes folder = bytes_of(path.at, slash ? (size_t)(slash - path.at) : 0);
    bool is_live = path.len > 4 && strncasecmp((const char *)path.at + path.len - 4, ".als", 4) == 0,
         is = (is_live && is_in_folder(folder, "Backup")) ||
              memmem(path.at + folder.len, path.len - folder.len, ".autosave.", strlen(".autosave."));

    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
        is = is || is_in_folder(folder, folders[i]);
    return is;
}

/* A worker that dies or does not answer is reported as a failure of the file. */
static enum err wait_for_answer(struct errand *errand, struct sandboxed *worker, struct arena *arena,
                                struct session_read *to, struct fault *fault)
{
    struct pollfd socket = { .fd = worker->pipe.fd, .events = POLLIN };
    struct patience waited;
    struct session_read answer = { 0 };
    struct fault why = { 0 };
    enum err e = ERR_BUSY;

    patience_begin(&waited, worker->pid);
    while (e == ERR_BUSY && !patience_is_over(&waited, PATIENCE_US, LOOK_MS * 1000)) {
        if (!errand_goes_on(errand))
            return fault_set(fault, ERR_TIMEOUT, "the reading of a session was given up");
        poll(&socket, 1, LOOK_MS);
        e = pipe_receive(&worker->pipe, PIPE_NOW, &session_read_shape, arena, &answer, NULL, &why);
    }
    if (e == ERR_OK)
        codec_keep(&session_read_shape, &answer, arena, to);
    else
        to->failure = e == ERR_BUSY ? TEXT("its worker does not answer") : TEXT("its worker died");
    return ERR_OK;
}

static enum err ask_to_read_session(struct errand *errand, const struct paths *paths, int fd, const char *path,
                                    struct arena *arena, struct session_read *to, struct fault *fault)
{
    char program[PATH_MAX], extension[TEXT_EXTENSION_SIZE], why[SANDBOXED_WHY_SIZE];
    struct session_job job = { .number = 1 };
    struct sandboxed worker;
    enum err e;

    snprintf(program, sizeof(program), "%.4000s/loophole-worker", paths->programs);
    text_extension(bytes_of(path, strlen(path)), extension);
    job.extension = text_of(extension);
    e = sandboxed_start(&worker, program, "session", fault);
    if (e != ERR_OK)
        return e;
    if (pipe_send(&worker.pipe, &session_job_shape, &job, fd, fault) == ERR_OK)
        e = wait_for_answer(errand, &worker, arena, to, fault);
    else
        to->failure = TEXT("its worker died");
    sandboxed_end(&worker, why);
    return e;
}

enum err session_file_read(struct errand *errand, const struct paths *paths, const char *path, struct arena *arena,
                           struct session_read *to, struct fault *fault)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    enum err e;

    *to = (struct session_read){ 0 };
    if (fd < 0) {
        to->failure = arena_printf(arena, "cannot be opened: %s", strerrordesc_np(errno));
        return ERR_OK;
    }
    e = ask_to_read_session(errand, paths, fd, path, arena, to, fault);
    close(fd);
    return e;
}
