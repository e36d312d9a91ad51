#include "frontends/cli/send/delivery.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file_write.h"
#include "frontends/cli/base/item_line.h"
#include "frontends/cli/send/item_file.h"
#include "proto/wire/treatment_facts.h"

enum { NAMES_TRIED = 1000, BLOCK = 65536 };

/* A sound to send. */
struct outgoing_sound {
    const struct item *item;
    int fd;
    struct stat st;
    struct treatment treatment;
    struct hash key;
};

/* ---- names and forms of the files ---- */

static bool is_form_asked(const struct send_form *form)
{
    return form->rate || form->bits || form->mono || form->normalise;
}

/* A WAV that has the form already keeps all its chunks. */
static bool is_so_already(const struct send_form *form, const struct media *media)
{
    bool floats = text_is(media->sample_format, "float");

    if (form->normalise || !text_is(media->container, "wav") || (!floats && !text_is(media->sample_format, "pcm")))
        return false;
    return (!form->rate || form->rate == media->sample_rate) && (!form->mono || media->channels == 1) &&
           (!form->bits || (form->bits == media->bit_depth && floats == (form->bits == 32)));
}

/* Its recorder did not write how long it is: players and samplers would take a copy for an empty sound. */
static bool is_unclosed(const struct item *item)
{
    return item_fact(item, "unclosed") != NULL;
}

/* All that the file is made of. */
static struct hash find_key(const struct shipment *delivery, const struct item *item, const struct stat *st,
                            const struct treatment *treatment)
{
    const struct send_form *form = &delivery->converter.form;
    char text[768], id[ID_TEXT_SIZE];
    int len = snprintf(text, sizeof(text), "%s %lld %lld.%09ld %u %u %d %d %.300s", id_write(item->media.id, id),
                       (long long)st->st_size, (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec, form->rate,
                       form->bits, form->mono, form->normalise, delivery->pattern);

    if (is_unclosed(item))
        len += snprintf(text + len, sizeof(text) - (size_t)len, " closed");
    if (!treatment_is_none(treatment))
        len += snprintf(text + len, sizeof(text) - (size_t)len, " %lld %lld %lld %lld %.17g",
                        (long long)treatment->from, (long long)treatment->until, (long long)treatment->fade_in,
                        (long long)treatment->fade_out, treatment->gain_db);
    return hash_of(text, (size_t)len);
}

/* ---- making it ---- */

static enum err fail_target(bool *of_target, const char *what, struct fault *fault)
{
    *of_target = true;
    return fault_errno(fault, file_err(errno), errno, "cannot %s the sound", what);
}

static enum err copy_file(int from, int to, uint64_t size, bool *of_target, struct fault *fault)
{
    uint8_t block[BLOCK];
    uint64_t done = 0;
    ssize_t got;

    while ((got = pread(from, block, sizeof(block), (off_t)done)) > 0) {
        enum err e = file_write_fd(to, block, (size_t)got);

        if (e != ERR_OK) {
            *of_target = true;
            return fault_set(fault, e, "cannot write the sound: %s", err_name(e));
        }
        done += (uint64_t)got;
    }
    if (got < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot read it");
    return done == size ? ERR_OK : fault_set(fault, ERR_IO, "it changed while it was read: send it again");
}

/* A new file: an older one that a kill left may be a link to a file that was sent. */
static int open_part(const struct sent *sent)
{
    if (unlinkat(sent->folder, sent->part, 0) != 0 && errno != ENOENT)
        return -1;
    return openat(sent->folder, sent->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
}

static enum err make_part(struct shipment *delivery, const struct outgoing_sound *source, bool is_copy,
                          struct delivered *made, bool *of_target, struct fault *fault)
{
    int to = open_part(&delivery->sent);
    char extension[TEXT_EXTENSION_SIZE];
    struct stat st = { 0 };

    if (to < 0)
        return fail_target(of_target, "write", fault);
    text_extension(source->item->media.file, extension);
    const struct converter_sound sound = { source->fd, extension, &source->treatment };
    enum err e = is_copy ? copy_file(source->fd, to, (uint64_t)source->st.st_size, of_target, fault)
                         : converter_make(&delivery->converter, &sound, to, &made->clipped, of_target, fault);
    *of_target = *of_target || e == ERR_INTERNAL;
    if (e == ERR_OK && (fsync(to) != 0 || fstat(to, &st) != 0))
        e = fail_target(of_target, "write", fault);
    made->bytes = (uint64_t)st.st_size;
    if (close(to) != 0 && e == ERR_OK)
        e = fail_target(of_target, "write", fault);
    return e;
}

/* ---- naming it ---- */

/* Gives the file its name. The line in the list comes first: a kill in between leaves a line without a file, which has
 * no effect. */
static enum err name_part(struct shipment *delivery, struct hash key, struct bytes wanted, struct delivered *made,
                          bool *of_target, struct fault *fault)
{
    struct sent *sent = &delivery->sent;
    int done = -1;

    errno = EEXIST;
    for (int i = 0; i < NAMES_TRIED && done != 0 && errno == EEXIST; i++) {
        safe_names_choose(&sent->names, wanted, made->name);
        enum err e = sent_note(sent, key, made->bytes, made->name, fault);
        *of_target = e != ERR_OK;
        if (e != ERR_OK)
            return e;
        done = file_rename_new(sent->folder, sent->part, sent->folder, made->name);
    }
    if (done != 0 || fsync(sent->folder) != 0)
        return fail_target(of_target, "name", fault);
    return ERR_OK;
}

static enum err make_file(struct shipment *delivery, const struct outgoing_sound *source, struct naming_place place,
                          struct delivered *to, bool *of_target, struct fault *fault)
{
    const struct send_form *form = &delivery->converter.form;
    bool is_copy = treatment_is_none(&source->treatment) && !is_unclosed(source->item) &&
                   (!is_form_asked(form) || is_so_already(form, &source->item->media));
    char name[NAMING_SIZE], extension[TEXT_EXTENSION_SIZE] = "wav";

    enum err e = make_part(delivery, source, is_copy, to, of_target, fault);
    if (is_copy)
        text_extension(source->item->media.file, extension);
    naming_write(delivery->pattern, source->item, place, extension, name);
    if (e == ERR_OK)
        e = name_part(delivery, source->key, bytes_of(name, strlen(name)), to, of_target, fault);
    if (e != ERR_OK)
        (void)unlinkat(delivery->sent.folder, delivery->sent.part, 0);
    return e;
}

enum err delivery_make(struct shipment *delivery, const struct item *item, struct naming_place place,
                       struct delivered *to, bool *of_target, struct fault *fault)
{
    struct outgoing_sound source = { .item = item };
    const char *name = NULL;

    *to = (struct delivered){ 0 };
    *of_target = false;
    if (!delivery->whole)
        source.treatment = treatment_facts(item->facts);
    enum err e = item_file_open(item, false, &source.fd, &source.st, fault);
    if (e == ERR_OK) {
        source.key = find_key(delivery, item, &source.st, &source.treatment);
        name = sent_find(&delivery->sent, source.key);
    }
    if (name) {
        to->is_present = true;
        (void)snprintf(to->name, sizeof(to->name), "%.191s", name);
    } else if (e == ERR_OK) {
        e = make_file(delivery, &source, place, to, of_target, fault);
    }
    if (source.fd >= 0)
        close(source.fd);
    return e;
}
