#include "bench/ear/sounds.h"

#include <dirent.h>
#include <errno.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char LOOPS[] = "/usr/share/sonic-pi/samples", KITS[] = "/usr/share/hydrogen/data/drumkits";

enum { PATH = 4096, SHOT_SECONDS = 2, SHOTS_IN_FOLDER = 500 };

static void end_with(const char *what, const char *path)
{
    fprintf(stderr, "%s: %s: %s\n", path, what, errno ? strerror(errno) : sf_strerror(NULL));
    exit(1);
}

/* ---- the files ---- */

static void visit_folder(const char *folder, struct sounds *to)
{
    struct dirent **name;
    int count = scandir(folder, &name, NULL, alphasort);

    if (count < 0)
        end_with("cannot be listed", folder);
    for (int i = 0; i < count; i++) {
        char path[PATH];
        struct stat st;
        snprintf(path, sizeof(path), "%s/%s", folder, name[i]->d_name);
        if (name[i]->d_name[0] != '.' && stat(path, &st) == 0) {
            if (S_ISDIR(st.st_mode))
                visit_folder(path, to);
            else if (to->count < SOUNDS_MOST && !(to->path[to->count++] = strdup(path)))
                end_with("no memory", path);
        }
        free(name[i]);
    }
    free(name);
}

void sounds_below(const char *folder, struct sounds *to)
{
    to->count = 0;
    visit_folder(folder, to);
}

/* ---- making sounds ---- */

struct sound {
    SF_INFO info;
    float *frames;
};

/* False: not a sound, or longer than the given number of seconds. */
static bool read_sound(const char *path, double longest, struct sound *to)
{
    *to = (struct sound){ 0 };
    SNDFILE *file = sf_open(path, SFM_READ, &to->info);
    bool is_short = file && to->info.frames > 0 && (double)to->info.frames <= longest * to->info.samplerate;

    if (is_short && (to->frames = malloc((size_t)to->info.frames * (size_t)to->info.channels * sizeof(float))))
        to->info.frames = sf_readf_float(file, to->frames, to->info.frames);
    sf_close(file);
    return to->frames != NULL;
}

/* In one or two channels: unchanged, or the first channel in both. */
static void write_sound(const char *path, const struct sound *sound, int channels, float gain)
{
    SF_INFO info = { .samplerate = sound->info.samplerate,
                     .channels = channels,
                     .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
    sf_count_t frames = sound->info.frames;
    float *out = malloc((size_t)(frames * channels) * sizeof(*out));
    SNDFILE *file = out ? sf_open(path, SFM_WRITE, &info) : NULL;

    if (!file)
        end_with("cannot be made", path);
    for (sf_count_t i = 0; i < frames; i++)
        for (int channel = 0; channel < channels; channel++)
            out[i * channels + channel] =
                gain * sound->frames[i * sound->info.channels + (channel < sound->info.channels ? channel : 0)];
    if (sf_writef_float(file, out, frames) != frames || sf_close(file) != 0)
        end_with("cannot be written", path);
    free(out);
}

static void make_folder(const char *path)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        end_with("cannot be made", path);
}

static void make_loops(const char *folder)
{
    static struct sounds from;
    char path[PATH];

    sounds_below(LOOPS, &from);
    snprintf(path, sizeof(path), "%s/loops", folder);
    make_folder(path);
    for (size_t i = 0; i < from.count; i++) {
        const char *name = strrchr(from.path[i], '/') + 1;
        struct sound sound;
        if (strncmp(name, "loop_", strlen("loop_")) != 0 || !read_sound(from.path[i], 60, &sound))
            continue;
        snprintf(path, sizeof(path), "%s/loops/%s.wav", folder, name);
        write_sound(path, &sound, 2, 1);
        free(sound.frames);
    }
}

static void make_shots(const char *folder, size_t count)
{
    static struct sounds from;
    char path[PATH];

    sounds_below(KITS, &from);
    snprintf(path, sizeof(path), "%s/shots", folder);
    make_folder(path);
    for (size_t made = 0, i = 0; made < count; i++) {
        struct sound sound;
        if (i >= from.count && made == 0)
            end_with("holds no sound", KITS);
        if (!read_sound(from.path[i % from.count], SHOT_SECONDS, &sound))
            continue;
        snprintf(path, sizeof(path), "%s/shots/%zu", folder, made / SHOTS_IN_FOLDER);
        make_folder(path);
        snprintf(path, sizeof(path), "%s/shots/%zu/%zu.wav", folder, made / SHOTS_IN_FOLDER, made);
        write_sound(path, &sound, sound.info.channels > 1 ? 2 : 1, 1 - (float)(i / from.count) / 50);
        free(sound.frames);
        made++;
    }
}

void sounds_make(const char *folder, size_t shots)
{
    make_folder(folder);
    make_loops(folder);
    make_shots(folder, shots);
}
