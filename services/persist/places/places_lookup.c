#include "services/persist/places/places_lookup.h"

#include <string.h>

#include "common/hash.h"
#include "common/process/log.h"
#include "store/artefact.h"
#include "store/catalogue.h"

enum { TITLE_BYTES = 255, DEPTH = 4096 };

/* ---- names ---- */

enum err places_check_name(struct bytes name, const char *field, struct fault *fault)
{
    static const struct bytes dot = { 1, (const uint8_t *)"." }, dots = { 2, (const uint8_t *)".." };

    if (name.len && !bytes_equal(name, dot) && !bytes_equal(name, dots) && !memchr(name.at, '/', name.len) &&
        !memchr(name.at, 0, name.len))
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "the name \"%.*s\" is empty, \".\" or \"..\", or has a slash or a zero byte",
              (int)(name.len < 100 ? name.len : 100), name.at ? (const char *)name.at : "");
    return fault_field(fault, field);
}

enum err places_check_content(struct bytes content, const char *field, struct fault *fault)
{
    if (content.len == sizeof(struct hash))
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "the content has %u bytes: expected %zu", content.len, sizeof(struct hash));
    return fault_field(fault, field);
}

enum err places_check_artefacts(struct artefact_list artefacts, struct fault *fault)
{
    for (uint32_t i = 0; i < artefacts.count; i++) {
        if (artefact_type_is_good(artefacts.at[i].type))
            continue;
        fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not the type of an artefact: expected a-z, 0-9 and _",
                  TEXT_ARG(artefacts.at[i].type));
        return fault_field(fault, "artefacts");
    }
    return ERR_OK;
}

static uint32_t without_extension(struct bytes file)
{
    for (uint32_t i = file.len; i-- > 1;)
        if (file.at[i] == '.')
            return i;
    return file.len;
}

struct text places_text(struct arena *arena, struct bytes name)
{
    return arena_utf8(arena, name, TITLE_BYTES);
}

struct text places_title(struct arena *arena, struct bytes file)
{
    return places_text(arena, bytes_of(file.at, without_extension(file)));
}

/* ---- shared ---- */

enum err places_find(struct persist *p, struct id id, struct media *media, struct fault *fault)
{
    char text[ID_TEXT_SIZE];
    enum err e = catalogue_media(p->w.txn, &p->arena, id, media);

    if (e == ERR_OK)
        return e;
    return fault_set(fault, e, e == ERR_NOT_FOUND ? "no media item %s" : "media item %s cannot be read",
                     id_write(id, text));
}

bool places_pass_over(struct id id, enum err e)
{
    char text[ID_TEXT_SIZE];

    if (e != ERR_NOT_FOUND && e != ERR_INTERNAL)
        return false;
    log_warn("media item %s cannot be read and stays as it is: see `loophole store check`", id_write(id, text));
    return true;
}

enum err places_find_folder(struct persist *p, struct id id, struct folder *folder, struct fault *fault)
{
    char text[ID_TEXT_SIZE];
    enum err e = catalogue_folder(p->w.txn, &p->arena, id, folder);

    if (e == ERR_OK)
        return e;
    return fault_set(fault, e, e == ERR_NOT_FOUND ? "no folder %s" : "folder %s cannot be read", id_write(id, text));
}

enum err places_lie_in_library(struct persist *p, const struct folder *folder, bool *lies)
{
    struct folder at = *folder;
    struct id root;
    enum err e = ERR_OK;

    *lies = false;
    for (int depth = 0; e == ERR_OK && !*lies && !id_is_zero(at.parent) && depth < DEPTH; depth++) {
        e = catalogue_folder(p->w.txn, &p->arena, at.parent, &at);
        *lies = e == ERR_OK && at.library;
    }
    if (e != ERR_OK || *lies || (id_is_zero(folder->parent) && folder->name.len == 0))
        return e;
    e = catalogue_folder_named(p->w.txn, at.volume, (struct id){ { 0 } }, (struct bytes){ 0 }, &root);
    if (e == ERR_OK)
        e = catalogue_folder(p->w.txn, &p->arena, root, &at);
    *lies = e == ERR_OK && at.library;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err places_check_folder(struct persist *p, struct id id, struct fault *fault)
{
    char text[ID_TEXT_SIZE];
    struct key key = key_id(id);
    struct bytes value;
    enum err e = txn_get(p->w.txn, DB_FOLDER, key_bytes(&key), &value);

    if (e == ERR_OK)
        return e;
    fault_set(fault, e, "no folder %s", id_write(id, text));
    return fault_field(fault, "folder");
}
